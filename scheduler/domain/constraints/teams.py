"""Judge a request as a whole: its start, its team, its teacher's time."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.assignments import Assignment, Demand, Fact, Finding, HostCommitment, Option


def one_start(demand: Demand, starts: Iterable[int]) -> Finding:
    """Require at most one start, and one that the request offers.

    ``starts`` are those of the first sessions; none at all is kept.
    """
    chosen = tuple(sorted(set(starts)))
    offered = {option.start for option in demand.options}
    kept = len(chosen) <= 1 and set(chosen) <= offered
    return Finding("one_start", kept, {"starts": chosen})


def full_team(demand: Demand, speaker_ids: Iterable[str]) -> Finding:
    """Require exactly the number of different speakers asked for."""
    named = tuple(speaker_ids)
    kept = len(named) == len(set(named)) == demand.speakers
    return Finding("full_team", kept, {"needed": demand.speakers, "speakers": named})


def host_free(demand: Demand, option: Option, *, commitments: Iterable[HostCommitment]) -> Finding:
    """Require that no teacher, class or room is needed twice at one time.

    Commitments of the same request are passed over.
    """
    for held in commitments:
        if held.host not in demand.hosts or held.demand_id == demand.id:
            continue
        if any(session.overlaps(held.session) for session in option.sessions):
            facts: dict[str, Fact] = {
                "host": held.host,
                "demand": held.demand_id,
                "start": held.session.start,
                "end": held.session.end,
            }
            return Finding("host_free", False, facts)
    return Finding("host_free", True, {"hosts": tuple(sorted(demand.hosts))})


def pinned_kept(demand: Demand, chosen: Assignment | None, *, pinned: Assignment | None) -> Finding:
    """Require that a pinned booking stays as it is: same start, same people."""
    if pinned is None:
        return Finding("pinned_kept", True, {})
    facts: dict[str, Fact] = {"start": pinned.start, "speakers": tuple(sorted(pinned.speaker_ids))}
    kept = (
        chosen is not None
        and chosen.demand_id == pinned.demand_id == demand.id
        and chosen.start == pinned.start
        and sorted(chosen.speaker_ids) == sorted(pinned.speaker_ids)
    )
    return Finding("pinned_kept", kept, facts)
