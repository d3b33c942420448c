"""Events of other people's calendars: what one says, and when it takes place.

An event's times are taken to one clock first, its own, and repetition is worked out on what
that clock shows; so a weekly nine o'clock stays nine o'clock across the change. Rules where
files are at odds with the RFC: DTEND wins over DURATION; a date beside a time means its
midnight; an all-day event that ends on the day it starts lasts that day; an UNTIL that is a
date includes that day, and one without a zone is on the event's clock; a date in EXDATE takes
out all of that day; a part of a rule that no RFC knows is passed over, so it can end nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import icalendar
import recurring_ical_events

from scheduler.calendars.components import Property, RawComponent
from scheduler.calendars.moments import Clocks, Unreadable, Written, read_duration, read_moment
from scheduler.calendars.repetition import RULE_PARTS, rule_parts
from scheduler.domain.periods import Period

Dates = tuple[Written | tuple[Written, Written], ...]

_A_DAY = timedelta(days=1)
_A_MINUTE = timedelta(minutes=1)
_BLOCKS = "X-BLOCKS"


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One VEVENT. Of ``start`` and ``end`` both are dates, or both are aware moments.

    ``free_because`` is empty when it blocks time. ``replaces`` is the instance that it
    stands for, with ``and_later`` for all that follow as well.
    """

    label: str
    uid: str
    version: tuple[int, str]
    start: Written
    end: Written
    free_because: str
    rules: tuple[str, ...] = ()
    extra: Dates = ()
    without: Dates = ()
    replaces: Written | None = None
    and_later: bool = False

    @property
    def is_single(self) -> bool:
        """Tell whether it takes place once and stands for nothing else."""
        return not (self.rules or self.extra) and self.replaces is None


def read_event(component: RawComponent, clocks: Clocks) -> ReadEvent:
    """Return what a VEVENT says.

    Raises:
        ValueError: if it has no one start, ends before it, or has a value nobody can read.
    """
    starts = component.properties("DTSTART")
    if len(starts) != 1:
        raise Unreadable("It has no start." if not starts else "It has more than one start.")
    start, end = _span(component, read_moment(starts[0], clocks), clocks)
    replaced = component.properties("RECURRENCE-ID")[:1]
    return ReadEvent(
        label=component.label,
        uid=component.value("UID"),
        version=_version(component),
        start=start,
        end=end,
        free_because=_free_because(component),
        rules=tuple(_rule(found.value, start, clocks) for found in component.properties("RRULE")),
        extra=_dates(component.properties("RDATE"), clocks),
        without=_dates(component.properties("EXDATE"), clocks),
        replaces=read_moment(replaced[0], clocks) if replaced else None,
        and_later=any(p.parameters.get("RANGE", "").upper() == "THISANDFUTURE" for p in replaced),
    )


def read_free_busy(component: RawComponent, clocks: Clocks) -> tuple[Period, ...]:
    """Return the periods of a VFREEBUSY that are not free. Source: RFC 5545 section 3.6.4."""
    periods = (
        _period(*times, clock=clocks.reader)
        for found in component.properties("FREEBUSY")
        if found.parameters.get("FBTYPE", "").upper() != "FREE"
        for times in _dates((found,), clocks)
        if isinstance(times, tuple)
    )
    return tuple(period for period in periods if period)


def free_busy_end(component: RawComponent, reader: tzinfo) -> date | None:
    """Return the last day that a VFREEBUSY tells of to its end, None where it does not say."""
    clocks = Clocks(reader=reader, floating=reader, country="", block_by_name={})
    try:
        ends = [read_moment(found, clocks) for found in component.properties("DTEND")]
    except ValueError:
        return None
    # What ends at midnight, or a minute before, tells of the day before it.
    walls = (_at_midnight(end, reader).astimezone(reader) + _A_MINUTE for end in ends)
    return max((wall.date() - _A_DAY for wall in walls), default=None)


def times_of(event: ReadEvent, *, reader: tzinfo) -> Period | None:
    """Return when a single event takes place, None if it takes no time."""
    return _period(event.start, event.end, clock=reader)


def is_past_or_future(event: ReadEvent, window: Period) -> bool:
    """Tell whether the event and all its repetitions clearly miss the window."""
    first = _day(event.start)
    if event.extra or first <= window.end.date() + _A_DAY:
        return _has_passed(event, window)
    return True


def _has_passed(event: ReadEvent, window: Period) -> bool:
    untils = [rule_parts(rule).get("UNTIL") for rule in event.rules]
    if event.extra or not all(untils):
        return False
    days = [date.fromisoformat(until[:8]) for until in untils if until]
    last = max(days, default=_day(event.start)) + (_day(event.end) - _day(event.start))
    return last < window.start.date() - _A_DAY


def times_of_series(
    series: Iterable[ReadEvent], *, window: Period, reader: tzinfo
) -> tuple[Period, ...]:
    """Return when the instances of a series that block time touch the window.

    The series is at most one event with the events that stand for some of its instances.
    Cost: linear in the steps from the first start to the window's end.
    """
    events = sorted(series, key=lambda event: event.replaces is not None)
    first = events[0].start
    clock = first.tzinfo if isinstance(first, datetime) and first.tzinfo else reader
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(_naive_event(event, clock))
    # All-day entries are compared as if they were UTC, so ask for a day more on either side.
    found = recurring_ical_events.of(calendar).between(
        _naive(window.start, clock) - _A_DAY, _naive(window.end, clock) + _A_DAY
    )
    times = (
        _period(_aware(one["DTSTART"].dt, clock), _aware(one["DTEND"].dt, clock), clock=reader)
        for one in found
        if one.get(_BLOCKS) == "YES"
    )
    return tuple(period for period in times if period and period.overlaps(window))


def _day(moment: Written) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _span(component: RawComponent, start: Written, clocks: Clocks) -> tuple[Written, Written]:
    end = _end(component, start, clocks)
    if isinstance(start, datetime) != isinstance(end, datetime):
        start, end = _at_midnight(start, clocks.reader), _at_midnight(end, clocks.reader)
    if isinstance(start, datetime) and isinstance(end, datetime):
        if end.astimezone(UTC) < start.astimezone(UTC):
            raise Unreadable("It ends before it starts.")
        # One clock for both, or a flight east would end before it began.
        return start, end.astimezone(start.tzinfo)
    if end < start:
        raise Unreadable("It ends before it starts.")
    return start, max(end, start + _A_DAY)


def _end(component: RawComponent, start: Written, clocks: Clocks) -> Written:
    if ends := component.properties("DTEND"):
        return read_moment(ends[-1], clocks)
    if written := component.value("DURATION"):
        duration = read_duration(written)
        if isinstance(start, datetime) or duration.exact:
            return duration.after(_at_midnight(start, clocks.reader))
        return start + timedelta(days=duration.days)
    return start


def _version(component: RawComponent) -> tuple[int, str]:
    sequence = component.value("SEQUENCE")
    return int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0, component.value(
        "DTSTAMP"
    )


def _free_because(component: RawComponent) -> str:
    if component.value("STATUS").upper() == "CANCELLED":
        return "It is cancelled."
    outlook = component.value("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    if component.value("TRANSP").upper() == "TRANSPARENT" or outlook == "FREE":
        return "It is marked as free."
    return ""


def _rule(rule: str, start: Written, clocks: Clocks) -> str:
    """Return the rule with its UNTIL as the event's own clock shows it."""
    parts = dict(rule_parts(rule))
    if "UNTIL" in parts:
        until = read_moment(Property("UNTIL", {}, parts["UNTIL"]), clocks)
        is_zoned = parts["UNTIL"].endswith("Z")
        if not isinstance(start, datetime):
            parts["UNTIL"] = f"{until:%Y%m%d}"
        elif not isinstance(until, datetime):
            parts["UNTIL"] = f"{until:%Y%m%d}T235959"
        elif start.tzinfo:
            shown = _naive(until, start.tzinfo) if is_zoned else until
            parts["UNTIL"] = f"{shown:%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items() if name in RULE_PARTS)


def _dates(properties: Iterable[Property], clocks: Clocks) -> Dates:
    return tuple(
        _date_or_period(found, text, clocks)
        for found in properties
        for text in found.value.split(",")
        if text.strip()
    )


def _date_or_period(
    found: Property, text: str, clocks: Clocks
) -> Written | tuple[Written, Written]:
    begins, _, ends = text.partition("/")
    start = read_moment(found, clocks, text=begins)
    if not ends:
        return start
    if ends.strip()[:1].upper() in ("P", "+", "-"):
        return start, read_duration(ends).after(_at_midnight(start, clocks.reader))
    return start, read_moment(found, clocks, text=ends)


def _naive_event(event: ReadEvent, clock: tzinfo) -> icalendar.Event:
    """Return the event for the expander: on one clock, and without what expansion ignores."""
    written = icalendar.Event()
    written.add("UID", "series")
    written.add("SEQUENCE", event.version[0])
    written.add("DTSTART", _naive(event.start, clock))
    written.add("DTEND", _naive(event.end, clock))
    written.add(_BLOCKS, "" if event.free_because else "YES")
    for rule in event.rules:
        written.add("RRULE", icalendar.vRecur.from_ical(rule))
    if event.extra:
        written.add("RDATE", [_naive_date(one, clock) for one in event.extra])
    if event.without:
        written.add("EXDATE", [_naive_date(one, clock) for one in event.without])
    if event.replaces is not None:
        scope = {"RANGE": "THISANDFUTURE"} if event.and_later else {}
        written.add("RECURRENCE-ID", _naive(event.replaces, clock), parameters=scope)
    return written


def _naive_date(
    one: Written | tuple[Written, Written], clock: tzinfo
) -> Written | tuple[Written, Written]:
    if isinstance(one, tuple):
        return _naive(one[0], clock), _naive(one[1], clock)
    return _naive(one, clock)


def _naive(moment: Written, clock: tzinfo) -> Written:
    if isinstance(moment, datetime):
        return moment.astimezone(clock).replace(tzinfo=None)
    return moment


def _aware(moment: Written, clock: tzinfo) -> Written:
    return moment.replace(tzinfo=clock) if isinstance(moment, datetime) else moment


def _at_midnight(moment: Written, clock: tzinfo) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), tzinfo=clock)


def _period(start: Written, end: Written, *, clock: tzinfo) -> Period | None:
    begins = _at_midnight(start, clock).astimezone(UTC)
    ends = _at_midnight(end, clock).astimezone(UTC)
    return Period(begins, ends) if begins < ends else None
