"""The best plan, proven: against exhaustive search, and against what must not change it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.matching.checker import check
from scheduler.matching.problem import Problem, Weights
from scheduler.matching.solve import solve
from tests.matching.worlds import (
    DAY,
    PLANE,
    a_demand,
    a_speaker,
    best_worth,
    every_plan,
    possible_assignments,
    problems,
    worth,
)
from tests.trying import examples

small_worlds = problems(most_demands=3, most_speakers=4)


@examples(60)
@given(small_worlds)
def test_optimum_equals_exhaustive_search(problem: Problem) -> None:
    plan = solve(problem, seconds=20)
    assert plan.status == "optimal"
    assert (plan.tier1.value, plan.tier2.value) == best_worth(problem)
    assert (plan.tier1.gap, plan.tier2.gap) == (0.0, 0.0)


@examples(40)
@given(problems(most_demands=6, most_speakers=5))
def test_plan_breaks_no_rule_and_its_points_add_up(problem: Problem) -> None:
    plan = solve(problem, seconds=20)
    report = check(problem, plan.assignments)
    assert report.violations == ()
    assert (report.tier1, report.tier2) == (plan.tier1.value, plan.tier2.value)
    assert sum(plan.points.values()) == plan.tier2.value
    filled = {each.demand_id for each in plan.assignments}
    assert set(plan.unassigned) == {demand.id for demand in problem.demands} - filled


@examples(25)
@given(small_worlds)
def test_optimal_plan_fed_back_is_returned_unchanged(problem: Problem) -> None:
    urgent = tuple(replace(d, priority=max(1, d.priority)) for d in problem.demands)
    problem = replace(problem, demands=urgent, weights=Weights(), previous=())
    first = solve(problem, seconds=20)
    again = solve(replace(problem, previous=first.assignments), seconds=20)
    assert set(again.assignments) == set(first.assignments)


@examples(40)
@given(small_worlds, st.data())
def test_pinned_bookings_are_kept_at_the_best_price(problem: Problem, data: st.DataObject) -> None:
    choices = [each for d in problem.demands for each in possible_assignments(problem, d)]
    assume(choices)
    pin = data.draw(st.sampled_from(choices))
    pinned = replace(problem, pinned=(pin,))
    plan = solve(pinned, seconds=20)
    assert plan.status == "optimal"
    assert pin in plan.assignments
    best = max(worth(problem, each) for each in every_plan(pinned))
    assert (plan.tier1.value, plan.tier2.value) == best


def test_pinned_visit_counts_as_history_when_the_rest_is_shared_out() -> None:
    # Ana is pinned once; the next visit is therefore cheaper for bo, by 15 points.
    problem = Problem(
        PLANE,
        (a_speaker("ana"), a_speaker("bo")),
        (a_demand("r1", 541), a_demand("r2", DAY + 541)),
        pinned=(Assignment("r1", 541, ("ana",)),),
        pair_scores={("r2", "ana"): 10},
    )
    plan = solve(problem, seconds=5)
    assert plan.assignments == (
        Assignment("r1", 541, ("ana",)),
        Assignment("r2", DAY + 541, ("bo",)),
    )
    assert (plan.status, plan.points["fairness"]) == ("optimal", 0)


def test_pinned_visit_takes_its_teacher_and_its_school_s_first_place() -> None:
    hosts = frozenset({"teacher:kim"})
    problem = Problem(
        PLANE,
        (a_speaker("ana"), a_speaker("bo")),
        (a_demand("r1", 541, hosts=hosts), a_demand("r2", 560, DAY + 541, hosts=hosts)),
        pinned=(Assignment("r1", 541, ("ana",)),),
    )
    plan = solve(problem, seconds=5)
    assert plan.assignments[1].start == DAY + 541
    assert plan.points["equity"] == 60 + 30
    assert plan.tier2.bound == plan.tier2.value


def test_pinned_booking_that_breaks_a_rule_is_infeasible() -> None:
    problem = Problem(
        PLANE,
        (a_speaker("ana", languages=frozenset({"fr"})),),
        (a_demand("r1", 541),),
        pinned=(Assignment("r1", 541, ("ana",)),),
    )
    plan = solve(problem, seconds=5)
    assert plan.status == "infeasible"
    assert plan.assignments == ()
    assert [ruling.finding.rule for ruling in plan.violations] == ["language_match"]


def test_pinned_bookings_that_exclude_each_other_are_infeasible() -> None:
    problem = Problem(
        PLANE,
        (a_speaker("ana", max_per_week=1),),
        (a_demand("r1", 541), a_demand("r2", DAY + 541)),
        pinned=(Assignment("r1", 541, ("ana",)), Assignment("r2", DAY + 541, ("ana",))),
    )
    plan = solve(problem, seconds=5)
    assert plan.status == "infeasible"
    assert {ruling.finding.rule for ruling in plan.violations} == {"max_per_week"}


def test_first_tier_comes_before_any_points_of_the_second() -> None:
    # One urgent request for ana, or two that together are worth less but score more.
    speakers = (a_speaker("ana", max_per_week=1),)
    plain = a_demand("plain", 541, preferred=frozenset({"ana"}))
    urgent = a_demand("urgent", 541, priority=2)
    plan = solve(Problem(PLANE, speakers, (plain, urgent)), seconds=5)
    assert plan.assignments == (Assignment("urgent", 541, ("ana",)),)
    assert (plan.tier1.value, plan.status) == (2, "optimal")


def test_without_time_there_is_still_a_plan_and_an_honest_gap() -> None:
    speakers = tuple(a_speaker(f"v{n}", max_per_week=1) for n in range(3))
    demands = tuple(a_demand(f"r{n}", 541, DAY + 541) for n in range(5))
    plan = solve(Problem(PLANE, speakers, demands), seconds=0)
    assert plan.status == "feasible"
    assert len(plan.assignments) == 3
    assert plan.tier1.bound == 5
    assert plan.tier1.gap == pytest.approx(0.4)
    assert plan.tier2.bound >= plan.tier2.value


def test_problem_without_people_or_requests_is_solved() -> None:
    assert solve(Problem(PLANE, (), ()), seconds=5).status == "optimal"
    lonely = solve(Problem(PLANE, (), (a_demand("r1", 541),)), seconds=5)
    assert (lonely.status, lonely.unassigned) == ("optimal", ("r1",))
    idle = solve(Problem(PLANE, (a_speaker("ana"),), ()), seconds=5)
    assert (idle.status, idle.assignments) == ("optimal", ())


def test_request_without_a_start_is_left_unassigned() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1"), a_demand("r2", 541)))
    plan = solve(problem, seconds=5)
    assert plan.assignments == (Assignment("r2", 541, ("ana",)),)
    assert plan.unassigned == ("r1",)


def test_same_seed_gives_the_same_plan() -> None:
    speakers = tuple(a_speaker(f"v{n}") for n in range(4))
    demands = tuple(a_demand(f"r{n}", 541, 700, DAY + 541) for n in range(6))
    problem = Problem(PLANE, speakers, demands)
    plans = {solve(problem, seconds=20, seed=3).assignments for _ in range(3)}
    assert len(plans) == 1


def test_progress_names_each_phase_in_order() -> None:
    told: list[str] = []
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 541),))
    plan = solve(problem, seconds=5, progress=lambda milestone: told.append(milestone.phase))
    assert list(dict.fromkeys(told)) == ["pinned", "columns", "greedy", "tier 1", "tier 2", "check"]
    assert tuple(plan.seconds_by_phase) == tuple(dict.fromkeys(told))
