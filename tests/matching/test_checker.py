"""Plans that break a rule are found out, whoever made them."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import (
    Assignment,
    Commitment,
    Engagement,
    HostCommitment,
    Place,
)
from scheduler.domain.constraints import ALL_RULES
from scheduler.matching.checker import check
from scheduler.matching.problem import Problem
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, session_at

Broken = list[tuple[str, str | None, str]]


def broken(problem: Problem, *plan: Assignment) -> Broken:
    return [
        (ruling.demand_id, ruling.speaker_id, ruling.finding.rule)
        for ruling in check(problem, plan).violations
    ]


def test_good_plan_breaks_nothing_and_every_rule_was_asked() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 541),))
    report = check(problem, [Assignment("r1", 541, ("ana",))])
    assert report.violations == ()
    assert tuple(report.kept_by_rule) == tuple(report.broken_by_rule) == ALL_RULES
    assert set(report.broken_by_rule.values()) == {0}
    assert all(report.kept_by_rule[rule] == 1 for rule in ALL_RULES if rule != "pinned_kept")
    assert (report.tier1, report.tier2) == (1, 80 + 60 + 60)


def test_empty_plan_is_worth_nothing_and_breaks_nothing() -> None:
    report = check(Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 541),)), [])
    assert (report.violations, report.tier1, report.tier2) == ((), 0, 0)


def test_speaker_in_two_places_breaks_travel_time_for_both_requests() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 541), a_demand("r2", 560)))
    plan = (Assignment("r1", 541, ("ana",)), Assignment("r2", 560, ("ana",)))
    assert broken(problem, *plan) == [
        ("r1", "ana", "travel_time"),
        ("r2", "ana", "travel_time"),
    ]


def test_teacher_with_two_visits_at_once_is_found() -> None:
    hosts = frozenset({"teacher:kim"})
    demands = (a_demand("r1", 541, hosts=hosts), a_demand("r2", 560, hosts=hosts))
    problem = Problem(PLANE, (a_speaker("ana"), a_speaker("bo")), demands)
    plan = (Assignment("r1", 541, ("ana",)), Assignment("r2", 560, ("bo",)))
    assert broken(problem, *plan) == [("r1", None, "host_free"), ("r2", None, "host_free")]


def test_standing_engagements_and_hosts_count() -> None:
    standing = Engagement("old", "north", Place(0, 0), session_at(2 * DAY + 541, 50), "virtual")
    problem = Problem(
        PLANE,
        (a_speaker("ana", max_per_week=1),),
        (a_demand("r1", 541),),
        commitments=(Commitment("ana", standing),),
        host_commitments=(HostCommitment("teacher:r1", session_at(560, 10), "old"),),
    )
    assert broken(problem, Assignment("r1", 541, ("ana",))) == [
        ("r1", None, "host_free"),
        ("r1", "ana", "max_per_week"),
    ]


def test_request_filled_twice_is_found_and_has_no_worth() -> None:
    problem = Problem(PLANE, (a_speaker("ana"), a_speaker("bo")), (a_demand("r1", 541, DAY + 541),))
    plan = (Assignment("r1", 541, ("ana",)), Assignment("r1", DAY + 541, ("bo",)))
    assert broken(problem, *plan) == [("r1", None, "one_start")]
    report = check(problem, plan)
    assert (report.tier1, report.tier2) == (None, None)


def test_same_booking_twice_is_found_too() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 541),))
    twice = Assignment("r1", 541, ("ana",))
    assert broken(problem, twice, twice) == [("r1", None, "one_start")]


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        (Assignment("r1", 600, ("ana", "bo")), [("r1", None, "one_start")]),
        (
            Assignment("r1", 600, ("ana",)),
            [("r1", None, "one_start"), ("r1", None, "full_team")],
        ),
        (Assignment("r1", 541, ("ana",)), [("r1", None, "full_team")]),
        (Assignment("r1", 541, ()), [("r1", None, "full_team")]),
        (
            Assignment("r1", 541, ("ana", "cy")),
            [("r1", "cy", "grade_match")],
        ),
    ],
)
def test_broken_rule_names_request_and_person(assignment: Assignment, expected: Broken) -> None:
    people = (a_speaker("ana"), a_speaker("bo"), a_speaker("cy", grades=frozenset({1})))
    problem = Problem(PLANE, people, (a_demand("r1", 541, speakers=2, grade=5),))
    assert broken(problem, assignment) == expected


def test_pinned_booking_left_out_is_found() -> None:
    problem = Problem(
        PLANE,
        (a_speaker("ana"),),
        (a_demand("r1", 541),),
        pinned=(Assignment("r1", 541, ("ana",)),),
    )
    assert broken(problem) == [("r1", None, "pinned_kept")]
    assert broken(problem, Assignment("r1", 541, ("ana",))) == []
