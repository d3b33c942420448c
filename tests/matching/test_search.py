"""The way of large problems leads to the same proofs, tried on small ones."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.matching import search
from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.problem import Problem
from scheduler.matching.search import climb
from scheduler.matching.solve import assignments_of
from tests.matching.worlds import a_crowd, best_worth, problems
from tests.trying import examples

NOTHING = np.zeros(0, dtype=np.int64)


@pytest.mark.parametrize("many_columns", [0, 1000], ids=["large", "small"])
@examples(60)
@given(problem=problems(most_demands=4, most_speakers=4), most_columns=st.integers(1, 4))
def test_search_short_of_columns_never_claims_too_little_or_too_much(
    many_columns: int, problem: Problem, most_columns: int
) -> None:
    frame = Frame.of(problem, many_columns=many_columns)
    best = best_worth(problem)
    goal = Goal(1, time.monotonic() + 20, most_columns=most_columns)
    first = climb(frame, goal, start=NOTHING)
    assert first.tier.value <= best[0] <= first.tier.bound
    assert check(problem, assignments_of(frame, first.chosen)).violations == ()
    goal = replace(goal, tier=2, floor=first.tier.value, face=first.face)
    second = climb(frame, goal, start=first.chosen)
    assert value_of(frame, second.chosen, tier=1) >= first.tier.value
    assert check(problem, assignments_of(frame, second.chosen)).violations == ()
    if first.tier.value == best[0]:
        assert second.tier.value <= best[1] <= second.tier.bound


@examples(30)
@given(problems(most_demands=3, most_speakers=4))
def test_large_problem_with_room_for_its_columns_is_proven(problem: Problem) -> None:
    frame = Frame.of(problem, many_columns=0)
    first = climb(frame, Goal(1, time.monotonic() + 20), start=fill_greedily(frame))
    goal = Goal(2, time.monotonic() + 20, floor=first.tier.value, face=first.face)
    second = climb(frame, goal, start=first.chosen)
    assert (first.tier.value, second.tier.value) == best_worth(problem)
    assert first.tier.is_closed
    assert second.tier.is_closed


@pytest.mark.parametrize(
    ("seed", "many_columns"),
    [
        *((seed, 1000) for seed in (1, 4, 8)),
        (4, 0),
        *(pytest.param(seed, 0, marks=pytest.mark.full) for seed in (1, 8)),
    ],
)
def test_bound_of_a_short_search_covers_what_a_full_one_finds(seed: int, many_columns: int) -> None:
    full = Frame.of(a_crowd(seed))
    short = Frame.of(a_crowd(seed), many_columns=many_columns)
    deadline = time.monotonic() + 40
    best = climb(full, Goal(1, deadline), start=NOTHING)
    assert best.tier.is_closed
    tried = climb(short, Goal(1, deadline, most_columns=30), start=NOTHING)
    assert tried.tier.value <= best.tier.value <= tried.tier.bound
    floor = best.tier.value
    fitting = climb(full, Goal(2, deadline, floor=floor), start=best.chosen)
    assert fitting.tier.is_closed
    tried = climb(short, Goal(2, deadline, floor=floor, most_columns=30), start=best.chosen)
    assert tried.tier.value <= fitting.tier.value <= tried.tier.bound


@pytest.mark.parametrize("seed", [1, 4, 8])
def test_plan_rounded_below_the_floor_is_lifted_to_it(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY_TO_SOLVE", 0)
    problem = a_crowd(seed)
    frame = Frame.of(problem, many_columns=0)
    first = climb(frame, Goal(1, time.monotonic() + 20), start=fill_greedily(frame))
    goal = Goal(2, time.monotonic() + 1, floor=first.tier.value, face=first.face)
    second = climb(frame, goal, start=first.chosen)
    assert value_of(frame, second.chosen, tier=1) == first.tier.value
    assert second.tier.value > value_of(frame, first.chosen, tier=2)
    assert check(problem, assignments_of(frame, second.chosen)).violations == ()
