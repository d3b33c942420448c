"""Answers that calendars send back: octets to facts, and what those facts may do.

A reply is believed only from the person it speaks for, and only about what that person was told
last. Some programs leave the organizer out; a proposal of another time is passed on and changes
nothing. Fetching mail is not done here, and neither is entering an answer.
Source: RFC 5546 sections 2.1.5, 3.2.3 and 3.2.7, RFC 6047 section 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import unquote

from scheduler.calendars.components import Property, RawComponent, read_components
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import Clocks, known_zone, read_moment
from scheduler.domain.people import normal_email
from scheduler.domain.periods import Period
from scheduler.domain.visits import Partstat

MAX_COMMENT = 500
CLOCKS_DIFFER = timedelta(minutes=5)
OUR_CLOCKS = Clocks(reader=UTC, floating=UTC, country="", block_by_name=MappingProxyType({}))

_ESCAPED = re.compile(r"\\([\\;,nN])")


class ReplyMethod(StrEnum):
    """What an answer is: a reply, or the proposal of another time."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Verdict(StrEnum):
    """What is to become of a reply."""

    ENTER = "enter"
    PASS_ON = "pass_on"
    OUTDATED = "outdated"
    FORGED = "forged"
    SAYS_NOTHING = "says_nothing"


@dataclass(frozen=True, slots=True)
class Reply:
    """What one person's calendar answered about one visit.

    ``partstat`` is None where it is none that we know; ``organizer`` is empty where it was
    left out; ``proposed`` is the time of a counter-proposal, ``written_at`` when it was
    answered, both in UTC and where they can be read.
    """

    method: ReplyMethod
    uid: str
    attendee: str
    partstat: Partstat | None
    sequence: int
    organizer: str = ""
    comment: str = ""
    proposed: Period | None = None
    written_at: datetime | None = None


_PARTSTATS: Mapping[str, Partstat] = MappingProxyType({str(each): each for each in Partstat})


def read_reply(octets: bytes) -> Reply:
    """Return the facts of a calendar's answer.

    Raises:
        CalendarUnreadable: if it is no calendar, no answer, or one of several people.
    """
    calendar = read_components(octets)[0]
    method = calendar.value("METHOD").upper()
    if method not in set(ReplyMethod):
        raise CalendarUnreadable("This calendar part is no answer to an invitation.")
    events = tuple(part for part in calendar.parts if part.name == "VEVENT")
    if not events or len({event.value("UID") for event in events}) != 1:
        raise CalendarUnreadable("This answer is not about one visit.")
    return _reply(ReplyMethod(method), events[0])


def judge(
    reply: Reply,
    *,
    sender: str,
    last_sequence: int | None,
    answered_at: datetime | None = None,
) -> Verdict:
    """Return what is to become of a reply that came from this address.

    ``last_sequence`` is the highest SEQUENCE that the attendee has to know of, None if that
    person was never sent an invitation to the visit; ``answered_at`` is when they answered last.
    """
    if normal_email(sender) != reply.attendee or last_sequence is None:
        return Verdict.FORGED
    if reply.sequence < last_sequence or _is_overtaken(reply, answered_at):
        return Verdict.OUTDATED
    if reply.method is ReplyMethod.COUNTER:
        return Verdict.PASS_ON
    if reply.partstat in (None, Partstat.NEEDS_ACTION):
        return Verdict.SAYS_NOTHING
    return Verdict.ENTER


def _is_overtaken(reply: Reply, answered_at: datetime | None) -> bool:
    """A reply may stay on its way while its writer says something else on the page."""
    if reply.written_at is None or answered_at is None:
        return False
    return reply.written_at + CLOCKS_DIFFER < answered_at


def _reply(method: ReplyMethod, event: RawComponent) -> Reply:
    attendees = event.properties("ATTENDEE")
    uid = event.value("UID")
    if len(attendees) != 1 or not uid:
        raise CalendarUnreadable("This answer does not say who answers, or about what.")
    sequence = event.value("SEQUENCE") or "0"
    if not re.fullmatch(r"\d{1,9}", sequence):
        raise CalendarUnreadable("This answer does not say which state of the visit it is about.")
    return Reply(
        method=method,
        uid=_text(uid),
        attendee=_address(attendees[0]),
        partstat=_PARTSTATS.get(attendees[0].parameters.get("PARTSTAT", "").upper()),
        sequence=int(sequence),
        organizer=next((_address(each) for each in event.properties("ORGANIZER")), ""),
        comment=_comment(event, attendees[0]),
        written_at=_moment(event, "DTSTAMP"),
        proposed=_proposed(event) if method is ReplyMethod.COUNTER else None,
    )


def _comment(event: RawComponent, attendee: Property) -> str:
    # Google writes what somebody adds beside their answer.
    written = event.value("COMMENT") or attendee.parameters.get("X-RESPONSE-COMMENT", "")
    return _text(written).strip()[:MAX_COMMENT]


def _proposed(event: RawComponent) -> Period | None:
    start, end = (_moment(event, name) for name in ("DTSTART", "DTEND"))
    return Period(start, end) if start and end and start < end else None


def _moment(event: RawComponent, name: str) -> datetime | None:
    """A time by a clock that we know; a zone that only the file describes is not looked into."""
    written = next(iter(event.properties(name)), None)
    if written is None:
        return None
    is_utc = written.value.strip().upper().endswith("Z")
    if not is_utc and known_zone(written.parameters.get("TZID", ""), country="") is None:
        return None
    try:
        found = read_moment(written, OUR_CLOCKS)
        return found.astimezone(UTC) if isinstance(found, datetime) else None
    except (ValueError, OverflowError):
        return None


def _address(given: Property) -> str:
    value = given.value.strip()
    if value[:7].lower() == "mailto:":
        value = unquote(value[7:])
    # Exchange names people by a path of its own and gives the address beside it.
    return normal_email(value if "@" in value else given.parameters.get("EMAIL", ""))


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
