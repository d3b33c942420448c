"""School days: Monday to Friday, inside the year, not closed, with bells where bells say so."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import (
    BellPeriod,
    BellSchedule,
    Closure,
    NamedPeriod,
    SchoolTime,
)
from tests.builders import DAY, TORONTO, YEAR, a_bell_schedule, a_school_time, period

MONDAY = date(2026, 12, 7)
A_DAY, B_DAY, PLAIN_DAY = MONDAY, date(2026, 12, 8), date(2026, 12, 9)

LONG = BellPeriod("A", "P1", time(9), time(10, 30))
SHORT = BellPeriod("B", "P1", time(9), time(9, 40))
PLAIN = BellPeriod("", "P1", time(9), time(10))
DAY_TYPES = {A_DAY: "A", B_DAY: "B"}


def bells(*periods: BellPeriod) -> BellSchedule:
    return BellSchedule("rotating", periods, DAY_TYPES)


def closed(first: date, last: date, *, school: str = "") -> Closure:
    return Closure(school, DateRange(first, last), "Snow days")


def school_days(school_time: SchoolTime, *, week_of: date = MONDAY) -> list[str]:
    week = (week_of + timedelta(days=number) for number in range(7))
    return [f"{day:%a}" for day in week if school_time.is_school_day(day)]


def test_school_days_are_monday_to_friday() -> None:
    assert school_days(a_school_time()) == ["Mon", "Tue", "Wed", "Thu", "Fri"]


def test_closure_takes_its_first_and_last_day() -> None:
    school_time = a_school_time(closures=(closed(date(2026, 12, 8), date(2026, 12, 10)),))
    assert school_days(school_time) == ["Mon", "Fri"]


def test_closure_of_the_day_can_be_named() -> None:
    closure = closed(DAY, DAY)
    school_time = a_school_time(closures=(closure,))
    assert school_time.closure_on(DAY) == closure
    assert school_time.closure_on(DAY + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("day", "is_school_day"),
    [
        (YEAR.first - timedelta(days=1), False),
        (YEAR.first, True),
        (YEAR.last, True),
        (YEAR.last + timedelta(days=3), False),
    ],
)
def test_year_includes_its_first_and_last_day(day: date, is_school_day: bool) -> None:
    assert a_school_time().is_school_day(day) is is_school_day


def test_without_a_year_school_goes_on() -> None:
    assert a_school_time(year=None).is_school_day(date(2031, 7, 1))


def test_periods_are_spans_in_utc_by_start() -> None:
    later_first = a_bell_schedule().periods[::-1]
    school_time = a_school_time(bells=BellSchedule("regular", later_first))
    assert school_time.periods_on(DAY) == (
        NamedPeriod("P1", period("2026-12-08 08:30-09:20")),
        NamedPeriod("P2", period("2026-12-08 09:30-10:20")),
        NamedPeriod("P3", period("2026-12-08 10:40-11:30")),
        NamedPeriod("P4", period("2026-12-08 12:30-13:20")),
        NamedPeriod("P5", period("2026-12-08 13:30-14:20")),
    )


def test_periods_keep_their_wall_time_when_the_clock_changes() -> None:
    school_time = a_school_time(bells=BellSchedule("regular", (PLAIN,)))
    before, after = date(2027, 3, 12), date(2027, 3, 15)
    assert school_time.periods_on(before) == (
        NamedPeriod("P1", period("2027-03-12 14:00-15:00", timezone="UTC")),
    )
    assert school_time.periods_on(after) == (
        NamedPeriod("P1", period("2027-03-15 13:00-14:00", timezone="UTC")),
    )


def test_bells_are_rung_in_the_schools_zone() -> None:
    in_winnipeg = a_school_time(timezone="America/Winnipeg")
    assert in_winnipeg.periods_on(DAY)[0].period == period(
        "2026-12-08 08:30-09:20", timezone="America/Winnipeg"
    )


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2026, 12, 12), id="Saturday"),
        pytest.param(date(2026, 12, 13), id="Sunday"),
        pytest.param(DAY, id="closed"),
        pytest.param(date(2026, 8, 31), id="before the year"),
    ],
)
def test_day_without_school_has_no_periods_and_no_lessons(day: date) -> None:
    school_time = a_school_time(closures=(closed(DAY, DAY),))
    assert school_time.periods_on(day) == ()
    assert school_time.has_lessons(day) is False


@pytest.mark.parametrize(
    ("schedule", "day", "expected"),
    [
        pytest.param(bells(LONG, SHORT), A_DAY, (LONG,), id="its own day type"),
        pytest.param(bells(LONG, SHORT), B_DAY, (SHORT,), id="the other day type"),
        pytest.param(bells(LONG, SHORT), PLAIN_DAY, (), id="no day type, no plain rows"),
        pytest.param(bells(LONG, PLAIN), PLAIN_DAY, (PLAIN,), id="plain rows hold otherwise"),
        pytest.param(bells(LONG, PLAIN), A_DAY, (LONG,), id="plain rows give way"),
        pytest.param(bells(LONG, PLAIN), B_DAY, (), id="day type without rows"),
    ],
)
def test_day_type_decides_which_bells_ring(
    schedule: BellSchedule, day: date, expected: tuple[BellPeriod, ...]
) -> None:
    assert schedule.periods_on(day) == expected
    assert SchoolTime(TORONTO, schedule).has_lessons(day) is bool(expected)


def test_named_day_types_mean_school_only_on_their_dates() -> None:
    school_time = SchoolTime(TORONTO, bells(LONG, SHORT))
    week = [MONDAY + timedelta(days=number) for number in range(7)]
    assert [day for day in week if school_time.has_lessons(day)] == [A_DAY, B_DAY]


def test_day_type_makes_no_school_on_a_closed_day_or_weekend() -> None:
    saturday = date(2026, 12, 12)
    schedule = BellSchedule("rotating", (LONG,), {A_DAY: "A", saturday: "A"})
    school_time = SchoolTime(TORONTO, schedule, closures=(closed(A_DAY, A_DAY),))
    assert (school_time.periods_on(A_DAY), school_time.periods_on(saturday)) == ((), ())


@pytest.mark.parametrize(
    ("day", "first", "last", "hours"),
    [
        (A_DAY, "P1", "", (time(9), time(10, 30))),
        (B_DAY, "P1", "P2", (time(9), time(10, 40))),
        (A_DAY, "P2", "", None),
        (B_DAY, "P1", "P9", None),
    ],
)
def test_lesson_named_on_a_day_has_the_hours_of_that_kind_of_day(
    day: date, first: str, last: str, hours: tuple[time, time] | None
) -> None:
    rotating = bells(LONG, SHORT, BellPeriod("B", "P2", time(10), time(10, 40)))
    assert rotating.hours_of(day, first, last=last) == hours


def test_school_without_bells_has_school_days_all_the_same() -> None:
    school_time = SchoolTime(TORONTO, BellSchedule(""))
    assert school_time.has_lessons(DAY) is True
    assert school_time.has_lessons(date(2026, 12, 12)) is False
    assert school_time.periods_on(DAY) == ()
