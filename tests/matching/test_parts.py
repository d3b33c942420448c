"""Planning some requests anew beside the rest: rules are kept, and nothing gets worse."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.neighbourhoods import Neighbourhoods, planned_anew
from scheduler.matching.parts import take_back
from scheduler.matching.problem import Problem
from scheduler.matching.relaxation import distinct
from scheduler.matching.rounding import guesses, rounded
from scheduler.matching.rows import Rows, without_repeats
from scheduler.matching.solve import assignments_of
from scheduler.matching.tables import Ints
from scheduler.matching.valuation import value
from tests.matching.worlds import a_crowd, best_worth, problems
from tests.trying import examples

CROWDS = [1, 4, 8]


def goal_of(tier: int, *, floor: int = 0) -> Goal:
    return Goal(2 if tier == 2 else 1, time.monotonic() + 30, floor=floor)


@examples(60)
@given(
    problems(most_demands=4, most_speakers=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.sampled_from([1, 2]),
)
def test_part_planned_anew_keeps_all_rules_and_is_no_worse(
    problem: Problem, is_back: list[bool], tier: int
) -> None:
    frame = Frame.of(problem, many_columns=0)
    chosen = fill_greedily(frame)
    requests = np.array(is_back[: len(problem.demands)])
    pool = np.ones(len(frame.columns), dtype=np.bool_)
    part = take_back(frame, chosen, requests=requests, pool=pool)
    assume(len(part.columns))
    found = planned_anew(part, goal_of(tier), seconds=20)
    assert found is not None
    again = np.union1d(part.kept, found)
    assert check(problem, assignments_of(frame, again)).violations == ()
    kept = set(frame.columns.demand[part.kept].tolist())
    assert set(part.kept.tolist()) <= set(again.tolist())
    assert not kept & set(np.flatnonzero(requests).tolist())
    if tier == 1:
        assert value_of(frame, again, tier=1) >= value_of(frame, chosen, tier=1)


@examples(40)
@given(problems(most_demands=3, most_speakers=3))
def test_part_that_is_the_whole_problem_has_its_optimum(problem: Problem) -> None:
    frame = Frame.of(problem, many_columns=0)
    assume(len(frame.columns))
    everybody = np.ones(len(problem.demands), dtype=np.bool_)
    pool = np.ones(len(frame.columns), dtype=np.bool_)
    part = take_back(frame, NOTHING, requests=everybody, pool=pool)
    assume(len(part.columns))
    first = planned_anew(part, goal_of(1), seconds=20)
    assert first is not None
    assert value_of(frame, first, tier=1) == best_worth(problem)[0]


@pytest.mark.parametrize("seed", CROWDS)
@pytest.mark.parametrize("tier", [1, 2])
def test_neighbourhoods_improve_a_crowd_step_by_step(seed: int, tier: int) -> None:
    problem = a_crowd(seed)
    frame = Frame.of(problem, many_columns=0)
    start = fill_greedily(frame)
    floor = value_of(frame, start, tier=1) if tier == 2 else 0
    goal = goal_of(tier, floor=floor)
    known = value(frame, goal, may_go_on=lambda: True)
    told: list[int] = []
    last = [start]

    def hear(plan: Ints) -> None:
        told.append(value_of(frame, plan, tier=goal.tier))
        last[0] = plan

    pool = np.ones(len(frame.columns), dtype=np.bool_)
    search = Neighbourhoods(frame, goal, pool=pool, loss=known.pricing.loss, chosen=start)
    search.improve(target=int(known.pricing.bound), tell=hear)
    assert told == sorted(set(told))
    assert check(problem, assignments_of(frame, last[0])).violations == ()
    assert value_of(frame, last[0], tier=1) >= floor


@pytest.mark.parametrize("seed", CROWDS)
def test_guessed_and_rounded_plans_keep_all_rules(seed: int) -> None:
    problem = a_crowd(seed)
    frame = Frame.of(problem, many_columns=0)
    floor = value_of(frame, fill_greedily(frame), tier=1)
    goal = goal_of(2, floor=floor)
    known = value(frame, goal, may_go_on=lambda: True)
    pool = np.arange(len(frame.columns))
    for plan in (*guesses(frame, goal, known=known), rounded(frame, goal, pool=pool, seconds=20)):
        assert plan is not None
        assert check(problem, assignments_of(frame, plan)).violations == ()
        if value_of(frame, plan, tier=1) >= floor:
            assert value_of(frame, plan, tier=2) <= known.pricing.bound + 1e-6


@pytest.mark.parametrize("seed", CROWDS)
def test_columns_that_the_first_tier_cannot_tell_apart_are_one(seed: int) -> None:
    frame = Frame.of(a_crowd(seed))
    few = distinct(frame, np.arange(len(frame.columns)))

    def facts(column: int) -> tuple[object, ...]:
        rows = frame.limits.of(np.array([column]))
        option = frame.columns.option[column]
        hosts = frame.hosts.of(np.array([option]))
        return (
            int(frame.columns.demand[column]),
            int(option) if frame.team[option] > 1 else None,
            tuple(sorted(zip(rows.row.tolist(), rows.amount.tolist(), strict=True))),
            tuple(sorted(hosts.row.tolist())),
        )

    of_all = {facts(column) for column in range(len(frame.columns))}
    assert sorted(map(str, map(facts, few))) == sorted(map(str, of_all))


def test_rows_that_say_the_same_are_written_once_with_the_tighter_limit() -> None:
    rows = Rows(
        row=np.array([0, 0, 1, 1, 2, 3]),
        member=np.array([0, 1, 1, 0, 0, 0]),
        amount=np.array([1, 2, 2, 1, 1, 2]),
        limit=np.array([3, 2, 1, 1]),
    )
    kept = without_repeats(rows)
    assert kept.limit.tolist() == [2, 1, 1]
    assert kept.row.tolist() == [0, 0, 1, 2]
    assert kept.member.tolist() == [1, 0, 0, 0]
    assert kept.amount.tolist() == [2, 1, 1, 2]


NOTHING: Ints = np.zeros(0, dtype=np.int64)
