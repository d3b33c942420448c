"""Every session needs a clearance that holds on its day, at its school."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import ClearanceSpan, Finding
from scheduler.domain.constraints import clearance_valid
from tests.constraints.snapshots import DAY, NINE, a_demand, a_session, a_speaker


@pytest.mark.parametrize(("day", "kept"), [(2, False), (3, True), (9, True), (10, False)])
def test_first_and_last_day_are_both_cleared(day: int, kept: bool) -> None:
    speaker = a_speaker(clearances=(ClearanceSpan(3, 9),))
    found = clearance_valid(speaker, a_session(day * DAY + NINE), demand=a_demand())
    facts = {"day": day, "known": 1, "last_day": 9}
    assert found == Finding("clearance_valid", kept, facts)


def test_clearance_without_an_end_names_no_last_day() -> None:
    speaker = a_speaker(clearances=(ClearanceSpan(0, 2), ClearanceSpan(3)))
    found = clearance_valid(speaker, a_session(5 * DAY + NINE), demand=a_demand())
    assert found == Finding("clearance_valid", True, {"day": 5, "known": 2})


def test_clearance_of_another_school_does_not_count() -> None:
    speaker = a_speaker(clearances=(ClearanceSpan(0, None, "south"),))
    found = clearance_valid(speaker, a_session(), demand=a_demand(school="north"))
    assert found == Finding("clearance_valid", False, {"day": 0, "known": 0})
    assert clearance_valid(speaker, a_session(), demand=a_demand(school="south")).kept


def test_gap_between_two_clearances_is_not_cleared() -> None:
    speaker = a_speaker(clearances=(ClearanceSpan(0, 2), ClearanceSpan(4, 6)))
    kept = [
        clearance_valid(speaker, a_session(day * DAY + NINE), demand=a_demand()).kept
        for day in range(8)
    ]
    assert kept == [True, True, True, False, True, True, True, False]


def test_nobody_comes_without_a_clearance() -> None:
    found = clearance_valid(a_speaker(clearances=()), a_session(), demand=a_demand())
    assert found == Finding("clearance_valid", False, {"day": 0, "known": 0})
