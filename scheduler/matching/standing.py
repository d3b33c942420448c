"""Let a plan stand: the same problem, with its assignments as commitments nobody may touch.

Whoever asks what is left beside a plan asks that problem. It is not checked here whether the
plan may stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scheduler.domain.assignments import (
    Assignment,
    Commitment,
    Demand,
    HostCommitment,
    Option,
    engagements_of,
)
from scheduler.domain.constraints import chosen_format
from scheduler.matching.problem import Problem


def with_standing(problem: Problem, assignments: Iterable[Assignment]) -> Problem:
    """Return the problem with these assignments standing; its requests stay as they are.

    Assignments of unknown requests, starts or speakers are passed over.
    """
    known = [(each, *found) for each in assignments if (found := _chosen(problem, each))]
    return replace(
        problem,
        commitments=(
            *problem.commitments,
            *(
                commitment
                for each, demand, option in known
                for commitment in _commitments(problem, each, demand=demand, option=option)
            ),
        ),
        host_commitments=(
            *problem.host_commitments,
            *(
                HostCommitment(host, session, demand.id)
                for _, demand, option in known
                for host in sorted(demand.hosts)
                for session in option.sessions
            ),
        ),
    )


def _chosen(problem: Problem, each: Assignment) -> tuple[Demand, Option] | None:
    demand = problem.demand_by_id.get(each.demand_id)
    option = demand.option_at(each.start) if demand else None
    return (demand, option) if demand and option else None


def _commitments(
    problem: Problem, each: Assignment, *, demand: Demand, option: Option
) -> Iterator[Commitment]:
    for speaker_id in each.speaker_ids:
        speaker = problem.speaker_by_id.get(speaker_id)
        if speaker is None:
            continue
        chosen = chosen_format(speaker, demand, geography=problem.geography)
        minutes = problem.pair_minutes.get((demand.id, speaker_id))
        for engagement in engagements_of(
            demand, option, format=chosen or demand.format, pair_minutes=minutes
        ):
            yield Commitment(speaker_id, engagement)
