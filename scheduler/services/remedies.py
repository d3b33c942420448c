"""The smallest changes that would bring somebody, each tried on a copy before it is told.

Nothing here changes anything. A remedy that brings nobody on its own is not told at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from scheduler.domain.assignments import IN_PERSON, VIRTUAL, ClearanceSpan, Demand, Speaker
from scheduler.domain.constraints import Ruling
from scheduler.domain.periods import moment_of
from scheduler.domain.starts import start_at
from scheduler.matching.candidates import Screen, Screening
from scheduler.matching.explain import near_misses
from scheduler.matching.problem import Problem
from scheduler.matching.shapes import OptionShape
from scheduler.services.lessons import lessons_in, weeks_ahead
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer
from scheduler.services.snapshots import demand_at, option_of, speakers_of
from scheduler.services.telling import Told, reason_of

MOST_OF_A_KIND = 2
ALWAYS = ClearanceSpan(0)
ALL_TIME = (0, 2**40)


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change and how many people it brings.

    ``kind`` says which, with its facts: ``another_lesson`` (start), ``virtual``,
    ``ask_times`` (email, name), ``clearance`` (email, name, last_day where one ended),
    ``one_more`` (email, name, rule, limit) or ``wider_radius`` (km, and name, email and max_km
    of the nearest).
    """

    kind: str
    people: int
    facts: Mapping[str, Told] = field(default_factory=dict)


def remedies_for(
    problem: Problem, picture: Picture, key: str, *, gazetteer: Gazetteer
) -> tuple[Remedy, ...]:
    """Return what would bring somebody to a request, the smallest changes first."""
    demand = problem.demand_by_id[key]
    misses = near_misses(problem, key, top=len(problem.speakers))
    return (
        *_another_lesson(problem, picture, demand, gazetteer=gazetteer),
        *_by_video(problem, demand),
        *islice(_unknown_times(problem, demand, misses), MOST_OF_A_KIND),
        *islice(_renewed_clearances(problem, demand, misses), MOST_OF_A_KIND),
        *islice(_one_more_visit(problem, demand, misses), MOST_OF_A_KIND),
        *_wider_radius(problem, demand, misses),
    )


def _another_lesson(
    problem: Problem, picture: Picture, demand: Demand, *, gazetteer: Gazetteer
) -> Iterator[Remedy]:
    """The class's own lessons ahead: the first with enough people, else the one with most."""
    request = picture.requests[demand.id]
    classroom = picture.classroom_of(request)
    if classroom is None or picture.visits_of(request.key):
        return
    school_time = picture.school_time_by_school[request.school]
    weeks = weeks_ahead(classroom, school_time=school_time, today=picture.today)
    starts = (
        start_at(
            lesson.period.start,
            request,
            minutes=request.duration_minutes or lesson.period.minutes,
            school_time=school_time,
        )
        for lesson in lessons_in(weeks)
    )
    known = {option.start for option in demand.options}
    options = tuple(option_of(s, timezone=school_time.timezone) for s in starts if s)
    elsewhere = demand_at(picture, request, tuple(o for o in options if o.start not in known))
    if not elsewhere.options:
        return
    speakers = speakers_of(picture, (elsewhere,), gazetteer=gazetteer)
    found = _asked(replace(problem, speakers=speakers, demands=(elsewhere,)), elsewhere)
    counts = [int(count) for count in found.alive.sum(axis=0)]
    place = max(
        range(len(counts)),
        key=lambda n: (min(counts[n], demand.speakers), -elsewhere.options[n].start),
    )
    if counts[place]:
        start = moment_of(elsewhere.options[place].start)
        yield Remedy("another_lesson", counts[place], {"start": start})


def _by_video(problem: Problem, demand: Demand) -> Iterator[Remedy]:
    if demand.format != IN_PERSON:
        return
    virtual = replace(demand, format=VIRTUAL)
    people = _people(problem, virtual) - _people(problem, demand)
    if people:
        yield Remedy("virtual", len(people))


def _unknown_times(
    problem: Problem, demand: Demand, misses: tuple[Ruling, ...]
) -> Iterator[Remedy]:
    """People of whom nobody knows when they are free; whether they are is theirs to say."""
    for ruling, speaker in _missed_by(problem, misses, rules=("within_availability",)):
        is_unknown = ruling.finding.facts.get("reason") == "unknown"
        if is_unknown and _brings(problem, demand, replace(speaker, free=(ALL_TIME,))):
            yield Remedy("ask_times", 1, _named(speaker))


def _renewed_clearances(
    problem: Problem, demand: Demand, misses: tuple[Ruling, ...]
) -> Iterator[Remedy]:
    for ruling, speaker in _missed_by(problem, misses, rules=("clearance_valid",)):
        if _brings(problem, demand, replace(speaker, clearances=(ALWAYS,))):
            told = reason_of(ruling.finding).facts
            ended = {name: told[name] for name in ("last_day",) if name in told}
            yield Remedy("clearance", 1, {**_named(speaker), **ended})


def _one_more_visit(
    problem: Problem, demand: Demand, misses: tuple[Ruling, ...]
) -> Iterator[Remedy]:
    rules = ("max_per_day", "max_per_week", "max_per_month")
    for ruling, speaker in _missed_by(problem, misses, rules=rules):
        rule, limit = ruling.finding.rule, ruling.finding.facts["limit"]
        if isinstance(limit, int) and _brings(problem, demand, _raised(speaker, rule, limit + 1)):
            yield Remedy("one_more", 1, {**_named(speaker), "rule": rule, "limit": limit})


def _wider_radius(problem: Problem, demand: Demand, misses: tuple[Ruling, ...]) -> Iterator[Remedy]:
    """Everybody's radius, widened as little as brings the nearest of those too far away."""
    far = {
        speaker.id: (float(ruling.finding.facts["km"]), speaker)
        for ruling, speaker in _missed_by(problem, misses, rules=("format_possible",))
        if ruling.finding.facts.get("reason") == "too_far"
        and isinstance(ruling.finding.facts["km"], float)
    }
    if not far:
        return
    km, nearest = min(far.values(), key=lambda each: (each[0], each[1].id))
    reach = math.ceil(km)
    willing = tuple(
        replace(speaker, max_km=float(reach)) for _, (way, speaker) in far.items() if way <= reach
    )
    people = _people(replace(problem, speakers=willing), demand)
    if people:
        facts = {**_named(nearest), "km": reach, "max_km": nearest.max_km or 0}
        yield Remedy("wider_radius", len(people), facts)


def _missed_by(
    problem: Problem, misses: tuple[Ruling, ...], *, rules: tuple[str, ...]
) -> Iterator[tuple[Ruling, Speaker]]:
    for ruling in misses:
        if ruling.finding.rule in rules and ruling.speaker_id:
            yield ruling, problem.speaker_by_id[ruling.speaker_id]


def _named(speaker: Speaker) -> dict[str, Told]:
    return {"email": speaker.id, "name": speaker.name}


def _raised(speaker: Speaker, rule: str, limit: int) -> Speaker:
    match rule:
        case "max_per_day":
            return replace(speaker, max_per_day=limit)
        case "max_per_week":
            return replace(speaker, max_per_week=limit)
        case _:
            return replace(speaker, max_per_month=limit)


def _brings(problem: Problem, demand: Demand, changed: Speaker) -> bool:
    return changed.id in _people(replace(problem, speakers=(changed,)), demand)


def _people(problem: Problem, demand: Demand) -> frozenset[str]:
    found = _asked(problem, demand)
    return frozenset(problem.speakers[int(row)].id for row in found.rows)


def _asked(problem: Problem, demand: Demand) -> Screening:
    shapes = [OptionShape.of(option) for option in demand.options]
    return Screen(problem).ask(demand, shapes=shapes)
