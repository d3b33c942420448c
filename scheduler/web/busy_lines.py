"""How the calendars that a volunteer lent stand, in words; of the volunteer's own, or of another's.

An address is a secret of its owner, so only its computer's name is shown, and to the owner
alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.calendar_addresses import read_address
from scheduler.domain.periods import Period
from scheduler.web.phrasing import ago, clock, day, day_with_year, local_day, plural

SOON = timedelta(days=30)


def busy_lines(
    calendars: Iterable[BusyCalendar], *, now: datetime, timezone: str, is_own: bool
) -> list[dict[str, object]]:
    """Return ``{title, meta, note, tag, key, is_on_web}`` of each calendar, in order."""
    return [_line(each, now=now, timezone=timezone, is_own=is_own) for each in calendars]


def soon_busy(calendar: BusyCalendar, now: datetime) -> str:
    """Return how much a calendar tells: ``3 busy times in the next 30 days``."""
    coming = Period(now, now + SOON)
    count = sum(period.overlaps(coming) for period in calendar.busy)
    return f"{plural(count, 'busy time') if count else 'no busy time'} in the next {SOON.days} days"


def _line(
    calendar: BusyCalendar, *, now: datetime, timezone: str, is_own: bool
) -> dict[str, object]:
    trust = calendar.trust(now, timezone)
    words = {Trust.FRESH: _fresh, Trust.STALE: _stale, Trust.UNKNOWN: _unknown}[trust]
    tag, meta, note = words(calendar, now, timezone)
    tones = {Trust.FRESH: "ok", Trust.STALE: "wait", Trust.UNKNOWN: "stop"}
    return {
        "title": _title(calendar, is_own=is_own),
        "tag": {"words": tag, "tone": tones[trust]},
        "meta": meta,
        "note": note,
        "key": calendar.key,
        "is_on_web": bool(calendar.address),
    }


def _title(calendar: BusyCalendar, *, is_own: bool) -> str:
    if not calendar.address:
        return "A calendar file"
    return read_address(calendar.address).host if is_own else "A calendar on the web"


def _fresh(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    told = f"{ago(calendar.read_at, now)}: {soon_busy(calendar, now)}."
    if calendar.address:
        return "Up to date", f"Last checked {told}", ""
    last = day_with_year(calendar.known_until)
    return "Read", f"Given {told}", f"It tells us about the time until {last}."


def _stale(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    read = f"{day(local_day(calendar.read_at, timezone))}, {clock(calendar.read_at, timezone)}"
    meta = "What it said then still counts. What changed since, we do not know."
    trying = ""
    if calendar.next_check and calendar.next_check > now:
        trying = f" We try again {ago(calendar.next_check, now)}."
    return f"Not read since {read}", meta, f"{calendar.problem}{trying}".strip()


def _unknown(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    last = day_with_year(calendar.known_until)
    meta = f"It told us about the time until {last}. For later days nobody is proposed by it."
    return "Out of date", meta, calendar.problem
