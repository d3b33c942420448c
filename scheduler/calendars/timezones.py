"""VTIMEZONE blocks of our own: yearly rules where a zone has them, single onsets where not.

A list of RDATEs would be shorter to make, but ical.js, and with it Thunderbird and many web
calendars, reads only the first of each line and shows summer events an hour late; Outlook
wants rules as well. The changes themselves are read off the zone, so a block is right even
where a law changes in the middle of it: Edmonton stops changing its clocks in 2026. The
rule that holds from then on is the zone's POSIX footer, written as an RRULE.

A block is right from a year before the first day asked for to the end of the year after the
last; past that only where the rule goes on.
"""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.calendars.content_lines import (
    component,
    content_line,
    local_form,
    offset_form,
    text_line,
    utc_form,
)
from scheduler.domain.zones import zone

UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Etc/Zulu", "Zulu", "Etc/Universal"})

_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_RULE = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/(\d{1,2})(?::(\d{2}))?)?$")
_LAST_WEEK = 5
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Onset:
    """A moment when a zone's clock changes; ``wall`` is what it shows just before."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str
    is_daylight: bool


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """An onset of every year: the given weekday of a month, the last one for week 5.

    Weekdays count from Sunday as 0.
    """

    month: int
    week: int
    weekday: int
    minutes: int

    def holds_for(self, wall: datetime) -> bool:
        """Tell whether that wall time is the rule's onset in its year."""
        nth = (wall.day - 1) // 7 + 1
        is_last = (wall + timedelta(days=7)).month != wall.month
        return (
            wall.month == self.month
            and (is_last if self.week == _LAST_WEEK else nth == self.week)
            and wall.isoweekday() % 7 == self.weekday
            and wall.hour * 60 + wall.minute == self.minutes
        )

    @property
    def rrule(self) -> str:
        """Return the rule as an RRULE value."""
        nth = -1 if self.week == _LAST_WEEK else self.week
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={nth}{_WEEKDAYS[self.weekday]}"


@lru_cache(maxsize=8192)
def zoned_lines(starts: datetime, ends: datetime, *, timezone: str) -> tuple[str, bool]:
    """Return DTSTART and DTEND of two moments, and whether they name the zone.

    Where the clock shows a time twice, readers differ on which is meant: such a pair is
    written in UTC, as is everything in a zone that is UTC.
    """
    clock = zone(timezone)
    walls = [moment.astimezone(clock) for moment in (starts, ends)]
    if timezone in UTC_NAMES or any(_is_shown_twice(wall) for wall in walls):
        utc = [moment.astimezone(UTC) for moment in (starts, ends)]
        lines = (content_line("DTSTART", utc_form(utc[0])), content_line("DTEND", utc_form(utc[1])))
        return "".join(lines), False
    zoned = {"TZID": timezone}
    lines = (
        content_line("DTSTART", local_form(walls[0]), zoned),
        content_line("DTEND", local_form(walls[1]), zoned),
    )
    return "".join(lines), True


def vtimezone(name: str, *, first: date, last: date) -> str:
    """Return the zone's VTIMEZONE, right for every moment from the first day to the last.

    Source: RFC 5545 section 3.6.5.

    Raises:
        UnknownZone: if the database has no such zone.
    """
    return _vtimezone(name, first.year, last.year)


@lru_cache(maxsize=256)
def _vtimezone(name: str, first_year: int, last_year: int) -> str:
    clock = zone(name)
    opening = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    onsets = _onsets(clock, opening, datetime(last_year + 2, 1, 1, tzinfo=UTC))
    rules = yearly_rules(name)
    ruled_from = _ruled_from(onsets, rules, last_year + 1)
    needed = datetime(first_year, 1, 1)
    single = tuple(onset for onset in onsets if onset.wall.year < ruled_from)
    blocks = [_block(onset) for onset in single]
    if not onsets or onsets[0].wall >= needed:
        blocks.insert(0, _block(_standing(clock, opening)))
    for onset in onsets:
        if onset.wall.year == ruled_from:
            rule = next(rule for rule in rules if rule.holds_for(onset.wall))
            blocks.append(_block(onset, rrule=rule.rrule))
    return component("VTIMEZONE", (text_line("TZID", name), *blocks))


def yearly_rules(name: str) -> tuple[YearlyRule, ...]:
    """Return the two rules of the zone's footer, none where it stands still.

    None, too, where an onset falls on another day than the one its rule names (24:00, or the
    evening before): an RRULE has no simple form for it.
    Source: RFC 8536 section 3.3, POSIX TZ.
    """
    file = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    footer = file.read_bytes().rsplit(b"\n", 2)[1].decode()
    rules = tuple(_rule(part) for part in footer.split(",")[1:])
    return tuple(rule for rule in rules if rule) if all(rules) else ()


def _rule(part: str) -> YearlyRule | None:
    found = _RULE.match(part)
    if found is None:
        return None
    month, week, weekday, hours, minutes = (int(group or 0) for group in found.groups())
    hours = 2 if found[4] is None else hours
    if hours >= 24:
        return None
    return YearlyRule(month, week, weekday, hours * 60 + minutes)


def _ruled_from(onsets: tuple[Onset, ...], rules: tuple[YearlyRule, ...], last_year: int) -> int:
    years = sorted({onset.wall.year for onset in onsets}, reverse=True)
    ruled = last_year + 1
    for year in years:
        walls = [onset.wall for onset in onsets if onset.wall.year == year]
        held = all(any(rule.holds_for(wall) for rule in rules) for wall in walls)
        if not rules or len(walls) != len(rules) or not held or year != ruled - 1:
            break
        ruled = year
    return ruled


def _onsets(clock: ZoneInfo, opening: datetime, closing: datetime) -> tuple[Onset, ...]:
    found = []
    day = timedelta(days=1)
    earlier = opening
    while earlier < closing:
        later = earlier + day
        if _observance(clock, earlier) != _observance(clock, later):
            found.append(_onset(clock, _first_change(clock, earlier, later)))
        earlier = later
    return tuple(found)


def _first_change(clock: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    """Return the first second after ``earlier`` with another observance, by halving."""
    was = _observance(clock, earlier)
    while later - earlier > _A_SECOND:
        middle = (earlier + (later - earlier) / 2).replace(microsecond=0)
        if _observance(clock, middle) == was:
            earlier = middle
        else:
            later = middle
    return later


def _onset(clock: ZoneInfo, change: datetime) -> Onset:
    was = (change - _A_SECOND).astimezone(clock)
    now = change.astimezone(clock)
    before, after = was.utcoffset() or timedelta(), now.utcoffset() or timedelta()
    # Ireland calls its winter the exception; what calendars mean by DAYLIGHT is a clock put
    # forward for the summer.
    seasonal = bool(was.dst() or now.dst())
    return Onset(
        wall=(change + before).replace(tzinfo=None),
        before=before,
        after=after,
        name=now.tzname() or "",
        is_daylight=seasonal and after > before,
    )


def _standing(clock: ZoneInfo, moment: datetime) -> Onset:
    local = moment.astimezone(clock)
    offset = local.utcoffset() or timedelta()
    return Onset(
        wall=datetime(1970, 1, 1),
        before=offset,
        after=offset,
        name=local.tzname() or "",
        is_daylight=(local.dst() or timedelta()) > timedelta(),
    )


def _observance(clock: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(clock)
    return local.utcoffset(), local.tzname()


def _is_shown_twice(wall: datetime) -> bool:
    return bool(wall.fold) or wall.utcoffset() != wall.replace(fold=1).utcoffset()


def _block(onset: Onset, *, rrule: str = "") -> str:
    return component(
        "DAYLIGHT" if onset.is_daylight else "STANDARD",
        (
            content_line("DTSTART", local_form(onset.wall)),
            content_line("RRULE", rrule) if rrule else "",
            content_line("TZOFFSETFROM", offset_form(onset.before)),
            content_line("TZOFFSETTO", offset_form(onset.after)),
            text_line("TZNAME", onset.name),
        ),
    )
