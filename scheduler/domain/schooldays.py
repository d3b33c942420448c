"""School time: bell schedules with day types, closures, terms, and what a date means.

A school day is Monday to Friday, inside the school year, not closed; a bell schedule with
named day types has school only on the dates given to one of them, unless it also has rows
without a day type, which hold on all other days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from scheduler.domain.periods import DateRange, Period
from scheduler.domain.zones import at_wall_time

SATURDAY = 5


@dataclass(frozen=True, slots=True, order=True)
class BellPeriod:
    """One named lesson period of a day type, in the school's wall time."""

    day_type: str
    name: str
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class BellSchedule:
    """A named set of bell periods, with the day type of each date that has one."""

    key: str
    periods: tuple[BellPeriod, ...] = ()
    day_type_by_date: Mapping[date, str] = field(default_factory=dict)

    def periods_on(self, day: date) -> tuple[BellPeriod, ...]:
        """Return that date's periods by start; empty when the schedule has no school then."""
        day_type = self.day_type_by_date.get(day, "")
        found = (period for period in self.periods if period.day_type == day_type)
        return tuple(sorted(found, key=lambda period: (period.start, period.end)))

    def hours_of(self, day: date, first: str, *, last: str = "") -> tuple[time, time] | None:
        """Return when one period begins and when it, or a later one, ends that day, if it is."""
        bell_by_name = {bell.name: bell for bell in self.periods_on(day)}
        if first not in bell_by_name or (last or first) not in bell_by_name:
            return None
        return bell_by_name[first].start, bell_by_name[last or first].end


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """Days without school; an empty school means every school."""

    school: str
    days: DateRange
    name: str


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A bell period on a date: its name and its span in UTC."""

    name: str
    period: Period


@dataclass(frozen=True, slots=True)
class SchoolTime:
    """One school's clock and calendar: everything that decides when it has lessons."""

    timezone: str
    bells: BellSchedule
    closures: tuple[Closure, ...] = ()
    year: DateRange | None = None

    def closure_on(self, day: date) -> Closure | None:
        """Return the closure of that day, if any."""
        return next((closure for closure in self.closures if day in closure.days), None)

    def is_school_day(self, day: date) -> bool:
        """Tell whether the school teaches on that date."""
        if day.weekday() >= SATURDAY or (self.year and day not in self.year):
            return False
        return self.closure_on(day) is None

    def periods_on(self, day: date) -> tuple[NamedPeriod, ...]:
        """Return that date's lesson periods by start; empty when there is no school."""
        if not self.is_school_day(day):
            return ()
        return tuple(
            NamedPeriod(bell.name, self.period(day, bell.start, end=bell.end))
            for bell in self.bells.periods_on(day)
        )

    def has_lessons(self, day: date) -> bool:
        """Tell whether a visit could take place on that date at all.

        A school without any bell schedule still has school days; only its periods are unknown.
        """
        if not self.is_school_day(day):
            return False
        return not self.bells.periods or bool(self.bells.periods_on(day))

    def period(self, day: date, start: time, *, end: time) -> Period:
        """Return a span of that day's wall time in UTC."""
        return Period(
            at_wall_time(day, start, self.timezone), at_wall_time(day, end, self.timezone)
        )
