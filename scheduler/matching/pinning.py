"""Set pinned bookings aside: check them, then plan around them.

What is pinned is no longer a choice. It becomes a commitment of its speakers
and hosts, counts as history for fairness and as filled for equity, and is put
back into the plan at the end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from scheduler.domain.assignments import (
    Assignment,
    Commitment,
    HostCommitment,
    engagements_of,
)
from scheduler.domain.constraints import Ruling, chosen_format
from scheduler.matching.checker import check
from scheduler.matching.objective import points_by_term, tier1_value
from scheduler.matching.problem import Problem


@dataclass(frozen=True, slots=True)
class Pinned:
    """The problem that is left, and what the pinned bookings are worth."""

    rest: Problem
    assignments: tuple[Assignment, ...]
    tier1: int
    tier2: int
    violations: tuple[Ruling, ...]


def set_aside(problem: Problem) -> Pinned:
    """Return the rest of a problem once its pinned bookings stand.

    With ``violations`` the pinned bookings cannot be kept, and there is
    nothing left to plan. The same booking given twice counts once.
    """
    pinned = tuple(dict.fromkeys(map(_in_order, problem.pinned)))
    report = check(problem, pinned)
    if report.violations:
        return Pinned(problem, pinned, 0, 0, report.violations)
    tier2 = sum(points_by_term(problem, pinned).values())
    rest = _without(problem, pinned) if pinned else problem
    return Pinned(rest, pinned, tier1_value(problem, pinned), tier2, ())


def _in_order(assignment: Assignment) -> Assignment:
    return replace(assignment, speaker_ids=tuple(sorted(assignment.speaker_ids)))


def _without(problem: Problem, pinned: tuple[Assignment, ...]) -> Problem:
    commitments, held = list(problem.commitments), list(problem.host_commitments)
    sessions_of: Counter[str] = Counter()
    filled = Counter(problem.filled_by_school)
    for each in pinned:
        demand = problem.demand_by_id[each.demand_id]
        option = demand.option_at(each.start)
        if option is None:
            continue
        filled[demand.school] += 1
        held += [
            HostCommitment(host, session, demand.id)
            for host in sorted(demand.hosts)
            for session in option.sessions
        ]
        for key in each.speaker_ids:
            sessions_of[key] += len(option.sessions)
            commitments += _commitments(problem, each, speaker_id=key)
    pinned_ids = {each.demand_id for each in pinned}
    return replace(
        problem,
        demands=tuple(d for d in problem.demands if d.id not in pinned_ids),
        speakers=tuple(replace(s, history=s.history + sessions_of[s.id]) for s in problem.speakers),
        commitments=tuple(commitments),
        host_commitments=tuple(held),
        filled_by_school=dict(filled),
        pinned=(),
    )


def _commitments(problem: Problem, assignment: Assignment, *, speaker_id: str) -> list[Commitment]:
    demand = problem.demand_by_id[assignment.demand_id]
    option = demand.option_at(assignment.start)
    chosen = chosen_format(problem.speaker_by_id[speaker_id], demand, geography=problem.geography)
    if option is None or chosen is None:
        return []
    minutes = problem.pair_minutes.get((demand.id, speaker_id))
    engagements = engagements_of(demand, option, format=chosen, pair_minutes=minutes)
    return [Commitment(speaker_id, engagement) for engagement in engagements]
