"""State what would fill a request: one or two changes, of the request or of a rule for somebody.

A cure is a claim that can be checked: applied to a copy, the plain rules must be kept there.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.assignments import Demand, Finding, Speaker
from scheduler.domain.constraints import assignment_findings, broken
from scheduler.matching.problem import Problem


@dataclass(frozen=True, slots=True)
class Variant:
    """A request with some of its own facts changed: ``kinds`` names each change.

    ``days`` are those that were asked for: of the starts of another day the nearest is best.
    """

    kinds: tuple[str, ...]
    demand: Demand
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One change: of the request, or of the speaker for whom the rule of the finding is bent."""

    kind: str
    speaker_id: str = ""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Cure:
    """One or two changes that fill a request: at this start, with this team.

    ``people`` is how many could then come at that start, at least as many as are needed.
    ``demand`` is the changed request, ``changed`` the speakers as they would be.
    """

    steps: tuple[Step, ...]
    start: int
    people: int
    team: tuple[str, ...]
    demand: Demand
    changed: tuple[Speaker, ...] = ()


def fills(problem: Problem, cure: Cure) -> bool:
    """Apply a cure to a copy and ask the plain rules whether the request is filled there."""
    changed_by_id = {speaker.id: speaker for speaker in cure.changed}
    option = cure.demand.option_at(cure.start)
    if option is None:
        return False
    rulings = assignment_findings(
        cure.demand,
        option,
        speakers=[changed_by_id.get(key) or problem.speaker_by_id[key] for key in cure.team],
        geography=problem.geography,
        standing_by_speaker_id=problem.standing_by_speaker_id,
        host_commitments=problem.host_commitments,
        pair_minutes_by_speaker_id=_minutes(problem, cure),
    )
    return not broken(rulings)


def _minutes(problem: Problem, cure: Cure) -> dict[str, int]:
    return {
        key: problem.pair_minutes[cure.demand.id, key]
        for key in cure.team
        if (cure.demand.id, key) in problem.pair_minutes
    }
