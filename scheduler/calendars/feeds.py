"""Visits as a calendar that a phone subscribes to, or as a file to keep.

The same sheets give the same octets: no clock is read, DTSTAMP is the last change. A feed has
no METHOD and names no attendee and no organizer; it reminds only whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scheduler.calendars.content_lines import (
    component,
    content_line,
    date_form,
    one_line,
    text_line,
    uri_form,
    utc_form,
)
from scheduler.calendars.events import PRODUCT, Entry, Start, event, start_of, timezone_blocks
from scheduler.calendars.phrases import DEFAULT_LANGUAGE, phrases_in
from scheduler.calendars.showing import DAYS_CANCELLED
from scheduler.calendars.timezones import vtimezone
from scheduler.domain.zones import local

REFRESH = "PT1H"
FOOT = "END:VCALENDAR\r\n"

# A calendar has to hold a component, so an empty feed brings its zone; no date refers to it.
_NO_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a calendar says of itself: ``uid`` never changes, ``timezone`` is the district's."""

    uid: str
    name: str
    timezone: str


def head(heading: Heading, starts: Iterable[Start]) -> str:
    """Return everything before the first event: the calendar's properties and its zones.

    ``starts`` are when its events begin, each with the zone it names.

    Source: RFC 5545 section 3.7, RFC 7986 section 5, MS-OXCICAL 2.1.3.1.1.
    """
    told = tuple(starts)
    title = one_line(heading.name)
    zones = timezone_blocks(told)
    if not told:
        zones = vtimezone(heading.timezone, first=_NO_DAY, last=_NO_DAY)
    # The calendar has no UID of its own, though RFC 7986 offers one: vdirsyncer takes the
    # first UID it finds for that of every event and keeps only one of them.
    whole = component(
        "VCALENDAR",
        (
            content_line("VERSION", "2.0"),
            content_line("PRODID", PRODUCT),
            content_line("CALSCALE", "GREGORIAN"),
            text_line("NAME", title),
            text_line("X-WR-CALNAME", title),
            text_line("X-WR-RELCALID", one_line(heading.uid)),
            text_line("X-WR-TIMEZONE", heading.timezone),
            content_line("REFRESH-INTERVAL", REFRESH, {"VALUE": "DURATION"}),
            content_line("X-PUBLISHED-TTL", REFRESH),
            zones,
        ),
    )
    return whole.removesuffix(FOOT)


def whole(head_lines: str, events: Iterable[str]) -> bytes:
    """Return the calendar of a head and its events, in the order given."""
    return "".join((head_lines, *events, FOOT)).encode()


def render_entries(heading: Heading, entries: Iterable[Entry]) -> bytes:
    """Return a calendar of these entries, by start.

    Who sees which visit at all is for :func:`scheduler.calendars.showing.shown_in_feed` to say
    beforehand.

    Raises:
        IllegalTransition: if one of the visits is held.
    """
    told = sorted(entries, key=lambda e: (e.sheet.visit.period.start, e.sheet.visit.uid))
    return whole(head(heading, map(start_of, told)), map(event, told))


def render_replaced(
    heading: Heading,
    *,
    replaced_at: datetime,
    page_url: str,
    language: str = DEFAULT_LANGUAGE,
) -> bytes:
    """Return what an old address answers: one entry that says where the visits went.

    It lasts all day from the replacement on, as long as the old address answers.
    """
    first = local(replaced_at, heading.timezone).date()
    after = first + timedelta(days=DAYS_CANCELLED)
    stamp = utc_form(replaced_at.astimezone(UTC))
    phrases = phrases_in(language)
    notice = component(
        "VEVENT",
        (
            text_line("UID", f"{one_line(heading.uid)}-replaced"),
            content_line("DTSTAMP", stamp),
            content_line("DTSTART", date_form(first), {"VALUE": "DATE"}),
            content_line("DTEND", date_form(after), {"VALUE": "DATE"}),
            content_line("SEQUENCE", "0"),
            content_line("STATUS", "CONFIRMED"),
            content_line("TRANSP", "TRANSPARENT"),
            text_line("SUMMARY", phrases.replaced_title),
            text_line("DESCRIPTION", phrases.replaced_body.format(page_url)),
            content_line("URL", uri_form(page_url)),
            content_line("LAST-MODIFIED", stamp),
        ),
    )
    # Without entries the head brings the zone, which this notice does not name.
    lines = head(heading, ()).partition("BEGIN:VTIMEZONE")[0]
    return whole(lines, (notice,))
