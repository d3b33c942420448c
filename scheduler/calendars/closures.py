"""School closures from a calendar file: whole days without school, by name.

An entry counts when it covers whole days; others, a concert or an early end, are left out.
Its DTEND is the day school begins again, as the RFC has it. Whether it blocks anybody's time
does not matter: holidays seldom do. One that repeats is followed for two years.
Source: RFC 5545 section 3.6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from scheduler.calendars.busy import HORIZON_DAYS
from scheduler.calendars.components import RawComponent, read_components
from scheduler.calendars.content_lines import one_line
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import clocks_of
from scheduler.calendars.occurrences import ReadEvent, read_event, times_of_series
from scheduler.calendars.repetition import refusal
from scheduler.calendars.versions import Entry, Series, newest, series_of
from scheduler.domain.periods import Period

UNNAMED = "Closed"

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_A_DAY = timedelta(days=1)


def read_closures(octets: bytes) -> tuple[tuple[date, date, str], ...]:
    """Return the first and the last day and the name of each closure, in order.

    Raises:
        CalendarUnreadable: if the file is no calendar, or one of its entries cannot be read:
            a closure that is missed puts guests before a locked door.
    """
    entries = tuple(
        entry
        for calendar in read_components(octets)
        for component in calendar.parts
        if component.name == "VEVENT" and (entry := _whole_days(component, calendar))
    )
    kept, _ = newest(entries)
    return tuple(sorted({closure for series in series_of(kept) for closure in _closures(series)}))


def _whole_days(component: RawComponent, calendar: RawComponent) -> Entry | None:
    clocks = clocks_of(calendar, timezone="UTC", country="")
    try:
        event = read_event(component, clocks)
    except (ValueError, OverflowError) as problem:
        raise CalendarUnreadable(f"{component.label}: {problem}") from problem
    if not component.is_whole:
        raise CalendarUnreadable(f"{component.label}: It is cut off: its end is missing.")
    start, end = event.start, event.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        if start.time() != time() or end.time() != time() or start == end:
            return None
        event = replace(event, start=start.date(), end=end.date())
    return Entry(component, event, clocks)


def _closures(series: Series) -> Iterator[tuple[date, date, str]]:
    name = one_line(_ESCAPED.sub(_unescaped, series[0].component.value("SUMMARY"))) or UNNAMED
    events = [_as_blocking(entry) for entry in series]
    for period in _periods(series[0], events):
        last = period.end - _A_DAY
        yield period.start.date(), last.date(), name


def _periods(first: Entry, events: list[ReadEvent]) -> tuple[Period, ...]:
    begins = datetime.combine(events[0].start, time(), tzinfo=UTC)
    window = Period(begins, begins + timedelta(days=HORIZON_DAYS))
    if reason := refusal(first.component, days=HORIZON_DAYS, years=2):
        raise CalendarUnreadable(f"{first.component.label}: {reason}")
    try:
        return times_of_series(events, window=window, reader=UTC)
    except (ValueError, OverflowError) as problem:
        raise CalendarUnreadable(
            f"{first.component.label}: It repeats in a way that cannot be read."
        ) from problem


def _as_blocking(entry: Entry) -> ReadEvent:
    is_cancelled = entry.component.value("STATUS").upper() == "CANCELLED"
    return entry.event if is_cancelled else replace(entry.event, free_because="")


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "N": "\n"}.get(found[1], found[1])
