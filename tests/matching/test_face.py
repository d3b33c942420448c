"""What tightens the first tier never costs a plan; what its prices settle, the best plans do."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.matching.bound import price
from scheduler.matching.cliques import broken_cliques
from scheduler.matching.face import Face
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal
from scheduler.matching.milp import solve_model
from scheduler.matching.prices import Prices
from scheduler.matching.problem import Problem
from scheduler.matching.relaxation import Relaxation
from scheduler.matching.tables import Ints
from scheduler.matching.tightening import Tight, tighten
from tests.matching.test_bound import columns_of, random_prices
from tests.matching.worlds import PLANE, a_crowd, a_demand, a_speaker, every_plan, problems, worth
from tests.trying import examples

small_worlds = problems(most_demands=3, most_speakers=3)
crowded_worlds = problems(most_demands=4, most_speakers=2)


def tightened(problem: Problem) -> Tight:
    frame = Frame.of(problem)
    pricing = price(frame, Prices.free(frame), tier=1)
    return tighten(frame, Goal(1, time.monotonic() + 20), pricing=pricing)


def best_plans(problem: Problem) -> tuple[int, list[tuple[Assignment, ...]]]:
    """Return the best of the first tier, and every plan that reaches it."""
    plans = [(worth(problem, plan)[0], plan) for plan in every_plan(problem)]
    best = max(value for value, _ in plans)
    return best, [plan for value, plan in plans if value == best]


@examples(60)
@given(crowded_worlds, st.integers(0, 2**32 - 1))
def test_every_plan_keeps_every_clique(problem: Problem, seed: int) -> None:
    frame = Frame.of(problem)
    shares = np.random.default_rng(seed).uniform(0.3, 0.9, len(frame.columns))
    cliques = broken_cliques(frame, shares)
    for plan in every_plan(problem):
        taken = np.bincount(columns_of(frame, plan), minlength=len(frame.columns)).astype(float)
        assert (cliques.usage(taken) <= cliques.limit).all()


@examples(30)
@given(crowded_worlds, st.integers(0, 2**32 - 1))
def test_clique_is_named_only_where_the_shares_break_it(problem: Problem, seed: int) -> None:
    frame = Frame.of(problem)
    shares = np.random.default_rng(seed).uniform(0.0, 0.7, len(frame.columns))
    assert (broken_cliques(frame, shares).usage(shares) > 1).all()


def test_three_visits_of_which_each_two_are_too_much_make_one_clique() -> None:
    three = (a_demand("a", 541), a_demand("b", 541), a_demand("c", 541))
    frame = Frame.of(Problem(PLANE, (a_speaker("ana"),), three))
    cliques = broken_cliques(frame, np.full(len(frame.columns), 0.5))
    assert cliques.member.tolist() == [0, 1, 2]


def test_half_a_visit_beside_a_whole_one_breaks_their_clique() -> None:
    two = (a_demand("a", 541), a_demand("b", 541))
    frame = Frame.of(Problem(PLANE, (a_speaker("ana"),), two))
    assert broken_cliques(frame, np.array([1.0, 0.5])).member.tolist() == [0, 1]


def test_whole_plan_breaks_no_clique() -> None:
    frame = Frame.of(a_crowd(1))
    assert len(broken_cliques(frame, np.zeros(len(frame.columns)))) == 0


@examples(30)
@given(small_worlds)
def test_tightened_bound_holds_for_every_plan(problem: Problem) -> None:
    assert tightened(problem).pricing.bound >= best_plans(problem)[0] - 1e-6


@pytest.mark.parametrize("seed", [1, 4, 8])
def test_tightened_bound_is_that_of_the_linear_relaxation_or_better(seed: int) -> None:
    frame = Frame.of(a_crowd(seed))
    relaxation = Relaxation(frame, every_column(frame), tier=1)
    loose = solve_model(relaxation.model(), is_whole=False, seconds=20)
    assert tightened(frame.problem).pricing.bound <= loose.objective + 1e-6


@examples(30)
@given(small_worlds, st.integers(0, 2**32 - 1))
def test_best_plans_use_usable_columns_and_fill_what_must_be_filled(
    problem: Problem, seed: int
) -> None:
    frame = Frame.of(problem)
    best, plans = best_plans(problem)
    tight = tightened(problem)
    for pricing in (tight.pricing, price(frame, random_prices(frame, seed), tier=1)):
        face = Face.of(tight.frame, pricing, floor=best, is_exact=True)
        for plan in plans:
            assert face.usable[columns_of(frame, plan)].all()
            filled = {each.demand_id for each in plan}
            must = np.flatnonzero(face.must_fill)
            assert {problem.demands[number].id for number in must} <= filled


def test_only_speaker_is_left_to_the_request_that_weighs_more() -> None:
    urgent, other = a_demand("r1", 541, priority=3), a_demand("r2", 541, priority=1)
    problem = Problem(PLANE, (a_speaker("ana"),), (urgent, other))
    frame = Frame.of(problem)
    prices = Prices.free(frame)
    prices.limits[0] = 2
    pricing = price(frame, prices, tier=1)
    face = Face.of(frame, pricing, floor=best_plans(problem)[0], is_exact=True)
    assert face.usable.tolist() == [True, False]
    assert face.must_fill.tolist() == [True, False]


def every_column(frame: Frame) -> Ints:
    return np.arange(len(frame.columns))
