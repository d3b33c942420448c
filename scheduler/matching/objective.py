"""Count what a plan is worth, in two tiers and by named term.

The first tier is what gets filled, the second how well. This is the plain
count: the search uses tables of the same numbers and is held to these.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from scheduler.domain.assignments import IN_PERSON, Assignment, Demand, Option, Speaker
from scheduler.domain.constraints import chosen_format, distance_between
from scheduler.matching.problem import Problem, Weights

PAIR_TERMS = (
    "fit",
    "preference",
    "preferred",
    "pair_score",
    "travel",
    "same_start",
    "same_volunteer",
)
TERMS = (*PAIR_TERMS, "fairness", "equity")


def filled_weight(demand: Demand, option: Option) -> int:
    """Return the first-tier points of filling this request at this option."""
    return demand.priority * demand.need * demand.speakers * len(option.sessions)


def pair_points(
    problem: Problem, demand: Demand, *, option: Option, speaker: Speaker
) -> dict[str, int]:
    """Return the points of one speaker at one option, all sessions, by term.

    Fairness and equity depend on the rest of the plan and are not in it.
    """
    weights, pair = problem.weights, (demand.id, speaker.id)
    previous_start = problem.previous_start_by_pair.get(pair)
    is_same_start = previous_start == option.start
    is_other_start = previous_start is not None and not is_same_start
    per_session = {
        "fit": weights.fit * speaker.level_by_topic.get(demand.topic, 0),
        "preference": weights.preference * option.preference,
        "preferred": weights.preferred * (speaker.id in demand.preferred),
        "pair_score": problem.pair_scores.get(pair, 0),
        "travel": -weights.travel * _one_way_km(problem, demand, speaker),
        "same_start": weights.same_start * is_same_start,
        "same_volunteer": weights.same_volunteer * is_other_start,
    }
    return {name: points * len(option.sessions) for name, points in per_session.items()}


def fairness_points(weights: Weights, history: int, *, sessions: int) -> int:
    """Return the (negative) points of giving this many sessions to one speaker."""
    return -weights.fairness * (history * sessions + sessions * (sessions - 1) // 2)


def equity_points(weights: Weights, filled_before: int, *, filled: int) -> int:
    """Return the points of filling this many more requests of one school."""
    first = filled_before + 1
    return sum(weights.equity // rank for rank in range(first, first + filled))


def tier1_value(problem: Problem, assignments: Iterable[Assignment]) -> int:
    """Return the first tier of a plan whose starts are all offered."""
    return sum(filled_weight(*_chosen(problem, each)) for each in assignments)


def points_by_term(problem: Problem, assignments: Iterable[Assignment]) -> dict[str, int]:
    """Return the second tier of a plan by term; all terms, zeros included."""
    total: Counter[str] = Counter(dict.fromkeys(TERMS, 0))
    sessions_of: Counter[str] = Counter()
    filled_at: Counter[str] = Counter()
    for each in assignments:
        demand, option = _chosen(problem, each)
        filled_at[demand.school] += 1
        for speaker_id in each.speaker_ids:
            speaker = problem.speaker_by_id[speaker_id]
            sessions_of[speaker_id] += len(option.sessions)
            for name, points in pair_points(
                problem, demand, option=option, speaker=speaker
            ).items():
                total[name] += points
    total["fairness"] = sum(
        fairness_points(problem.weights, problem.speaker_by_id[key].history, sessions=count)
        for key, count in sessions_of.items()
    )
    total["equity"] = sum(
        equity_points(problem.weights, problem.filled_by_school.get(school, 0), filled=count)
        for school, count in filled_at.items()
    )
    return dict(total)


def _chosen(problem: Problem, assignment: Assignment) -> tuple[Demand, Option]:
    demand = problem.demand_by_id[assignment.demand_id]
    option = demand.option_at(assignment.start)
    if option is None:
        raise ValueError(f"{demand.id} does not offer the start {assignment.start}")
    return demand, option


def _one_way_km(problem: Problem, demand: Demand, speaker: Speaker) -> int:
    if chosen_format(speaker, demand, geography=problem.geography) != IN_PERSON:
        return 0
    km = distance_between(speaker, demand, geography=problem.geography)
    return 0 if km is None else math.floor(km + 0.5)
