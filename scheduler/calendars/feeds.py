"""A person's or a school's visits as a calendar that a phone subscribes to.

The same sheets give the same octets: no clock is read, DTSTAMP is the last change. A feed has
no METHOD, names no attendee and no organizer, and brings no alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from scheduler.calendars.events import PRODUCT, Entry, event, timezone_blocks
from scheduler.calendars.showing import DAYS_CANCELLED
from scheduler.calendars.texts import Audience
from scheduler.calendars.timezones import vtimezone
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local

REFRESH = "PT1H"

# A calendar has to hold a component, so an empty feed brings its zone; no date refers to it.
_NO_DAY = date(2026, 1, 1)


def render_feed(
    *,
    uid: str,
    name: str,
    timezone: str,
    sheets: Iterable[VisitSheet],
    audience: Audience,
    viewer_email: str | None,
    page_url: Callable[[str], str],
) -> bytes:
    """Return a feed of these visits, by start, each as this viewer sees it.

    ``uid`` is the feed's own and never changes, ``timezone`` the district's; ``page_url``
    turns a visit's UID into the absolute address of its page. Who sees which visit at all
    is for :func:`scheduler.calendars.showing.shown_in_feed` to say beforehand.

    Raises:
        IllegalTransition: if one of the visits is held.
    """
    entries = sorted(
        (Entry(sheet, audience, viewer_email, page_url(sheet.visit.uid)) for sheet in sheets),
        key=lambda entry: (entry.sheet.visit.period.start, entry.sheet.visit.uid),
    )
    zones = timezone_blocks(entries)
    if not entries:
        zones = vtimezone(timezone, first=_NO_DAY, last=_NO_DAY)
    return _calendar((zones, *map(event, entries)), uid=uid, name=name, timezone=timezone)


def render_replaced(
    *, uid: str, name: str, timezone: str, replaced_at: datetime, page_url: str
) -> bytes:
    """Return what an old address answers: one entry that says where the visits went.

    It lasts all day from the replacement on, as long as the old address answers.
    """
    first = local(replaced_at, timezone).date()
    after = first + timedelta(days=DAYS_CANCELLED)
    stamp = utc_form(replaced_at.astimezone(UTC))
    notice = component(
        "VEVENT",
        (
            text_line("UID", f"{one_line(uid)}-replaced"),
            content_line("DTSTAMP", stamp),
            content_line("DTSTART", date_form(first), {"VALUE": "DATE"}),
            content_line("DTEND", date_form(after), {"VALUE": "DATE"}),
            content_line("SEQUENCE", "0"),
            content_line("STATUS", "CONFIRMED"),
            content_line("TRANSP", "TRANSPARENT"),
            text_line("SUMMARY", "Your visits have a new calendar address"),
            text_line(
                "DESCRIPTION",
                "This calendar address was replaced and shows no visits any more.\n"
                f"Sign in to get the new one, then remove this calendar: {page_url}",
            ),
            content_line("URL", uri_form(page_url)),
            content_line("CREATED", stamp),
            content_line("LAST-MODIFIED", stamp),
        ),
    )
    return _calendar((notice,), uid=uid, name=name, timezone=timezone)


def _calendar(components: Iterable[str], *, uid: str, name: str, timezone: str) -> bytes:
    """Source of the properties: RFC 5545 section 3.7, RFC 7986 section 5, MS-OXCICAL 2.1.3.1.1."""
    title = one_line(name)
    # The calendar has no UID of its own, though RFC 7986 offers one: vdirsyncer takes the
    # first UID it finds for that of every event and keeps only one of them.
    return component(
        "VCALENDAR",
        (
            content_line("VERSION", "2.0"),
            content_line("PRODID", PRODUCT),
            content_line("CALSCALE", "GREGORIAN"),
            text_line("NAME", title),
            text_line("X-WR-CALNAME", title),
            text_line("X-WR-RELCALID", one_line(uid)),
            text_line("X-WR-TIMEZONE", timezone),
            content_line("REFRESH-INTERVAL", REFRESH, {"VALUE": "DURATION"}),
            content_line("X-PUBLISHED-TTL", REFRESH),
            *components,
        ),
    ).encode()
