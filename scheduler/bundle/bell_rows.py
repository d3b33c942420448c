"""Bells, day types and closures as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import (
    day_text,
    parse_day,
    parse_key,
    parse_name_of_period,
    parse_wall,
    wall_text,
)
from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure


@dataclass(frozen=True, slots=True)
class BellRow:
    """One period of a schedule."""

    schedule: str
    period: BellPeriod


@dataclass(frozen=True, slots=True)
class DayTypeRow:
    """Which day type a date has in a schedule."""

    schedule: str
    day: date
    day_type: str


def read_bell(row: Row) -> BellRow | None:
    """Return the period of a row, or None where its times cannot be read."""
    schedule = row.read("bell_schedule", parse_key, default="")
    day_type = row.read("day_type", _parse_day_type, default="")
    name = row.read("period", parse_name_of_period, default="")
    start = row.read("start", parse_wall, default=None)
    end = row.read("end", parse_wall, default=None)
    if start is None or end is None:
        return None
    if end <= start:
        row.note("end", f"{quoted(wall_text(end))} is not after the start, {wall_text(start)}.")
        return None
    return BellRow(schedule, BellPeriod(day_type, name, start, end))


def bell_cells(schedule: BellSchedule) -> Iterator[Cells]:
    """Yield the rows of a schedule by day type and period."""
    for period in sorted(schedule.periods, key=lambda each: (each.day_type, each.name)):
        yield {
            "bell_schedule": schedule.key,
            "day_type": period.day_type,
            "period": period.name,
            "start": wall_text(period.start),
            "end": wall_text(period.end),
        }


def read_day_type(row: Row) -> DayTypeRow | None:
    """Return the day of a row, or None where its date cannot be read."""
    schedule = row.read("bell_schedule", parse_key, default="")
    day = row.read("date", parse_day, default=None)
    day_type = row.read("day_type", parse_name_of_period, default="")
    return DayTypeRow(schedule, day, day_type) if day else None


def day_type_cells(schedule: BellSchedule) -> Iterator[Cells]:
    """Yield the dates of a schedule in order."""
    for day, day_type in sorted(schedule.day_type_by_date.items()):
        yield {"bell_schedule": schedule.key, "date": day_text(day), "day_type": day_type}


def read_closure(row: Row) -> Closure | None:
    """Return the closure of a row, or None where its dates do not make one."""
    school = row.read("school", parse_key, default="")
    name = row.text("name")
    days = read_days(row)
    return Closure(school, days, name) if days else None


def closure_cells(closure: Closure) -> Cells:
    """Return the row of a closure."""
    return {
        "school": closure.school,
        "first_date": day_text(closure.days.first),
        "last_date": day_text(closure.days.last),
        "name": closure.name,
    }


def read_days(row: Row) -> DateRange | None:
    """Return the days from a row's first_date to its last_date, or None where they are none."""
    first = row.read("first_date", parse_day, default=None)
    last = row.read("last_date", parse_day, default=None)
    if first is None or last is None:
        return None
    if last < first:
        row.note("last_date", f"{quoted(day_text(last))} is before the first day, {first}.")
        return None
    return DateRange(first, last)


def _parse_day_type(text: str) -> str:
    if text in WEEKDAYS:
        raise ValueError(f"{quoted(text)} is a weekday, so it cannot name a day type.")
    return parse_name_of_period(text)
