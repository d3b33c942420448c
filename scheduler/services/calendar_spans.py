"""Which days a calendar shows: a week, a month or a list, and what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scheduler.domain.periods import DateRange, Period
from scheduler.domain.zones import day_period

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LIST_DAYS = 28


class View(StrEnum):
    """How much is shown, and how."""

    WEEK = "week"
    MONTH = "month"
    LIST = "list"


class By(StrEnum):
    """Whose week makes a row."""

    SCHOOL = "school"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True)
class CalendarAsked:
    """What is to be shown: the view around a day, today's by default, and filters.

    A topic stands for those below it too. ``first_weekday`` begins the week, 0 for Monday.
    """

    view: View = View.WEEK
    by: By = By.SCHOOL
    on: date | None = None
    school: str = ""
    zone: str = ""
    topic: str = ""
    first_weekday: int = 0


def span_of(asked: CalendarAsked, *, today: date) -> DateRange:
    """Return the days that a view shows: whole weeks, the month alone unfilled."""
    on = asked.on or today
    if asked.view is View.MONTH:
        first = _week_start(on.replace(day=1), asked.first_weekday)
        last = _week_start(_month_after(on) - A_DAY, asked.first_weekday) + A_WEEK - A_DAY
        return DateRange(first, last)
    if asked.view is View.LIST:
        return DateRange(on, on + timedelta(days=LIST_DAYS - 1))
    first = _week_start(on, asked.first_weekday)
    return DateRange(first, first + A_WEEK - A_DAY)


def before_and_after(asked: CalendarAsked, span: DateRange) -> tuple[date, date]:
    """Return the days that the views before and after this one lie around."""
    on = asked.on or span.first
    if asked.view is View.MONTH:
        return (on.replace(day=1) - A_DAY).replace(day=1), _month_after(on)
    length = span.last - span.first + A_DAY
    return span.first - length, span.first + length


def with_a_day_more(span: DateRange, timezone: str) -> Period:
    """Return these days and one more at each end.

    A school's own day may begin before the district's, or end after it.
    """
    first, last = (day_period(day, timezone) for day in (span.first - A_DAY, span.last + A_DAY))
    return Period(first.start, last.end)


def _week_start(day: date, first_weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
