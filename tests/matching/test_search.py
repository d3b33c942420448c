"""The way of large problems leads to the same proofs, tried on small ones."""

from __future__ import annotations

import time

from hypothesis import given, settings

from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.problem import Problem
from scheduler.matching.search import climb
from scheduler.matching.solve import assignments_of
from tests.matching.worlds import best_worth, problems


@settings(max_examples=40)
@given(problems(most_demands=3, most_speakers=4))
def test_pricing_columns_in_never_claims_too_little_or_too_much(problem: Problem) -> None:
    frame = Frame.of(problem, many_columns=0)
    best = best_worth(problem)
    goal = Goal(1, time.monotonic() + 20, most_columns=3)
    first = climb(frame, goal, start=fill_greedily(frame))
    assert first.tier.value <= best[0] <= first.tier.bound
    assert check(problem, assignments_of(frame, first.chosen)).violations == ()
    goal = Goal(2, time.monotonic() + 20, floor=first.tier.value, most_columns=3)
    second = climb(frame, goal, start=first.chosen)
    assert value_of(frame, second.chosen, tier=1) >= first.tier.value
    assert check(problem, assignments_of(frame, second.chosen)).violations == ()
    if first.tier.value == best[0]:
        assert second.tier.value <= best[1] <= second.tier.bound


@settings(max_examples=30)
@given(problems(most_demands=3, most_speakers=4))
def test_large_problem_with_room_for_its_columns_is_proven(problem: Problem) -> None:
    frame = Frame.of(problem, many_columns=0)
    first = climb(frame, Goal(1, time.monotonic() + 20), start=fill_greedily(frame))
    goal = Goal(2, time.monotonic() + 20, floor=first.tier.value)
    second = climb(frame, goal, start=first.chosen)
    assert (first.tier.value, second.tier.value) == best_worth(problem)
    assert first.tier.is_closed
    assert second.tier.is_closed
