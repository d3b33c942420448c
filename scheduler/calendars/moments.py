"""Dates, times and durations as calendar files write them, read onto the right clock.

An IANA name means our own zone data, even where the file brings a block of that name: such
blocks are often wrong. A Windows name or label means the zone of the reader's country, a
name with a vendor's prefix the zone at its end. Only a name that nobody knows is read from
the file's block; without one it counts as floating. Floating times are those of
X-WR-TIMEZONE where the file names one, else the reader's.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import cast

import icalendar

from scheduler.calendars.components import Property, RawComponent
from scheduler.calendars.repetition import zone_refusal
from scheduler.calendars.windows_zones import iana_name
from scheduler.domain.zones import zone

MAX_CLOCKS = 50

Written = datetime | date

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.IGNORECASE)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE
)


class Unreadable(ValueError):
    """Say why one component cannot be used, in a sentence for its owner."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Days by the calendar and an exact time. Source: RFC 5545 section 3.3.6."""

    days: int
    exact: timedelta

    def after(self, start: datetime) -> datetime:
        """Return the moment this long after the start, by the start's clock."""
        wall = start + timedelta(days=self.days)
        return (wall.astimezone(UTC) + self.exact).astimezone(start.tzinfo)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one calendar object.

    ``reader`` is the volunteer's own zone, where all-day entries live; ``block_by_name``
    holds the file's VTIMEZONEs, read only when needed.
    """

    reader: tzinfo
    floating: tzinfo
    country: str
    block_by_name: Mapping[str, RawComponent]
    known: dict[str, tzinfo] = field(default_factory=dict)

    def named(self, name: str) -> tzinfo:
        """Return the clock that a TZID means.

        Raises:
            Unreadable: if the file's own block is needed and cannot be used.
        """
        if name not in self.known:
            self.known[name] = self._found(name)
        return self.known[name]

    def _found(self, name: str) -> tzinfo:
        if ours := known_zone(name, country=self.country):
            return ours
        block = self.block_by_name.get(name)
        if block is None:
            return self.floating
        if len(self.known) >= MAX_CLOCKS:
            raise Unreadable("The file has more time zones than we read.")
        return zone_of(block)


def clocks_of(calendar: RawComponent, *, timezone: str, country: str) -> Clocks:
    """Return the clocks of a calendar for a reader in that zone and country."""
    reader = zone(timezone)
    blocks = (part for part in calendar.parts if part.name == "VTIMEZONE" and part.is_whole)
    return Clocks(
        reader=reader,
        floating=known_zone(calendar.value("X-WR-TIMEZONE"), country=country) or reader,
        country=country,
        block_by_name={block.value("TZID"): block for block in blocks},
    )


def known_zone(name: str, *, country: str) -> zoneinfo.ZoneInfo | None:
    """Return our own zone for a name from a file, None if nobody knows it."""
    name = name.strip()
    windows = iana_name(name, country=country)
    parts = name.strip("/").split("/")
    # Ours have three parts at most, so only the end of a long name can be one.
    endings = ["/".join(parts[-length:]) for length in (3, 2, 1)] if "/" in name else [name]
    for candidate in (windows or "", name, *endings):
        if found := _canonical_names().get(candidate.lower()):
            return zone(found)
    return None


def zone_of(block: RawComponent) -> tzinfo:
    """Return the clock that a file's VTIMEZONE describes.

    Raises:
        Unreadable: if it cannot be used.
    """
    if reason := zone_refusal(block):
        raise Unreadable(reason)
    try:
        read = icalendar.Timezone.from_ical("\r\n".join(_block_lines(block)))
        clock: tzinfo = cast(icalendar.Timezone, read).to_tz(lookup_tzid=False)
    except Exception as problem:
        # The parsers below raise a dozen kinds on broken blocks.
        raise Unreadable("Its time zone cannot be read.") from problem
    return clock


def read_moment(written: Property, clocks: Clocks, *, text: str | None = None) -> Written:
    """Return a property's date, or its moment on the clock it names.

    Raises:
        ValueError: if it is neither.
    """
    found = _MOMENT.fullmatch((written.value if text is None else text).strip())
    if found is None:
        raise Unreadable("It has a date or time that cannot be read.")
    year, month, day = (int(group) for group in found.groups()[:3])
    if found[4] is None or written.parameters.get("VALUE", "").upper() == "DATE":
        return date(year, month, day)
    hour, minute, second = (int(group) for group in found.groups()[3:6])
    clock: tzinfo = clocks.floating
    if found[7]:
        clock = UTC
    elif name := written.parameters.get("TZID", ""):
        clock = clocks.named(name)
    # A leap second has no place in our clocks.
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=clock)


def read_duration(text: str) -> Duration:
    """Return a written duration.

    Raises:
        Unreadable: if it is none, or runs backwards.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise Unreadable("It has a length that cannot be read.")
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in found.groups()[1:])
    if found[1] == "-":
        raise Unreadable("It ends before it starts.")
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Duration(weeks * 7 + days, exact)


@cache
def _canonical_names() -> Mapping[str, str]:
    return {name.lower(): name for name in sorted(zoneinfo.available_timezones())}


def _block_lines(block: RawComponent) -> list[str]:
    inner = [line for part in block.parts for line in _block_lines(part)]
    lines = [line for line in block.lines if line[:2].upper() != "X-"]
    return [f"BEGIN:{block.name}", *lines, *inner, f"END:{block.name}"]
