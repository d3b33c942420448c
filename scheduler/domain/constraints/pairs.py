"""Judge a speaker against a request, before any date is looked at.

Each function is one hard rule and carries the name by which pages, mails and
tests know it.
"""

from __future__ import annotations

from scheduler.domain.assignments import (
    EITHER,
    IN_PERSON,
    VIRTUAL,
    Demand,
    Fact,
    Finding,
    Geography,
    Speaker,
)

KINDS_SERVING: dict[str, frozenset[str]] = {
    "talk": frozenset({"speaker", "mentor", "peer"}),
    "mentoring": frozenset({"mentor", "peer"}),
}
TOLERANCE_KM = 1e-9


def topic_match(speaker: Speaker, demand: Demand) -> Finding:
    """Require that the speaker knows the topic asked for."""
    level = speaker.level_by_topic.get(demand.topic)
    facts: dict[str, Fact] = {"topic": demand.topic}
    if level is not None:
        facts["level"] = level
    return Finding("topic_match", level is not None, facts)


def grade_match(speaker: Speaker, demand: Demand) -> Finding:
    """Require that the speaker visits classes of this grade."""
    grades = tuple(sorted(speaker.grades))
    if demand.grade is None:
        return Finding("grade_match", True, {"grades": grades})
    kept = demand.grade in speaker.grades
    return Finding("grade_match", kept, {"grade": demand.grade, "grades": grades})


def language_match(speaker: Speaker, demand: Demand) -> Finding:
    """Require that the speaker speaks the language of the class."""
    kept = demand.language in speaker.languages
    spoken = tuple(sorted(speaker.languages))
    return Finding("language_match", kept, {"language": demand.language, "spoken": spoken})


def kind_match(speaker: Speaker, demand: Demand) -> Finding:
    """Require that this kind of volunteer serves this kind of visit.

    An empty kind asks for nothing; a kind without an entry in
    ``KINDS_SERVING`` is served by nobody.
    """
    facts = {"kind": demand.kind, "speaker_kind": speaker.kind}
    kept = not demand.kind or speaker.kind in KINDS_SERVING.get(demand.kind, frozenset())
    return Finding("kind_match", kept, facts)


def not_excluded(speaker: Speaker, demand: Demand) -> Finding:
    """Require that the request does not exclude this speaker."""
    return Finding("not_excluded", speaker.id not in demand.excluded, {"speaker": speaker.id})


def format_possible(speaker: Speaker, demand: Demand, *, geography: Geography) -> Finding:
    """Require a way to meet: in person where possible, else by video.

    The facts carry ``format`` when the rule is kept, ``km`` when both places
    are known, and ``reason``: what rules out meeting in person or, where the
    rule is broken, meeting at all. Reasons: ``not_asked``, ``not_offered``,
    ``no_home``, ``no_place``, ``too_far``.
    """
    km = distance_between(speaker, demand, geography=geography)
    facts: dict[str, Fact] = {} if km is None else {"km": km}
    obstacle = _obstacle_in_person(speaker, demand, km=km)
    if obstacle is None:
        return Finding("format_possible", True, {**facts, "format": IN_PERSON})
    facts["reason"] = obstacle
    if obstacle == "too_far" and speaker.max_km is not None:
        facts["max_km"] = speaker.max_km
    if demand.format in (VIRTUAL, EITHER) and VIRTUAL in speaker.formats:
        return Finding("format_possible", True, {**facts, "format": VIRTUAL})
    if demand.format == VIRTUAL:
        facts["reason"] = "not_offered"
    return Finding("format_possible", False, facts)


def chosen_format(speaker: Speaker, demand: Demand, *, geography: Geography) -> str | None:
    """Return how this speaker would meet this class, None when impossible."""
    chosen = format_possible(speaker, demand, geography=geography).facts.get("format")
    return chosen if isinstance(chosen, str) else None


def distance_between(speaker: Speaker, demand: Demand, *, geography: Geography) -> float | None:
    """Return kilometres from home to school, None when either is unknown."""
    if speaker.home is None or demand.place is None:
        return None
    return geography.distance_km(speaker.home, demand.place)


def _obstacle_in_person(speaker: Speaker, demand: Demand, *, km: float | None) -> str | None:
    if demand.format not in (IN_PERSON, EITHER):
        return "not_asked"
    if IN_PERSON not in speaker.formats:
        return "not_offered"
    if km is None:
        return "no_home" if speaker.home is None else "no_place"
    if speaker.max_km is not None and km > speaker.max_km + TOLERANCE_KM:
        return "too_far"
    return None
