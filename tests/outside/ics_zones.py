"""VTIMEZONE blocks read by the letter of RFC 5545 section 3.6.5, and nothing else."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.outside.ics_reading import Component, NotCalendar

_RULE = re.compile(r"FREQ=YEARLY;BYMONTH=(\d+);BYDAY=(-?\d)(SU|MO|TU|WE|TH|FR|SA)")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True, order=True)
class Onset:
    """When an observance begins, by the clock before it, and what offset it brings."""

    wall: datetime
    after: timedelta


def offset_at(block: Component, wall: datetime) -> timedelta:
    """Return the block's offset for a wall time, the first of two where it is shown twice.

    Raises:
        NotCalendar: if no observance has begun by then, or the block is not in yearly rules.
    """
    begun = [onset for onset in onsets(block, until=wall.year) if onset.wall <= wall]
    if not begun:
        raise NotCalendar(f"no observance of {block.value('TZID')} has begun by {wall}")
    return max(begun).after


def onsets(block: Component, *, until: int) -> list[Onset]:
    """Return every onset up to the end of that year, in order."""
    found = []
    for part in block.parts:
        first = local(part.value("DTSTART"))
        after = offset(part.value("TZOFFSETTO"))
        rule = part.value("RRULE")
        years = range(first.year, until + 1) if rule else ()
        walls = {first, *(_in_year(rule, first, year) for year in years)}
        found += [Onset(wall, after) for wall in walls if wall >= first]
    return sorted(found)


def offset(value: str) -> timedelta:
    """Return a UTC-OFFSET value (section 3.3.14)."""
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", value)
    if found is None or value == "-0000":
        raise NotCalendar(f"no offset: {value}")
    length = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    return -length if found[1] == "-" else length


def local(value: str) -> datetime:
    """Return a local DATE-TIME value (section 3.3.5)."""
    if not re.fullmatch(r"\d{8}T\d{6}", value):
        raise NotCalendar(f"no local time: {value}")
    return datetime.strptime(value, "%Y%m%dT%H%M%S")


def utc(value: str) -> datetime:
    """Return a UTC DATE-TIME value (section 3.3.5)."""
    if not value.endswith("Z"):
        raise NotCalendar(f"no UTC time: {value}")
    return local(value[:-1]).replace(tzinfo=UTC)


def _in_year(rule: str, first: datetime, year: int) -> datetime:
    found = _RULE.fullmatch(rule)
    if found is None:
        raise NotCalendar(f"not a plain yearly rule: {rule}")
    month, nth, weekday = int(found[1]), int(found[2]), _WEEKDAYS.index(found[3])
    length = calendar.monthrange(year, month)[1]
    days = [day for day in range(1, length + 1) if date(year, month, day).weekday() == weekday]
    return first.replace(year=year, month=month, day=days[nth - 1 if nth > 0 else nth])
