"""A strict judge of our own feeds and messages, from the RFCs and from what clients refuse.

It shares no code with the product and uses no calendar package; the zones' truth is zoneinfo.
Every fault is one sentence. ``feed_faults`` and ``message_faults`` take whole files,
``faults_between`` two states of one feed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from tests.outside.ics_reading import Component, Line, NotCalendar, read, unescaped
from tests.outside.ics_zones import local, offset_at, utc

TEXTS = ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "TZNAME")
ONCE = (
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "TRANSP", "SUMMARY"),
    "LAST-MODIFIED",
)
HALF_HOUR = timedelta(minutes=30)
LEAST_INTERVAL = timedelta(minutes=15)
CANCELLED_IN_WORDS = ("Cancelled: ", "Annulé : ", "Cancelado: ")


def feed_faults(octets: bytes, *, reminds: bool = False) -> tuple[str, ...]:
    """Return what is wrong with a subscribed calendar; it reminds only whoever asked for it."""
    faults = _faults(octets, _feed_rules)
    is_silent = b"\r\nBEGIN:VALARM\r\n" not in octets
    return faults if reminds or is_silent else (*faults, "an alarm that nobody asked for")


def message_faults(octets: bytes) -> tuple[str, ...]:
    """Return what is wrong with an iTIP message to one person."""
    return _faults(octets, _message_rules)


def faults_between(before: bytes, after: bytes) -> tuple[str, ...]:
    """Return what a client would miss between two states of one feed.

    Raises:
        NotCalendar: if one of them is none.
    """
    events = {event.value("UID"): event for event in read(before).named("VEVENT")}
    faults = []
    for event in read(after).named("VEVENT"):
        former = events.get(event.value("UID"))
        if former is not None:
            faults += _step_faults(former, event)
    return tuple(faults)


def instants(octets: bytes) -> tuple[tuple[str, datetime, datetime], ...]:
    """Return UID, start and end in UTC of each event, by the file's own VTIMEZONEs."""
    calendar = read(octets)
    return tuple(
        (
            unescaped(event.value("UID")),
            _instant(calendar, event.all("DTSTART")[0]),
            _instant(calendar, event.all("DTEND")[0]),
        )
        for event in calendar.named("VEVENT")
    )


def _faults(octets: bytes, rules: Callable[[Component], Iterator[str]]) -> tuple[str, ...]:
    faults = list(_octet_faults(octets))
    try:
        calendar = read(octets)
        # One by one: what was found stays found when a later line cannot be read.
        for fault in chain(_object_faults(calendar), rules(calendar)):
            faults.append(fault)
    except (NotCalendar, UnicodeDecodeError) as problem:
        faults.append(str(problem))
    return tuple(faults)


def _octet_faults(octets: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", octets) or not octets.endswith(b"\r\n"):
        yield "a line does not end in CRLF"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", octets):
        yield "a control character"
    if octets.startswith(b"\xef\xbb\xbf"):
        yield "a byte order mark"
    for number, line in enumerate(octets.split(b"\r\n"), start=1):
        if len(line) > 75:
            yield f"line {number} has {len(line)} octets"
        try:
            text = line.decode()
        except UnicodeDecodeError:
            yield f"line {number} is cut inside a character"
        else:
            if len(text.splitlines()) > 1:
                yield f"line {number} holds a character that some readers take for a line end"


def _object_faults(calendar: Component) -> Iterator[str]:
    first_part = calendar.order.index("BEGIN") if "BEGIN" in calendar.order else None
    if first_part is None:
        yield "no component"
    elif any(name != "BEGIN" for name in calendar.order[first_part:]):
        yield "a calendar property after a component"
    for name, value in (("VERSION", "2.0"), ("CALSCALE", "GREGORIAN")):
        if calendar.value(name) != value:
            yield f"{name} is not {value} once"
    if not calendar.value("PRODID"):
        yield "PRODID is not there once"
    uids = Counter(event.value("UID") for event in calendar.named("VEVENT"))
    yield from (f"UID {uid} twice" for uid, count in uids.items() if count > 1)
    for event in calendar.named("VEVENT"):
        yield from (f"{event.value('UID')}: {fault}" for fault in _event_faults(event))
    for component in (calendar, *calendar.parts):
        for line in component.lines:
            if line.name in TEXTS:
                unescaped(line.value)
    yield from _zone_faults(calendar)


def _event_faults(event: Component) -> Iterator[str]:
    yield from (f"{name} is not there once" for name in ONCE if len(event.all(name)) != 1)
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        utc(event.value(name))
    if not re.fullmatch(r"\d+", event.value("SEQUENCE")):
        yield "SEQUENCE is no number"
    if event.value("TRANSP") not in ("OPAQUE", "TRANSPARENT"):
        yield "TRANSP is neither OPAQUE nor TRANSPARENT"
    status = event.value("STATUS")
    if status == "CANCELLED" and event.value("TRANSP") != "TRANSPARENT":
        yield "cancelled, and yet it blocks time"
    says_so = unescaped(event.value("SUMMARY")).startswith(CANCELLED_IN_WORDS)
    if status and says_so != (status == "CANCELLED"):
        yield "the title and STATUS are at odds"
    for part in event.parts:
        yield from _alarm_faults(event, part)
    for name in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "DURATION"):
        if event.all(name):
            yield f"{name} in a single event"
    if event.all("URL") and not re.fullmatch(r"https?://[\x21-\x7e]+", event.value("URL")):
        yield "URL is not an absolute address"
    yield from _time_faults(event)


def _alarm_faults(event: Component, part: Component) -> Iterator[str]:
    """An alarm only shows words, some time before the start (RFC 5545 section 3.6.6)."""
    if part.name != "VALARM":
        yield f"{part.name} inside an event"
        return
    if event.value("STATUS") == "CANCELLED":
        yield "reminds of what is cancelled"
    if sorted(part.order) != ["ACTION", "DESCRIPTION", "TRIGGER"]:
        yield "an alarm that is not of ACTION, TRIGGER and DESCRIPTION alone"
    if part.value("ACTION") != "DISPLAY":
        yield "an alarm that does more than show words"
    if not re.fullmatch(r"-P(?:\d+D|T\d+M)", part.value("TRIGGER")):
        yield "an alarm that is not before the start"


def _time_faults(event: Component) -> Iterator[str]:
    start, end = event.all("DTSTART")[0], event.all("DTEND")[0]
    if start.parameters != end.parameters or len(start.value) != len(end.value):
        yield "DTSTART and DTEND are of different kinds"
    elif start.value >= end.value:
        yield "DTEND is not after DTSTART"
    for line in (start, end):
        if line.parameters.get("VALUE") == "DATE":
            if not re.fullmatch(r"\d{8}", line.value):
                yield f"{line.name} is no date"
        elif "TZID" in line.parameters and line.value.endswith("Z"):
            yield f"{line.name} has both TZID and Z"
        elif "TZID" not in line.parameters and not line.value.endswith("Z"):
            yield f"{line.name} is floating"


def _zone_faults(calendar: Component) -> Iterator[str]:
    blocks = Counter(block.value("TZID") for block in calendar.named("VTIMEZONE"))
    yield from (f"VTIMEZONE {name} twice" for name, count in blocks.items() if count > 1)
    named: dict[str, list[datetime]] = {}
    for event in calendar.named("VEVENT"):
        for line in (*event.all("DTSTART"), *event.all("DTEND")):
            if name := line.parameters.get("TZID"):
                named.setdefault(name, []).append(local(line.value))
    yield from (f"no VTIMEZONE for {name}" for name in named if name not in blocks)
    if calendar.named("VEVENT"):
        yield from (f"VTIMEZONE {name} is not used" for name in blocks if name not in named)
    for block in calendar.named("VTIMEZONE"):
        if any(part.all("RDATE") for part in block.parts):
            yield f"VTIMEZONE {block.value('TZID')} uses RDATE"
        yield from _offset_faults(block, named.get(block.value("TZID"), []))


def _offset_faults(block: Component, walls: list[datetime]) -> Iterator[str]:
    """Compare every time used, and every half-hour of the days of change between them."""
    zone = ZoneInfo(block.value("TZID"))
    for wall in (*walls, *_half_hours_of_change(zone, walls)):
        true = wall.replace(tzinfo=zone).utcoffset()
        if _is_single(wall, zone) and offset_at(block, wall) != true:
            yield f"VTIMEZONE {zone.key} is wrong at {wall}"
    yield from (
        f"{wall} {zone.key} is shown twice or never: it has to be in UTC"
        for wall in walls
        if not _is_single(wall, zone)
    )


def _half_hours_of_change(zone: ZoneInfo, walls: list[datetime]) -> Iterator[datetime]:
    if not walls:
        return
    day = min(walls).replace(hour=0, minute=0, second=0)
    while day <= max(walls):
        following = day + timedelta(days=1)
        if day.replace(tzinfo=zone).utcoffset() != following.replace(tzinfo=zone).utcoffset():
            yield from (day + step * HALF_HOUR for step in range(96))
        day = following


def _is_single(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clock shows that time once (PEP 495)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def _feed_rules(calendar: Component) -> Iterator[str]:
    for name in ("METHOD", "ATTENDEE", "ORGANIZER", "COMMENT", "CONTACT"):
        if any(part.all(name) for part in (calendar, *calendar.parts)):
            yield f"{name} in a feed"
    if calendar.all("UID"):
        yield "a UID of the calendar, which vdirsyncer takes for that of every event"
    for name in ("NAME", "X-WR-CALNAME", "X-WR-RELCALID", "X-WR-TIMEZONE"):
        if not calendar.value(name):
            yield f"{name} is not there once"
    if calendar.value("NAME") != calendar.value("X-WR-CALNAME"):
        yield "two names"
    refresh = calendar.all("REFRESH-INTERVAL")
    if [line.parameters for line in refresh] != [{"VALUE": "DURATION"}]:
        yield "REFRESH-INTERVAL is not there once as a DURATION"
    elif refresh[0].value != calendar.value("X-PUBLISHED-TTL"):
        yield "two intervals"
    elif _interval(refresh[0].value) < LEAST_INTERVAL:
        yield "asks programs to come more often than every quarter of an hour"
    for event in calendar.named("VEVENT"):
        if event.value("DTSTAMP") != event.value("LAST-MODIFIED"):
            yield f"{event.value('UID')}: DTSTAMP is not the last change"
        if event.value("STATUS") not in ("TENTATIVE", "CONFIRMED", "CANCELLED"):
            yield f"{event.value('UID')}: STATUS is {event.value('STATUS')}"


def _interval(value: str) -> timedelta:
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", value)
    hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0)
    return timedelta(hours=hours, minutes=minutes)


def _message_rules(calendar: Component) -> Iterator[str]:
    method = calendar.value("METHOD")
    if method not in ("REQUEST", "CANCEL"):
        yield f"METHOD is {method}"
    if len(calendar.named("VEVENT")) != 1:
        yield "not one event"
    for event in calendar.named("VEVENT"):
        people = [*event.all("ORGANIZER"), *event.all("ATTENDEE")]
        if [line.name for line in people] != ["ORGANIZER", "ATTENDEE"]:
            yield "not one ORGANIZER and one ATTENDEE"
        elif people[0].value.lower() == people[1].value.lower():
            yield "the organizer is an attendee"
        yield from (f"{line.name} is no mailto:" for line in people if not _is_mailto(line))
        yield from _method_faults(method, event)


def _method_faults(method: str, event: Component) -> Iterator[str]:
    status = event.value("STATUS")
    replies = [line for line in event.all("ATTENDEE") if line.parameters.get("RSVP") == "TRUE"]
    if method == "CANCEL" and status not in ("CANCELLED", ""):
        yield f"STATUS:{status} in a cancellation"
    if method == "CANCEL" and replies:
        yield "a cancellation asks for a reply"
    if method == "REQUEST" and status not in ("TENTATIVE", "CONFIRMED"):
        yield f"STATUS:{status} in a request"
    if any(line.parameters.get("PARTSTAT") != "NEEDS-ACTION" for line in replies):
        yield "asks for a reply that was given"


def _is_mailto(line: Line) -> bool:
    return re.fullmatch(r"mailto:[\x21-\x7e]+@[\x21-\x7e]+", line.value) is not None


def _step_faults(before: Component, after: Component) -> Iterator[str]:
    uid = after.value("UID")
    raised = int(after.value("SEQUENCE")) - int(before.value("SEQUENCE"))
    if raised < 0:
        yield f"{uid}: SEQUENCE fell"
    for name in ("DTSTART", "DTEND", "STATUS", "LOCATION"):
        if before.all(name) != after.all(name) and raised <= 0:
            yield f"{uid}: {name} changed and SEQUENCE did not rise"
    stamps = [utc(event.value("LAST-MODIFIED")) for event in (before, after)]
    if stamps[0] > stamps[1]:
        yield f"{uid}: LAST-MODIFIED fell"
    if before.lines != after.lines and stamps[0] == stamps[1]:
        yield f"{uid}: changed without LAST-MODIFIED"


def _instant(calendar: Component, line: Line) -> datetime:
    if line.value.endswith("Z"):
        return utc(line.value)
    (block,) = (
        block
        for block in calendar.named("VTIMEZONE")
        if block.value("TZID") == line.parameters["TZID"]
    )
    wall = local(line.value)
    return (wall - offset_at(block, wall)).replace(tzinfo=UTC)
