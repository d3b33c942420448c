"""Lessons ahead: five school weeks from about two weeks on, with what closes the school named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.periods import DateRange
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.schooldays import Closure
from scheduler.services.lessons import (
    ClosedLesson,
    LessonAhead,
    LessonWeek,
    first_monday,
    lessons_in,
    weeks_ahead,
)
from tests.builders import a_classroom, a_school_time, period

TODAY = date(2026, 11, 21)
BREAK = Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 1)), "Winter break")
STAFF_DAY = Closure("maple", DateRange(date(2026, 12, 17), date(2026, 12, 17)), "Staff day")


def test_first_week_holds_the_class_s_own_lessons_in_order() -> None:
    week = weeks_ahead(a_classroom(), school_time=a_school_time(), today=TODAY)[0]
    assert week == LessonWeek(
        days=DateRange(date(2026, 12, 7), date(2026, 12, 11)),
        lessons=(
            LessonAhead(PeriodWindow(date(2026, 12, 8), "P3"), period("2026-12-08 10:40-11:30")),
            LessonAhead(PeriodWindow(date(2026, 12, 10), "P3"), period("2026-12-10 10:40-11:30")),
        ),
    )


def test_day_off_is_named_where_a_lesson_would_be() -> None:
    time = a_school_time(closures=(STAFF_DAY,))
    second = weeks_ahead(a_classroom(), school_time=time, today=TODAY)[1]
    assert second.lessons[-1] == ClosedLesson(date(2026, 12, 17), "Staff day")


def test_day_off_without_a_lesson_of_the_class_is_not_told() -> None:
    friday = DateRange(date(2026, 12, 18), date(2026, 12, 18))
    time = a_school_time(closures=(Closure("", friday, "Staff day"),))
    second = weeks_ahead(a_classroom(), school_time=time, today=TODAY)[1]
    assert [type(lesson) for lesson in second.lessons] == [LessonAhead, LessonAhead]


def test_long_break_is_told_once_with_the_day_lessons_start_again() -> None:
    time = a_school_time(closures=(BREAK,))
    weeks = weeks_ahead(a_classroom(), school_time=time, today=TODAY)
    assert [week.closure for week in weeks] == ["", "", "Winter break", ""]
    assert weeks[2] == LessonWeek(
        DateRange(date(2026, 12, 21), date(2027, 1, 1)),
        closure="Winter break",
        resumes=date(2027, 1, 4),
    )


def test_lessons_on_closed_days_cannot_be_asked_for() -> None:
    time = a_school_time(closures=(STAFF_DAY, BREAK))
    days = {
        lesson.window.day
        for lesson in lessons_in(weeks_ahead(a_classroom(), school_time=time, today=TODAY))
    }
    assert days == {date(2026, 12, day) for day in (8, 10, 15)} | {
        date(2027, 1, 5),
        date(2027, 1, 7),
    }


@pytest.mark.parametrize(
    ("today", "monday"),
    [
        (date(2026, 11, 16), date(2026, 11, 30)),
        (date(2026, 11, 20), date(2026, 11, 30)),
        (date(2026, 11, 21), date(2026, 12, 7)),
        (date(2026, 11, 22), date(2026, 12, 7)),
    ],
    ids=["Monday", "Friday", "Saturday", "Sunday"],
)
def test_offer_begins_on_the_monday_about_two_weeks_away(today: date, monday: date) -> None:
    assert first_monday(today) == monday


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_offer_always_begins_on_a_monday_ten_to_sixteen_days_away(today: date) -> None:
    monday = first_monday(today)
    assert monday.weekday() == 0
    assert timedelta(days=10) <= monday - today <= timedelta(days=16)
