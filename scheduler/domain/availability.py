"""When a volunteer can visit: a usual week in wall time, days away, and what it comes to.

No row at all means unknown, which is neither free nor busy: such a volunteer is never
proposed. Days away win over the usual week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from scheduler.domain.errors import InvalidPeriod
from scheduler.domain.periods import DateRange, Period, merge
from scheduler.domain.zones import at_wall_time

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, order=True)
class WeeklyAvailability:
    """A block of the usual week; Monday is 0; open ends mean always.

    Raises:
        InvalidPeriod: if it ends before it starts, by the clock or by the calendar.
    """

    weekday: int
    start: time
    end: time
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidPeriod("A time must end after it starts.")
        if self.first and self.last and self.last < self.first:
            raise InvalidPeriod("The last day is before the first.")

    def holds_on(self, day: date) -> bool:
        """Tell whether the block applies to that date."""
        return (
            day.weekday() == self.weekday
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


@dataclass(frozen=True, slots=True, order=True)
class DaysAway:
    """Whole days on which a volunteer cannot visit, both ends included."""

    days: DateRange


def expand(
    weekly: Iterable[WeeklyAvailability],
    away: Iterable[DaysAway],
    *,
    days: DateRange,
    timezone: str,
) -> tuple[Period, ...]:
    """Return the free periods of these days in UTC, merged and in order.

    A block that a clock change leaves without length is dropped. Cost: days × blocks of the
    weekday.
    """
    by_weekday: list[list[WeeklyAvailability]] = [[] for _ in WEEKDAYS]
    for block in weekly:
        by_weekday[block.weekday].append(block)
    gone = _days_of(away, within=days)
    periods: list[Period] = []
    for day in days.days():
        for block in by_weekday[day.weekday()]:
            if day not in gone and block.holds_on(day):
                periods.extend(_wall_period(day, block, timezone=timezone))
    return merge(periods)


def _days_of(away: Iterable[DaysAway], *, within: DateRange) -> set[date]:
    gone: set[date] = set()
    for absence in away:
        first, last = max(absence.days.first, within.first), min(absence.days.last, within.last)
        if first <= last:
            gone.update(DateRange(first, last).days())
    return gone


def _wall_period(day: date, block: WeeklyAvailability, *, timezone: str) -> tuple[Period, ...]:
    start = at_wall_time(day, block.start, timezone)
    end = at_wall_time(day, block.end, timezone)
    return (Period(start, end),) if start < end else ()
