"""Points by term, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.assignments import Assignment, Place
from scheduler.domain.districts import WEIGHT_NAMES
from scheduler.matching.objective import (
    equity_points,
    fairness_points,
    points_by_term,
    tier1_value,
)
from scheduler.matching.problem import Problem, Weights
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, option_at

SERIES = option_at(541, minutes=50, sessions=3, every=1, preference=2)
PANEL = a_demand(
    "panel",
    options=(SERIES, option_at(600, minutes=50, sessions=3, every=1, preference=1)),
    speakers=2,
    need=3,
    priority=2,
    place=Place(0.0, 2.5),
    preferred=frozenset({"bo"}),
)
ANA = a_speaker(
    "ana", formats=frozenset({"in_person"}), home=Place(0.0, 0.0), max_km=9.0, history=2
)
BO = a_speaker("bo", level_by_topic={"robots": 3})
PROBLEM = Problem(
    PLANE,
    (ANA, BO),
    (PANEL, a_demand("talk", 5 * DAY + 541)),
    previous=(Assignment("panel", 541, ("ana",)), Assignment("panel", 600, ("bo",))),
    pair_scores={("panel", "ana"): -7},
)
PLAN = (Assignment("panel", 541, ("ana", "bo")), Assignment("talk", 5 * DAY + 541, ("bo",)))


def test_first_tier_counts_people_and_sessions_of_filled_requests() -> None:
    assert tier1_value(PROBLEM, PLAN) == 2 * 3 * 2 * 3 + 1


def test_second_tier_is_counted_by_term() -> None:
    assert points_by_term(PROBLEM, PLAN) == {
        "fit": 3 * 40 * 2 + 3 * 40 * 3 + 40 * 3,
        "preference": 2 * 3 * 20 * 2 + 20 * 3,
        "preferred": 3 * 60,
        "pair_score": 3 * -7,
        "travel": 3 * -3,
        "same_start": 3 * 60,
        "same_volunteer": 3 * 30,
        "fairness": -15 * ((2 + 3 + 4) + (0 + 1 + 2 + 3)),
        "equity": 60 + 30,
    }


def test_half_a_kilometre_rounds_up() -> None:
    nearer = replace(PANEL, place=Place(0.0, 2.49))
    problem = replace(PROBLEM, demands=(nearer, PROBLEM.demands[1]))
    assert points_by_term(problem, PLAN)["travel"] == 3 * -2


def test_each_further_session_and_request_counts_less() -> None:
    assert [fairness_points(Weights(), 2, sessions=n) for n in range(4)] == [0, -30, -75, -135]
    assert [equity_points(Weights(), 0, filled=n) for n in range(5)] == [0, 60, 90, 110, 125]
    assert equity_points(Weights(), 2, filled=1) == 20
    assert equity_points(Weights(equity=0), 0, filled=3) == 0


def test_districts_name_the_same_weights() -> None:
    assert Weights.names() == WEIGHT_NAMES
