"""Whatever the prices, no plan is worth more than the bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.matching.bound import price
from scheduler.matching.frame import Frame
from scheduler.matching.prices import Prices
from scheduler.matching.problem import Problem
from tests.matching.worlds import PLANE, a_demand, a_speaker, every_plan, problems, worth
from tests.trying import examples

small_worlds = problems(most_demands=3, most_speakers=3)


def random_prices(frame: Frame, seed: int) -> Prices:
    random = np.random.default_rng(seed)
    count = Prices.count(frame)
    drawn = Prices.of(frame, random.uniform(0, 60, count) * (random.uniform(0, 1, count) < 0.5))
    drawn.series[:] = random.uniform(0, 1, len(drawn.series))
    return replace(drawn, floor=float(random.uniform(0, 5)))


@examples(40)
@given(small_worlds, st.integers(0, 2**32 - 1))
def test_no_plan_passes_the_bound_at_any_prices(problem: Problem, seed: int) -> None:
    frame = Frame.of(problem)
    prices = random_prices(frame, seed)
    plans = [worth(problem, plan) for plan in every_plan(problem)]
    best_first = max(first for first, _ in plans)
    assert price(frame, prices, tier=1).bound >= best_first - 1e-6
    best_second = max(second for first, second in plans if first == best_first)
    assert price(frame, prices, tier=2, floor=best_first).bound >= best_second - 1e-6


@examples(40)
@given(small_worlds, st.integers(0, 2**32 - 1))
def test_plan_that_uses_a_column_is_worth_less_by_its_loss(problem: Problem, seed: int) -> None:
    frame = Frame.of(problem)
    assume(len(frame.columns))
    pricing = price(frame, random_prices(frame, seed), tier=1)
    for plan in every_plan(problem):
        value, _ = worth(problem, plan)
        for column in columns_of(frame, plan):
            assert pricing.bound - pricing.loss[column] >= value - 1e-6


def columns_of(frame: Frame, plan: tuple[Assignment, ...]) -> list[int]:
    columns, problem = frame.columns, frame.problem
    chosen = {(each.demand_id, each.start, key) for each in plan for key in each.speaker_ids}
    return [
        column
        for column in range(len(columns))
        if (
            problem.demands[columns.demand[column]].id,
            columns.options[columns.option[column]].start,
            problem.speakers[columns.speaker[column]].id,
        )
        in chosen
    ]


def test_without_prices_the_bound_is_the_best_of_each_request_alone() -> None:
    problem = Problem(
        PLANE, (a_speaker("ana", max_per_week=1),), (a_demand("r1", 541), a_demand("r2", 541))
    )
    frame = Frame.of(problem)
    assert price(frame, Prices.free(frame), tier=1).bound == 2
    # Both talks at level 2 and preference 3; the school's first two filled requests.
    second = price(frame, Prices.free(frame), tier=2, floor=1).bound
    assert second == pytest.approx(2 * (80 + 60) + 60 + 30)
