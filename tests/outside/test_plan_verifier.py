"""The outside verifier knows every rule and every term: each is broken once, by hand."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.matching.files import MONDAY_TEN, Json, a_request, a_volunteer, an_instance
from tests.outside import plan_verifier
from tests.outside.plan_verifier import verify

TUESDAY_TEN = MONDAY_TEN + 1440


def a_plan(*bookings: tuple[int, int, list[int]]) -> Json:
    keys = ("request", "start", "volunteers")
    return {"bookings": [dict(zip(keys, each, strict=True)) for each in bookings]}


BOTH = a_plan((0, MONDAY_TEN, [0]), (1, MONDAY_TEN, [1]))
ONE_FOR_BOTH = a_plan((0, MONDAY_TEN, [0]), (1, TUESDAY_TEN, [0]))


def one_volunteer(**changes: Any) -> Json:
    return an_instance(
        volunteers=[a_volunteer(0, **{"avail": [[0, 540, 720], [1, 540, 720]], **changes})],
        requests=[a_request(0), a_request(1, options=[[TUESDAY_TEN, 3]])],
    )


def faults(instance: Json, plan: Json) -> str:
    return "; ".join(verify(instance, plan).violations)


def test_plan_worked_out_on_paper_has_the_worth_worked_out_on_paper() -> None:
    verdict = verify(an_instance(), BOTH)
    assert verdict.violations == ()
    assert (verdict.tier1, verdict.tier2) == (8, 200 + 120 + 60 - 10 - 60 + 90)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"topics": [[9, 3]]}, "topic"),
        ({"grades": [0, 4]}, "grade"),
        ({"langs": ["fr"]}, "language"),
        ({"formats": ["in-person"], "radius": 4.99}, "format"),
        ({"notice_days": 8}, "notice on day 7"),
        ({"clearance_until": 6}, "clearance on day 7"),
        ({"min_minutes": 51}, "too short on day 7"),
        ({"avail": [[0, 601, 720]]}, "not available on day 7"),
        ({"avail": [[0, 540, 649]]}, "not available on day 7"),
        ({"exceptions": [{"day": 7, "kind": "off"}]}, "not available on day 7"),
        ({"busy": [[MONDAY_TEN + 59, MONDAY_TEN + 70]]}, "busy on day 7"),
        ({"max_week": 0}, "max_week"),
        ({"max_month": 0}, "max_month"),
        ({"max_day": 0}, "max_day"),
        ({"budget_minutes": 69}, "budget_minutes"),
    ],
)
def test_volunteer_who_cannot_is_found_out(changes: Json, fault: str) -> None:
    assert fault in faults(one_volunteer(**changes), a_plan((0, MONDAY_TEN, [0])))


@pytest.mark.parametrize(
    "changes",
    [
        {"radius": 5},
        {"clearance_until": 7},
        {"notice_days": 7},
        {"min_minutes": 50},
        {"avail": [[0, 600, 620], [0, 620, 650]]},
        {"avail": [], "exceptions": [{"day": 7, "kind": "extra", "start": 600, "end": 650}]},
        {"busy": [[MONDAY_TEN + 60, MONDAY_TEN + 70], [0, MONDAY_TEN - 10]]},
        {"budget_minutes": 70},
    ],
)
def test_what_just_fits_is_let_pass(changes: Json) -> None:
    assert faults(one_volunteer(**changes), a_plan((0, MONDAY_TEN, [0]))) == ""


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (a_plan((7, MONDAY_TEN, [0])), "unknown request 7"),
        (a_plan((0, MONDAY_TEN + 1, [0])), "unknown start"),
        (a_plan((0, MONDAY_TEN, [8])), "unknown volunteer 8"),
        (a_plan((0, MONDAY_TEN, [])), "H2"),
        (a_plan((0, MONDAY_TEN, [0, 1])), "H2"),
        (a_plan((0, MONDAY_TEN, [0]), (0, MONDAY_TEN, [1])), "H1"),
        (a_plan((0, MONDAY_TEN, [0]), (1, MONDAY_TEN, [0])), "H4"),
    ],
)
def test_booking_that_cannot_be_is_found_out(plan: Json, fault: str) -> None:
    assert fault in faults(an_instance(), plan)


def test_caps_count_all_bookings_together() -> None:
    assert faults(one_volunteer(max_week=2), ONE_FOR_BOTH) == ""
    assert "max_week 2 > 1" in faults(one_volunteer(max_week=1), ONE_FOR_BOTH)
    assert "budget_minutes 140 > 139" in faults(one_volunteer(budget_minutes=139), ONE_FOR_BOTH)


def test_way_between_two_visits_takes_its_minutes() -> None:
    apart = one_volunteer(buffer=0)
    apart["requests"][1].update(format="virtual", options=[[MONDAY_TEN + 60, 3]])
    plan = a_plan((0, MONDAY_TEN, [0]), (1, MONDAY_TEN + 60, [0]))
    assert faults(apart, plan) == ""
    apart["meta"]["speed_km_per_min"] = 0.49
    assert "H4 volunteer 0: requests 0 and 1" in faults(apart, plan)


def test_teacher_has_one_visit_at_a_time() -> None:
    shared = an_instance(requests=[a_request(0, teacher=7), a_request(1, teacher=7)])
    assert "H5 teacher 7" in faults(shared, BOTH)


def test_pinned_booking_left_out_is_found_out() -> None:
    pinned = an_instance(pinned=BOTH["bookings"][:1])
    assert faults(pinned, BOTH) == ""
    assert "pinned" in faults(pinned, a_plan((1, MONDAY_TEN, [1])))


def test_series_past_the_horizon_is_found_out() -> None:
    series = one_volunteer()
    series["requests"][0].update(sessions=4)
    assert "outside the horizon" in faults(series, a_plan((0, MONDAY_TEN, [0])))


def test_every_term_is_counted_as_described() -> None:
    rich = one_volunteer(history=2)
    rich["requests"][0].update(sessions=2, preferred=[0], speakers=1)
    rich.update(
        pair_scores=[[0, 0, 25]],
        previous=[
            {"request": 0, "start": MONDAY_TEN, "volunteers": [0]},
            {"request": 1, "start": MONDAY_TEN, "volunteers": [0]},
        ],
        weights={"travel": 2},
    )
    rich["volunteers"][0].update(max_week=5)
    verdict = verify(rich, ONE_FOR_BOTH)
    assert verdict.violations == ()
    assert verdict.tier1 == 1 * 2 * 1 * 2 + 1 * 2
    assert verdict.terms == {
        "fit": 40 * 2 * 3,
        "preference": 20 * 3 * 3,
        "preferred": 60 * 2,
        "pair_score": 25 * 2,
        "travel": -2 * 5 * 3,
        "same_start": 60 * 2,
        "same_volunteer": 30,
        "fairness": -15 * (2 + 3 + 4),
        "equity": 60 + 30,
    }


def test_verifier_runs_alone_on_two_files(tmp_path: Path) -> None:
    instance, plan = tmp_path / "instance.json", tmp_path / "plan.json"
    instance.write_text(json.dumps(an_instance()))
    for bookings, status in ((BOTH, 0), (a_plan((0, 0, [0])), 1)):
        plan.write_text(json.dumps(copy.deepcopy(bookings)))
        command = [sys.executable, "-I", plan_verifier.__file__, str(instance), str(plan)]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert (ended.returncode, ended.stderr) == (status, "")
        assert set(json.loads(ended.stdout)) == {"violations", "tier1", "tier2", "terms"}
