"""Put the rules in order and ask them all.

One order serves the search, the checker, the approval of a single request and
the page that explains why nobody was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.assignments import (
    Demand,
    Engagement,
    Finding,
    Geography,
    HostCommitment,
    Option,
    Session,
    Speaker,
    engagements_of,
)
from scheduler.domain.constraints import loads, pairs, sessions, teams

PAIR_RULES = (
    "topic_match",
    "grade_match",
    "language_match",
    "kind_match",
    "not_excluded",
    "format_possible",
)
SESSION_RULES = (
    "notice_given",
    "clearance_valid",
    "long_enough",
    "within_availability",
    "no_busy_clash",
)
LOAD_RULES = ("max_per_day", "max_per_week", "max_per_month", "budget_minutes", "travel_time")
SIEVE = PAIR_RULES + SESSION_RULES + LOAD_RULES
REQUEST_RULES = ("one_start", "full_team", "host_free", "pinned_kept")
ALL_RULES = SIEVE + REQUEST_RULES


@dataclass(frozen=True, slots=True)
class Ruling:
    """A finding and whom it is about; no speaker when it is about the request."""

    demand_id: str
    speaker_id: str | None
    finding: Finding


def pair_findings(
    speaker: Speaker,
    demand: Demand,
    *,
    option: Option | None = None,
    geography: Geography,
    standing: Iterable[Engagement] = (),
    pair_minutes: int | None = None,
) -> tuple[Finding, ...]:
    """Ask every rule about one speaker, one finding per rule in sieve order.

    Without an option only the pair rules are asked. A session rule reports the
    first session that breaks it, else the first session. ``standing`` are the
    speaker's engagements for other requests. Load rules are left out when no
    format is possible: how far the speaker travels is then undecided.
    """
    found = _pair_rule_findings(speaker, demand, geography=geography)
    if option is None:
        return found
    chosen = pairs.chosen_format(speaker, demand, geography=geography)
    found += _session_rule_findings(speaker, demand, option=option, format=chosen)
    if chosen is None:
        return found
    added = engagements_of(demand, option, format=chosen, pair_minutes=pair_minutes)
    return found + load_findings(speaker, added, standing=standing, geography=geography)


def load_findings(
    speaker: Speaker,
    added: Iterable[Engagement],
    *,
    standing: Iterable[Engagement] = (),
    geography: Geography,
) -> tuple[Finding, ...]:
    """Ask the load rules about engagements added to those that stand."""
    new, old = tuple(added), tuple(standing)
    return (
        loads.max_per_day(speaker, new, standing=old),
        loads.max_per_week(speaker, new, standing=old),
        loads.max_per_month(speaker, new, standing=old),
        loads.budget_minutes(speaker, new, standing=old, geography=geography),
        loads.travel_time(speaker, new, standing=old, geography=geography),
    )


def assignment_findings(
    demand: Demand,
    option: Option,
    *,
    speakers: Iterable[Speaker],
    geography: Geography,
    standing_by_speaker_id: Mapping[str, Iterable[Engagement]] | None = None,
    host_commitments: Iterable[HostCommitment] = (),
    pair_minutes_by_speaker_id: Mapping[str, int] | None = None,
) -> tuple[Ruling, ...]:
    """Ask every rule about one request with its whole team.

    Rulings about the request come first, then those of each speaker in the
    order given. Cost grows with the standing engagements of the team only.
    """
    team = tuple(speakers)
    standing = standing_by_speaker_id or {}
    extra = pair_minutes_by_speaker_id or {}
    request_findings = (
        teams.one_start(demand, (option.start,)),
        teams.full_team(demand, (speaker.id for speaker in team)),
        teams.host_free(demand, option, commitments=host_commitments),
    )
    rulings = [Ruling(demand.id, None, finding) for finding in request_findings]
    for speaker in team:
        found = pair_findings(
            speaker,
            demand,
            option=option,
            geography=geography,
            standing=standing.get(speaker.id, ()),
            pair_minutes=extra.get(speaker.id),
        )
        rulings.extend(Ruling(demand.id, speaker.id, finding) for finding in found)
    return tuple(rulings)


def broken(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """Return the rulings whose rule is not kept, in the order given."""
    return tuple(ruling for ruling in rulings if not ruling.finding.kept)


def _pair_rule_findings(
    speaker: Speaker, demand: Demand, *, geography: Geography
) -> tuple[Finding, ...]:
    return (
        pairs.topic_match(speaker, demand),
        pairs.grade_match(speaker, demand),
        pairs.language_match(speaker, demand),
        pairs.kind_match(speaker, demand),
        pairs.not_excluded(speaker, demand),
        pairs.format_possible(speaker, demand, geography=geography),
    )


def _session_rule_findings(
    speaker: Speaker, demand: Demand, *, option: Option, format: str | None
) -> tuple[Finding, ...]:
    by_session = [
        _one_session(speaker, demand, session=each, format=format) for each in option.sessions
    ]
    return tuple(
        next((finding for finding in of_rule if not finding.kept), of_rule[0])
        for of_rule in zip(*by_session, strict=True)
    )


def _one_session(
    speaker: Speaker, demand: Demand, *, session: Session, format: str | None
) -> tuple[Finding, ...]:
    return (
        sessions.notice_given(speaker, session),
        sessions.clearance_valid(speaker, session, demand=demand),
        sessions.long_enough(speaker, session, format=format),
        sessions.within_availability(speaker, session),
        sessions.no_busy_clash(speaker, session),
    )
