"""Invitations, updates and cancellations as messages between calendars (iTIP).

A message goes to one person, who is its only attendee; the organizer is the district's
address and no attendee. UID and SEQUENCE are those of the feed, so a calendar that has both
sees one visit. DTSTAMP is when the message came to be, and stays the same when it is sent
twice. Source: RFC 5546 sections 3.2.2 and 3.2.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.calendars.content_lines import component, content_line, mailto, one_line
from scheduler.calendars.events import PRODUCT, Entry, event, start_of, timezone_blocks
from scheduler.calendars.showing import CANCELLED
from scheduler.calendars.texts import Audience
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat


@dataclass(frozen=True, slots=True)
class Organizer:
    """Who invites: the name and address that the mail comes from."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who is invited, with the present answer."""

    name: str
    email: str
    partstat: Partstat


def request(
    sheet: VisitSheet,
    *,
    attendee: Attendee,
    organizer: Organizer,
    asks_reply: bool,
    dtstamp: datetime,
    audience: Audience = Audience.VOLUNTEER,
    page_url: str = "",
) -> bytes:
    """Return an invitation or an update of it, as METHOD:REQUEST.

    ``asks_reply`` says that somebody reads the replies; only then, and only before the
    answer, does the message ask for one.

    Raises:
        IllegalTransition: if the visit is held, or cancelled for this person.
    """
    entry = _entry(sheet, attendee=attendee, audience=audience, page_url=page_url)
    if entry.status == CANCELLED:
        raise IllegalTransition(subject="visit", state="cancelled", step="announced")
    awaits = asks_reply and attendee.partstat is Partstat.NEEDS_ACTION
    people = (_organizer_line(organizer), _attendee_line(attendee, awaits_reply=awaits))
    return _message("REQUEST", entry, event(entry, stamped_at=dtstamp, people=people))


def cancel(
    sheet: VisitSheet,
    *,
    attendee: Attendee,
    organizer: Organizer,
    dtstamp: datetime,
    whole_visit: bool,
    audience: Audience = Audience.VOLUNTEER,
    page_url: str = "",
) -> bytes:
    """Return a cancellation, as METHOD:CANCEL.

    When the whole visit is off it says so; when only this person is out, it names them and
    leaves STATUS away, for the visit goes on.

    Raises:
        IllegalTransition: if the visit is not cancelled, or goes on with this person.
    """
    entry = _entry(sheet, attendee=attendee, audience=audience, page_url=page_url)
    if entry.status != CANCELLED:
        raise IllegalTransition(subject="visit", state=str(sheet.visit.state), step="called off")
    people = (_organizer_line(organizer), _attendee_line(attendee))
    status = CANCELLED if whole_visit else None
    called_off = event(entry, stamped_at=dtstamp, people=people, status=status)
    return _message("CANCEL", entry, called_off)


def _entry(sheet: VisitSheet, *, attendee: Attendee, audience: Audience, page_url: str) -> Entry:
    email = attendee.email if audience is Audience.VOLUNTEER else None
    return Entry(sheet, audience, email, page_url)


def _message(method: str, entry: Entry, lines_of_event: str) -> bytes:
    lines = (
        content_line("VERSION", "2.0"),
        content_line("PRODID", PRODUCT),
        content_line("CALSCALE", "GREGORIAN"),
        content_line("METHOD", method),
        timezone_blocks((start_of(entry),)),
        lines_of_event,
    )
    return component("VCALENDAR", lines).encode()


def _organizer_line(organizer: Organizer) -> str:
    name = {"CN": one_line(organizer.name)} if one_line(organizer.name) else {}
    return content_line("ORGANIZER", mailto(organizer.email), name)


def _attendee_line(attendee: Attendee, *, awaits_reply: bool = False) -> str:
    name = {"CN": one_line(attendee.name)} if one_line(attendee.name) else {}
    facts = {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": attendee.partstat.value,
        "RSVP": "TRUE" if awaits_reply else "FALSE",
    }
    return content_line("ATTENDEE", mailto(attendee.email), name | facts)
