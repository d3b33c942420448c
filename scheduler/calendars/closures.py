"""School days from a calendar file: closures and whatever else covers whole days, by name.

An entry counts when it covers whole days; others, a concert or an early end, are left out.
Its DTEND is the day school begins again, as the RFC has it. Whether it blocks anybody's time
does not matter: holidays seldom do. One that repeats is followed for two years.
Source: RFC 5545 section 3.6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from scheduler.calendars.busy import HORIZON_DAYS, Guard, PassedOver
from scheduler.calendars.components import RawComponent, read_components
from scheduler.calendars.content_lines import one_line
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import clocks_of
from scheduler.calendars.occurrences import ReadEvent, read_event, times_of_series
from scheduler.calendars.repetition import refusal
from scheduler.calendars.versions import Entry, Series, newest, series_of
from scheduler.domain.periods import Period

UNNAMED = "Closed"

_NOT_WHOLE = "It has hours. Only entries that last whole days count."

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayReading:
    """What a calendar says of whole days: the first, the last and the name, in order.

    ``unreadable`` are entries that may be such days, ``passed_over`` those that are none.
    """

    days: tuple[tuple[date, date, str], ...]
    unreadable: tuple[PassedOver, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    def certain_days(self) -> tuple[tuple[date, date, str], ...]:
        """Return the days, for whoever does not look at each line.

        Raises:
            CalendarUnreadable: if an entry cannot be read: a closure that is missed puts
                guests before a locked door.
        """
        for problem in self.unreadable:
            raise CalendarUnreadable(f"{problem.component}: {problem.reason}")
        return self.days


def read_days(octets: bytes, *, guard: Guard = nullcontext) -> DayReading:
    """Return everything that covers whole days.

    ``guard`` opens around each series and may raise to stop one that takes too long.

    Raises:
        CalendarUnreadable: if the file is no calendar.
    """
    others: list[PassedOver] = []
    trouble: list[PassedOver] = []
    entries = []
    for calendar in read_components(octets):
        for component in calendar.parts:
            if component.name != "VEVENT":
                continue
            try:
                entry = _whole_days(component, calendar)
            except (ValueError, OverflowError) as problem:
                trouble.append(PassedOver(component.label, str(problem)))
                continue
            if entry:
                entries.append(entry)
            else:
                others.append(PassedOver(_name(component), _NOT_WHOLE))
    kept, _ = newest(entries)
    days: set[tuple[date, date, str]] = set()
    for series in series_of(kept):
        try:
            with guard():
                days.update(_closures(series))
        except (ValueError, OverflowError) as problem:
            trouble.append(PassedOver(series[0].component.label, str(problem)))
    return DayReading(tuple(sorted(days)), tuple(trouble), tuple(others))


def _whole_days(component: RawComponent, calendar: RawComponent) -> Entry | None:
    clocks = clocks_of(calendar, timezone="UTC", country="")
    event = read_event(component, clocks)
    if not component.is_whole:
        raise ValueError("It is cut off: its end is missing.")
    start, end = event.start, event.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        if start.time() != time() or end.time() != time() or start == end:
            return None
        event = replace(event, start=start.date(), end=end.date())
    return Entry(component, event, clocks)


def _name(component: RawComponent) -> str:
    return one_line(_ESCAPED.sub(_unescaped, component.value("SUMMARY"))) or UNNAMED


def _closures(series: Series) -> Iterator[tuple[date, date, str]]:
    name = _name(series[0].component)
    events = [_as_blocking(entry) for entry in series]
    for period in _periods(series[0], events):
        last = period.end - _A_DAY
        yield period.start.date(), last.date(), name


def _periods(first: Entry, events: list[ReadEvent]) -> tuple[Period, ...]:
    begins = datetime.combine(events[0].start, time(), tzinfo=UTC)
    window = Period(begins, begins + timedelta(days=HORIZON_DAYS))
    if reason := refusal(first.component, days=HORIZON_DAYS, years=2):
        raise ValueError(reason)
    try:
        return times_of_series(events, window=window, reader=UTC)
    except (ValueError, OverflowError) as problem:
        raise ValueError("It repeats in a way that cannot be read.") from problem


def _as_blocking(entry: Entry) -> ReadEvent:
    is_cancelled = entry.component.value("STATUS").upper() == "CANCELLED"
    return entry.event if is_cancelled else replace(entry.event, free_because="")


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "N": "\n"}.get(found[1], found[1])
