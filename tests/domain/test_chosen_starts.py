"""A coordinator's own start, and why a window can never hold a visit."""

from __future__ import annotations

from datetime import date, time

import pytest

from scheduler.domain.schooldays import BellPeriod, BellSchedule, SchoolTime
from scheduler.domain.starts import Start, misfit_of, start_at
from tests.builders import DAY, TORONTO, a_request, a_school_time, moment, period


def test_a_coordinators_own_start_has_the_lowest_preference() -> None:
    found = start_at(
        moment("2026-12-08 11:07"),
        a_request(sessions=2),
        minutes=40,
        school_time=a_school_time(),
    )
    assert found == Start(1, (period("2026-12-08 11:07-11:47"), period("2026-12-15 11:07-11:47")))


@pytest.mark.parametrize("closed_day", [DAY, date(2026, 12, 15)])
def test_a_coordinators_own_start_needs_open_days_as_well(closed_day: date) -> None:
    found = start_at(
        moment("2026-12-08 11:07"),
        a_request(sessions=2),
        minutes=40,
        school_time=a_school_time(closed_day),
    )
    assert found is None


def test_a_coordinators_own_start_in_the_second_of_the_two_hours_stays_there() -> None:
    every_day = SchoolTime("Africa/Cairo", BellSchedule(""))
    second = moment("2026-10-29 21:30", timezone="UTC")
    request = a_request(sessions=2, every_days=1)
    assert start_at(second, request, minutes=10, school_time=every_day) == Start(
        1,
        (
            period("2026-10-29 21:30-21:40", timezone="UTC"),
            period("2026-10-30 23:30-23:40", timezone="Africa/Cairo"),
        ),
    )


@pytest.mark.parametrize(
    ("window", "changes", "sentence"),
    [
        pytest.param("2026-12-08 P3", {}, "", id="fits"),
        pytest.param("2026-12-08 P3", {"duration_minutes": 50}, "", id="fits exactly"),
        pytest.param(
            "2026-12-08 P3",
            {"duration_minutes": 51},
            "“2026-12-08 P3” is shorter than the visit.",
            id="longer than its period",
        ),
        pytest.param("2026-12-08 P3-P4", {"duration_minutes": 160}, "", id="span fits exactly"),
        pytest.param(
            "2026-12-08 P3-P4",
            {"duration_minutes": 161},
            "“2026-12-08 P3-P4” is shorter than the visit.",
            id="longer than its span",
        ),
        pytest.param(
            "2026-12-08 P4-P3",
            {},
            "“2026-12-08 P4-P3” is shorter than the visit.",
            id="span that runs backwards",
        ),
        pytest.param(
            "2026-12-08 P9",
            {},
            "“2026-12-08 P9”: the school has no period P9.",
            id="unknown period",
        ),
        pytest.param(
            "2026-12-08 P3-P9",
            {},
            "“2026-12-08 P3-P9”: the school has no period P9.",
            id="unknown last period",
        ),
        pytest.param(
            "2026-12-12 P9",
            {},
            "“2026-12-12 P9”: the school has no period P9.",
            id="unknown period, whatever the day",
        ),
        pytest.param("2026-12-12 P3", {"duration_minutes": 600}, "", id="day without lessons"),
        pytest.param("2026-12-08 10:00-10:50", {"duration_minutes": 50}, "", id="times fit"),
        pytest.param(
            "2026-12-08 10:00-10:50",
            {"duration_minutes": 51},
            "“2026-12-08 10:00-10:50” is shorter than the visit of 51 minutes.",
            id="longer than its times",
        ),
        pytest.param("2026-12-08 10:00-10:50", {}, "", id="times without a length"),
        pytest.param("2026-12-08/2026-12-09", {"duration_minutes": 600}, "", id="range skips"),
    ],
)
def test_misfit_says_why_a_window_can_never_hold_the_visit(
    window: str, changes: dict[str, int], sentence: str
) -> None:
    request = a_request(window, **changes)
    assert misfit_of(request, request.windows[0], school_time=a_school_time()) == sentence


def test_period_of_another_day_type_is_a_misfit_on_that_day() -> None:
    typed = (BellPeriod("A", "P1", time(9), time(10)), BellPeriod("B", "P2", time(9), time(10)))
    school_time = SchoolTime(TORONTO, BellSchedule("rotating", typed, {DAY: "A"}))
    request = a_request("2026-12-08 P2")
    assert misfit_of(request, request.windows[0], school_time=school_time) == (
        "“2026-12-08 P2”: the school has no period P2 on that day."
    )
