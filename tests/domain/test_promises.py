"""By which day a teacher is promised a name."""

from __future__ import annotations

from datetime import date

from scheduler.domain.periods import DateRange
from scheduler.domain.promises import promised_day
from tests.builders import a_school_time

FRIDAY = date(2026, 12, 4)


def test_promise_is_for_the_third_day_of_school_after_asking() -> None:
    assert promised_day(FRIDAY, school_time=a_school_time()) == date(2026, 12, 9)


def test_closed_days_are_not_counted() -> None:
    school_time = a_school_time(date(2026, 12, 8))
    assert promised_day(FRIDAY, school_time=school_time) == date(2026, 12, 10)


def test_weekdays_count_where_school_is_out_for_months() -> None:
    over = a_school_time(year=DateRange(date(2025, 9, 8), date(2026, 6, 25)))
    assert promised_day(FRIDAY, school_time=over) == date(2026, 12, 9)
