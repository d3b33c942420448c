"""What a district's file says of school time: line by line, each with what it may mean.

A calendar, or one of the bundle's two spreadsheets. What cannot be read is passed over alone,
with its reason: a person looks at the lines before any of them counts.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scheduler.bundle import tables
from scheduler.bundle.bell_rows import read_closure, read_day_type
from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.sheets import read_sheet
from scheduler.bundle.tables import Table
from scheduler.calendars.busy import PassedOver
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import read_days_apart
from scheduler.domain.errors import SchedulerError
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import BellSchedule
from scheduler.services.school_time_words import Meaning, guess

MOST_OCTETS = 2_000_000
MOST_LINES = 2_000
CALENDAR_BEGINS = b"BEGIN:VCALENDAR"


class FileNotTaken(SchedulerError):
    """Say why a file tells us nothing; the sentence is for whoever brought it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One statement about school time.

    An empty ``school`` is every school. ``schedule`` and ``day_type`` belong to a day type
    alone. ``is_guess`` marks a meaning that we read out of the words.
    """

    days: DateRange
    name: str
    meaning: Meaning = Meaning.CLOSED
    school: str = ""
    schedule: str = ""
    day_type: str = ""
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class FileReading:
    """The lines of a file, by day, and what was passed over and why."""

    lines: tuple[Line, ...]
    passed_over: tuple[PassedOver, ...] = ()


def read_school_time(
    octets: bytes, *, schools: Collection[str], schedules: Mapping[str, BellSchedule]
) -> FileReading:
    """Return what a file says.

    Raises:
        FileNotTaken: if nothing of it can be used.
    """
    if not octets.strip():
        raise FileNotTaken("This file is empty.")
    if len(octets) > MOST_OCTETS:
        raise FileNotTaken("This file is too large. School time fits into 2 MB.")
    if octets.lstrip(b"\xef\xbb\xbf \r\n\t").upper().startswith(CALENDAR_BEGINS):
        reading = _of_calendar(octets, schedules)
    else:
        reading = _of_sheet(octets, schools=schools, schedules=schedules)
    if len(reading.lines) > MOST_LINES:
        raise FileNotTaken("This file has more lines than we read. Bring one year alone.")
    return reading


def named_day_types(schedules: Iterable[BellSchedule]) -> dict[str, str]:
    """Return the first schedule, by key, of each day type that has a name."""
    found: dict[str, str] = {}
    for schedule in sorted(schedules, key=lambda each: each.key):
        for period in schedule.periods:
            if period.day_type:
                found.setdefault(period.day_type, schedule.key)
    return found


def _of_calendar(octets: bytes, schedules: Mapping[str, BellSchedule]) -> FileReading:
    try:
        found = read_days_apart(octets)
    except CalendarUnreadable as problem:
        raise FileNotTaken(problem.sentence) from problem
    known = named_day_types(schedules.values())
    lines = []
    for first, last, name in found.days:
        days = DateRange(first, last)
        guessed = guess(name, days, day_types=known)
        lines.append(
            Line(
                days,
                name,
                guessed.meaning,
                schedule=known.get(guessed.day_type, ""),
                day_type=guessed.day_type,
                is_guess=True,
            )
        )
    return FileReading(tuple(lines), (*found.unreadable, *found.passed_over))


def _of_sheet(
    octets: bytes, *, schools: Collection[str], schedules: Mapping[str, BellSchedule]
) -> FileReading:
    table = tables.DAY_TYPES if _has_day_types(octets) else tables.CLOSURES
    problems = Problems()
    sheet = read_sheet(octets, table, problems=problems)
    if not sheet.rows:
        told = problems.in_order()
        raise FileNotTaken(told[0].sentence if told else "This file has no rows.")
    known = [
        line
        for row in sheet.rows
        if (line := _line(row, table)) and _is_known(line, row, schools, schedules)
    ]
    passed_over = tuple(
        PassedOver(f"Row {each.row}" if each.row else table.file, each.sentence)
        for each in problems.in_order()
    )
    return FileReading(tuple(sorted(known, key=_order)), passed_over)


def _has_day_types(octets: bytes) -> bool:
    header = octets.partition(b"\n")[0].decode("utf-8", "replace").lstrip("\ufeff").lower()
    cells = next(csv.reader([header.replace(";", ",").strip()]), [])
    return "day_type" in [cell.strip() for cell in cells]


def _line(row: Row, table: Table) -> Line | None:
    if table is tables.CLOSURES:
        closure = read_closure(row)
        return Line(closure.days, closure.name, school=closure.school) if closure else None
    found = read_day_type(row)
    if found is None:
        return None
    return Line(
        DateRange(found.day, found.day),
        found.day_type,
        Meaning.DAY_TYPE,
        schedule=found.schedule,
        day_type=found.day_type,
    )


def _is_known(
    line: Line, row: Row, schools: Collection[str], schedules: Mapping[str, BellSchedule]
) -> bool:
    if line.school and line.school not in schools:
        row.note("school", f"There is no school {quoted(line.school)} here.")
        return False
    if line.meaning is not Meaning.DAY_TYPE:
        return True
    schedule = schedules.get(line.schedule)
    if schedule is None:
        row.note("bell_schedule", f"There is no bell schedule {quoted(line.schedule)} here.")
    elif all(period.day_type != line.day_type for period in schedule.periods):
        row.note("day_type", f"{quoted(line.schedule)} has no day type {quoted(line.day_type)}.")
    else:
        return True
    return False


def _order(line: Line) -> tuple[DateRange, str, str]:
    return line.days, line.name, line.school
