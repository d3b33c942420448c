"""A class's own lessons in the weeks ahead, week by week, with what closes the school between.

A school that is closed for weeks on end is told of once, with the day lessons start again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.domain.classes import Classroom, lessons_on
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.schooldays import SATURDAY, SchoolTime

FIRST_AFTER = timedelta(days=14)
WEEKS = 5
_WEEK = timedelta(days=7)
_LONGEST_BREAK_DAYS = 120


@dataclass(frozen=True, slots=True)
class LessonAhead:
    """A lesson that could be asked for, as a window and as a span in UTC."""

    window: PeriodWindow
    period: Period


@dataclass(frozen=True, slots=True)
class ClosedLesson:
    """A day on which the class would have a lesson, were the school not closed."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class LessonWeek:
    """One school week, or several that are wholly closed.

    ``closure`` names what closes all of it; ``resumes`` is then the next day with lessons.
    """

    days: DateRange
    lessons: tuple[LessonAhead | ClosedLesson, ...] = ()
    closure: str = ""
    resumes: date | None = None


def weeks_ahead(
    classroom: Classroom, *, school_time: SchoolTime, today: date
) -> tuple[LessonWeek, ...]:
    """Return the class's lessons of five school weeks, the first about two weeks from today."""
    monday = first_monday(today)
    weeks = (
        _week(classroom, monday + number * _WEEK, school_time=school_time)
        for number in range(WEEKS)
    )
    return tuple(_breaks_joined(weeks))


def first_monday(today: date) -> date:
    """Return the Monday of the first week that is offered."""
    day = today + FIRST_AFTER
    if day.weekday() >= SATURDAY:
        day += timedelta(days=2)
    return day - timedelta(days=day.weekday())


def lessons_in(weeks: Iterable[LessonWeek]) -> tuple[LessonAhead, ...]:
    """Return the lessons that could be asked for, in order of time."""
    return tuple(
        lesson for week in weeks for lesson in week.lessons if isinstance(lesson, LessonAhead)
    )


def _week(classroom: Classroom, monday: date, *, school_time: SchoolTime) -> LessonWeek:
    days = DateRange(monday, monday + timedelta(days=4))
    closures = [school_time.closure_on(day) for day in days.days()]
    if all(closures):
        name = next(closure.name for closure in closures if closure)
        return LessonWeek(days, closure=name, resumes=_resumes(days.last, school_time=school_time))
    lessons = tuple(
        lesson
        for day in days.days()
        for lesson in _lessons_of_day(classroom, day, school_time=school_time)
    )
    return LessonWeek(days, lessons)


def _lessons_of_day(
    classroom: Classroom, day: date, *, school_time: SchoolTime
) -> Iterator[LessonAhead | ClosedLesson]:
    closure = school_time.closure_on(day)
    day_type = school_time.bells.day_type_by_date.get(day, "")
    if closure and any(each.falls_on(day, day_type=day_type) for each in classroom.lessons):
        yield ClosedLesson(day, closure.name)
    for named in lessons_on(classroom, day, school_time=school_time):
        yield LessonAhead(PeriodWindow(day, named.name), named.period)


def _resumes(last: date, *, school_time: SchoolTime) -> date | None:
    following = (last + timedelta(days=count) for count in range(1, _LONGEST_BREAK_DAYS))
    return next((day for day in following if school_time.has_lessons(day)), None)


def _breaks_joined(weeks: Iterable[LessonWeek]) -> Iterator[LessonWeek]:
    held: LessonWeek | None = None
    for week in weeks:
        if held and week.closure and week.closure == held.closure:
            held = replace(week, days=DateRange(held.days.first, week.days.last))
            continue
        if held:
            yield held
        held = week
    if held:
        yield held
