"""Busy time from other people's calendars: intervals, and what was passed over and why.

Only intervals leave this module; titles, places and people stay in the file. Every entry
that does not block time is listed with its reason, so that the owner can see what the
scheduler made of it. A component that cannot be read, or that would take too long, is passed
over alone; of a series that is not followed the first time counts. A file is refused only when
nothing of it can be trusted.
Source: RFC 5545 sections 3.6.1, 3.6.4 and 3.8.5, RFC 5546 section 2.1.5 for versions.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from scheduler.calendars.components import RawComponent, read_components
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import Clocks, Unreadable, clocks_of
from scheduler.calendars.occurrences import (
    free_busy_end,
    is_past_or_future,
    read_event,
    read_free_busy,
    times_of,
    times_of_series,
)
from scheduler.calendars.repetition import MAX_INSTANCES, refusal
from scheduler.calendars.versions import Entry, Series, far_uid, newest, series_of
from scheduler.domain.periods import DateRange, Period, merge
from scheduler.domain.zones import day_period, zone

MAX_COMPONENTS = 5_000
HORIZON_DAYS = 731

Guard = Callable[[], AbstractContextManager[object]]

_TOO_MANY = "This calendar has more events than we read in the time that matters."
_FULL = "The file has more times on these days than we read."
_SAYING = frozenset({"VEVENT", "VFREEBUSY"})
_REASON_BY_NAME = {
    "VTODO": "It is a task, and only events block time.",
    "VJOURNAL": "It is a note, and only events block time.",
}


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A component that blocks no time, by kind and line, and why."""

    component: str
    reason: str


@dataclass(frozen=True, slots=True)
class BusyReading:
    """What a calendar file means: busy periods in UTC, merged and in order.

    They are cut to the days that were asked for; beyond ``known_until`` nothing is known. A file
    that is not whole lacks its end; one that is empty holds no event at all, not even a past one.
    """

    busy: tuple[Period, ...]
    passed_over: tuple[PassedOver, ...]
    known_until: date
    is_whole: bool = True
    is_empty: bool = False


def read_busy(
    octets: bytes,
    *,
    window: DateRange,
    timezone: str,
    country: str = "",
    own_uids: Container[str] = (),
    guard: Guard = nullcontext,
) -> BusyReading:
    """Return when a calendar file's owner is busy on these days, both ends included.

    ``timezone`` is the owner's: floating and all-day times are in it, and so are the days.
    ``country`` says what a Windows zone name means. Days past two years are not looked at.
    ``own_uids`` are visits that the rules count already: they come back in calendars that
    show our feed, and block nothing a second time.
    ``guard`` opens around each series and may raise to stop one that takes too long.

    Raises:
        CalendarUnreadable: if nothing of the file can be used.
        UnknownZone: if ``timezone`` is no zone.
    """
    last = min(window.last, window.first + timedelta(days=HORIZON_DAYS - 1))
    span = Period(day_period(window.first, timezone).start, day_period(last, timezone).end)
    calendars = read_components(octets)
    worth_reading = _worth_reading(calendars, window=DateRange(window.first, last))
    tally = _Tally(own_uids)
    entries: list[Entry] = []
    for calendar in calendars:
        _require_gregorian(calendar)
        clocks = clocks_of(calendar, timezone=timezone, country=country)
        found = filter(worth_reading, calendar.parts)
        entries += _entries(found, clocks, span=span, tally=tally)
        if not calendar.is_whole:
            tally.pass_over(calendar, "Its end is missing: the file may be cut off.")
    for series in _that_matter(entries, span=span, tally=tally):
        with tally.passing_over(series[0].component), guard():
            _expand(series, span=span, tally=tally)
    return BusyReading(
        busy=tuple(_cut(period, span) for period in merge(tally.busy) if period.overlaps(span)),
        passed_over=tuple(PassedOver(label, why) for _, label, why in sorted(tally.passed_over)),
        known_until=_known_until(calendars, last, reader=zone(timezone)),
        is_whole=all(calendar.is_whole for calendar in calendars),
        is_empty=not any(part.name in _SAYING for each in calendars for part in each.parts),
    )


@dataclass(slots=True)
class _Tally:
    """What one reading has found so far."""

    own_uids: Container[str]
    busy: list[Period] = field(default_factory=list)
    passed_over: list[tuple[int, str, str]] = field(default_factory=list)
    near: int = 0
    instances: int = 0
    is_full: bool = False

    def pass_over(self, component: RawComponent, reason: str) -> None:
        """Note that a component blocks no time."""
        self.passed_over.append((component.line, component.label, reason))

    def add(self, periods: Iterable[Period]) -> None:
        """Note busy time.

        Raises:
            Unreadable: if the file has more instances than are followed.
        """
        found = tuple(periods)
        if self.instances + len(found) > MAX_INSTANCES:
            self.is_full = True
            raise Unreadable(_FULL)
        self.instances += len(found)
        self.busy += found

    @contextmanager
    def passing_over(self, component: RawComponent) -> Iterator[None]:
        """Turn whatever goes wrong with a component into its being passed over."""
        try:
            yield
        except Unreadable as problem:
            self.pass_over(component, str(problem))
        except MemoryError:
            raise
        except Exception:
            # The libraries raise a dozen kinds on broken input, and one entry must not
            # cost its owner the rest of the calendar.
            self.pass_over(component, "It cannot be read.")


def _require_gregorian(calendar: RawComponent) -> None:
    if calendar.value("CALSCALE").upper() not in ("", "GREGORIAN"):
        raise CalendarUnreadable("This calendar counts its days in a way we do not know.")


def _worth_reading(
    calendars: Iterable[RawComponent], *, window: DateRange
) -> Callable[[RawComponent], bool]:
    """Return a test that spares old events the reading; most of a long-kept file is old.

    An event far away counts all the same when it may be the newer version of a near one.
    """
    first = f"{window.first - timedelta(days=3):%Y%m%d}"
    last = f"{window.last + timedelta(days=3):%Y%m%d}"
    parts = [part for calendar in calendars for part in calendar.parts]
    uids = (far_uid(part, first=first, last=last) for part in parts)
    far = {id(part): uid for part, uid in zip(parts, uids, strict=True) if uid is not None}
    if not far:
        return lambda part: True
    near_uids = {part.value("UID") for part in parts if id(part) not in far} - {""}
    return lambda part: id(part) not in far or far[id(part)] in near_uids


def _entries(
    components: Iterable[RawComponent], clocks: Clocks, *, span: Period, tally: _Tally
) -> list[Entry]:
    found = []
    for component in components:
        with tally.passing_over(component):
            if not component.is_whole:
                raise Unreadable("It is cut off: its end is missing.")
            if component.name == "VEVENT":
                entry = Entry(component, read_event(component, clocks), clocks)
                if entry.event.uid in tally.own_uids:
                    raise Unreadable("It is one of our own visits.")
                tally.near += not is_past_or_future(entry.event, span)
                found.append(entry)
            elif component.name == "VFREEBUSY":
                tally.add(read_free_busy(component, clocks))
            elif component.name != "VTIMEZONE":
                raise Unreadable(_REASON_BY_NAME.get(component.name, "It is no event."))
        if tally.near > MAX_COMPONENTS:
            raise CalendarUnreadable(_TOO_MANY)
    return found


def _that_matter(entries: Iterable[Entry], *, span: Period, tally: _Tally) -> tuple[Series, ...]:
    kept, replaced = newest(entries)
    for entry in replaced:
        tally.pass_over(entry.component, "A newer version of it is in the file.")
    found = tuple(
        series
        for series in series_of(kept)
        if len(series) > 1 or not is_past_or_future(series[0].event, span)
    )
    if sum(map(len, found)) > MAX_COMPONENTS:
        raise CalendarUnreadable(_TOO_MANY)
    # Single events cost nothing, so a file's wild series cannot crowd them out.
    return tuple(sorted(found, key=_is_repeated))


def _is_repeated(series: Series) -> bool:
    return len(series) > 1 or not series[0].event.is_single


def _expand(series: Series, *, span: Period, tally: _Tally) -> None:
    for entry in series:
        if entry.event.free_because:
            tally.pass_over(entry.component, entry.event.free_because)
    if all(entry.event.free_because for entry in series):
        return
    first = series[0]
    if not _is_repeated(series):
        period = times_of(first.event, reader=first.clocks.reader)
        if period is None:
            raise Unreadable("It takes no time.")
        tally.add((period,))
        return
    if tally.is_full:
        raise Unreadable(_FULL)
    events = (entry.event for entry in series)
    try:
        _refuse_bombs(first, span=span)
        found = times_of_series(events, window=span, reader=first.clocks.reader)
    except Unreadable:
        # Whatever a rule means, an event takes place at its start.
        tally.add(_written_times(series))
        raise
    tally.add(found)


def _written_times(series: Series) -> Iterator[Period]:
    for entry in series:
        once = times_of(entry.event, reader=entry.clocks.reader)
        if once and not entry.event.free_because:
            yield once


def _refuse_bombs(entry: Entry, *, span: Period) -> None:
    days = (span.end - span.start).days + 2
    years = max(span.end.year - entry.event.start.year, 0) + 1
    if reason := refusal(entry.component, days=days, years=years):
        raise Unreadable(reason)


def _known_until(calendars: Iterable[RawComponent], last: date, *, reader: tzinfo) -> date:
    """Return the last day known whole: a file with free/busy time alone ends with it."""
    parts = [part for calendar in calendars for part in calendar.parts]
    if any(part.name == "VEVENT" for part in parts):
        return last
    free_busy = [part for part in parts if part.name == "VFREEBUSY"]
    ends = [end for part in free_busy if (end := free_busy_end(part, reader))]
    return min(last, max(ends, default=last))


def _cut(period: Period, span: Period) -> Period:
    return Period(max(period.start, span.start), min(period.end, span.end))
