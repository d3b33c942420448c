"""Prices found by ascent: what requests answer, what the bound says, what a plan follows."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.matching.ascent import Pace, ascend
from scheduler.matching.bound import price
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal
from scheduler.matching.oracle import Oracle
from scheduler.matching.prices import Prices
from scheduler.matching.problem import Problem
from scheduler.matching.steps import steps_at
from scheduler.matching.tables import Ints
from scheduler.matching.valuation import best_per_request, value
from tests.matching.test_bound import columns_of, random_prices
from tests.matching.worlds import a_crowd, best_worth, every_plan, problems, worth
from tests.trying import examples

small_worlds = problems(most_demands=3, most_speakers=3)
seeds = st.integers(0, 2**32 - 1)


def everything(frame: Frame) -> Ints:
    return np.arange(len(frame.columns))


def bound_by_answer(frame: Frame, prices: Prices, *, tier: int, floor: int) -> float:
    answer = Oracle(frame, everything(frame), tier=2 if tier == 2 else 1).answer(prices)
    bound = answer.worth + frame.limits.cost(prices.limits) + float(prices.hosts.sum())
    if tier == 2:
        bound += steps_at(frame, prices).worth - prices.floor * floor
    return bound


@pytest.mark.parametrize("tier", [1, 2])
@examples(50)
@given(small_worlds, seeds)
def test_answers_of_the_requests_add_up_to_the_bound(
    tier: int, problem: Problem, seed: int
) -> None:
    frame = Frame.of(problem)
    assume(len(frame.columns))
    prices = random_prices(frame, seed)
    by_pricing = price(frame, prices, tier=2 if tier == 2 else 1, floor=3).bound
    assert bound_by_answer(frame, prices, tier=tier, floor=3) == pytest.approx(by_pricing)


@examples(50)
@given(small_worlds, seeds)
def test_answer_counts_what_its_columns_use(problem: Problem, seed: int) -> None:
    frame = Frame.of(problem)
    assume(len(frame.columns))
    answer = Oracle(frame, everything(frame), tier=2).answer(random_prices(frame, seed))
    assert answer.limits.tolist() == frame.limits.of(answer.columns).total.tolist()
    taken = frame.columns.option[answer.columns]
    speaker = frame.columns.speaker[answer.columns]
    count = len(frame.history)
    assert answer.bookings.tolist() == np.bincount(speaker, minlength=count).tolist()
    sessions = np.bincount(speaker, weights=frame.sessions[taken], minlength=count)
    assert answer.sessions.tolist() == sessions.tolist()
    assert answer.weight == frame.weight[np.unique(taken)].sum()


@examples(40)
@given(small_worlds, st.sampled_from([1, 2]))
def test_ascent_never_claims_less_than_the_best_plan(problem: Problem, tier: int) -> None:
    frame = Frame.of(problem)
    assume(len(frame.columns))
    best = best_worth(problem)
    known = value(
        frame,
        Goal(1, time.monotonic() + 60) if tier == 1 else Goal(2, math.inf, floor=best[0]),
        may_go_on=lambda: True,
    )
    assert known.pricing.bound >= best[tier - 1] - 1e-6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ascent_tightens_the_bound_of_a_crowd(seed: int) -> None:
    frame = Frame.of(a_crowd(seed))
    free = price(frame, Prices.free(frame), tier=2).bound
    start = Prices.opening(frame)
    oracle = Oracle(frame, everything(frame), tier=2)
    pace = Pace(100, 20.0)
    climb = ascend(oracle, frame, floor=0, start=start, pace=pace, may_go_on=lambda: True)
    assert price(frame, climb.prices, tier=2).bound == pytest.approx(climb.bound)
    assert climb.bound < free


def test_ascent_that_may_not_go_on_returns_where_it_began() -> None:
    frame = Frame.of(a_crowd(1))
    start = Prices.opening(frame)
    oracle = Oracle(frame, everything(frame), tier=2)
    climb = ascend(
        oracle, frame, floor=0, start=start, pace=Pace(100, 20.0), may_go_on=lambda: False
    )
    assert climb.prices.numbers().tolist() == start.numbers().tolist()


@examples(60)
@given(small_worlds)
def test_both_counts_of_a_series_are_true_or_too_low_of_any_plan(problem: Problem) -> None:
    frame = Frame.of(problem)
    assume(len(frame.columns))
    for plan in every_plan(problem):
        _, second = worth(problem, plan)
        chosen = columns_of(frame, plan)
        for series in (0.0, 0.5, 1.0):
            prices = Prices.opening(frame)
            prices.series[:] = series
            pricing = price(frame, prices, tier=2)
            assert pricing.bound >= second - 1e-6
            assert all(pricing.bound - pricing.loss[column] >= second - 1e-6 for column in chosen)


def test_best_of_each_request_is_by_loss_and_then_by_points() -> None:
    frame = Frame.of(a_crowd(2))
    loss = np.random.default_rng(0).integers(0, 4, len(frame.columns)).astype(np.float64)
    allowed = np.ones(len(loss), dtype=np.bool_)
    found = best_per_request(frame, loss, count=3, allowed=allowed)
    rank = (loss, -frame.columns.points)
    for demand in np.unique(frame.columns.demand):
        numbers = np.flatnonzero(frame.columns.demand == demand)
        expected = sorted((rank[0][n], rank[1][n]) for n in numbers)[:3]
        chosen = found[frame.columns.demand[found] == demand]
        assert sorted((rank[0][n], rank[1][n]) for n in chosen) == expected
