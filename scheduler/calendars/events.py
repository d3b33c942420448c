"""One VEVENT for one visit: the same in a feed and in a mail, but for who is named in it.

Every visit is an event of its own; nothing repeats. The page's address and the times are the
only facts that do not come from the sheet as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from scheduler.calendars.content_lines import (
    component,
    content_line,
    one_line,
    text_line,
    uri_form,
    utc_form,
)
from scheduler.calendars.showing import CANCELLED, is_out, sequence_for, status_for
from scheduler.calendars.texts import Audience, description, location, summary
from scheduler.calendars.timezones import vtimezone, zoned_lines
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local

PRODUCT = "-//Visitbell//Visitbell//EN"

_VIDEO = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join the visit online"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit as one reader's calendar shows it.

    ``email`` is the volunteer's own address, None for a teacher or a school; ``page_url``
    the absolute address of the visit's page, empty where there is none to give.
    """

    sheet: VisitSheet
    audience: Audience
    email: str | None
    page_url: str = ""

    @property
    def status(self) -> str:
        """Return the entry's STATUS."""
        return status_for(self.sheet.visit, self.email)


def event(
    entry: Entry,
    *,
    stamped_at: datetime | None = None,
    people: Iterable[str] = (),
    status: str | None = "",
) -> str:
    """Return the VEVENT as content lines.

    ``stamped_at`` is the last change unless the entry travels in a message; ``people`` are
    its ORGANIZER and ATTENDEE lines; a status of None leaves STATUS out, an empty one is the
    entry's own.
    """
    visit = entry.sheet.visit
    shown = entry.status if status == "" else status
    times, _ = zoned_lines(visit.period.start, visit.period.end, timezone=visit.timezone)
    revised = utc_form(visit.revised_at.astimezone(UTC))
    return component(
        "VEVENT",
        (
            text_line("UID", one_line(visit.uid)),
            content_line(
                "DTSTAMP", utc_form(stamped_at.astimezone(UTC)) if stamped_at else revised
            ),
            times,
            content_line("SEQUENCE", str(sequence_for(visit, entry.email))),
            content_line("STATUS", shown) if shown else "",
            content_line("TRANSP", "TRANSPARENT" if shown in (CANCELLED, None) else "OPAQUE"),
            *people,
            *_facts(entry),
            content_line("CREATED", utc_form(visit.created_at.astimezone(UTC))),
            content_line("LAST-MODIFIED", revised),
        ),
    )


def timezone_blocks(entries: Iterable[Entry]) -> str:
    """Return the VTIMEZONE of each zone that an entry's times name, once, by name."""
    days_by_zone: dict[str, list[date]] = {}
    for entry in entries:
        visit = entry.sheet.visit
        starts, ends = visit.period.start, visit.period.end
        _, names_zone = zoned_lines(starts, ends, timezone=visit.timezone)
        if names_zone:
            days = days_by_zone.setdefault(visit.timezone, [])
            days += (local(moment, visit.timezone).date() for moment in (starts, ends))
    return "".join(
        vtimezone(name, first=min(days), last=max(days))
        for name, days in sorted(days_by_zone.items())
    )


def _facts(entry: Entry) -> tuple[str, ...]:
    sheet, audience, email = entry.sheet, entry.audience, entry.email
    about = description(sheet, audience=audience, email=email, page_url=entry.page_url)
    return (
        text_line("SUMMARY", one_line(summary(sheet, audience=audience, email=email))),
        text_line("LOCATION", one_line(location(sheet, email=email))),
        text_line("DESCRIPTION", about),
        content_line("URL", uri_form(entry.page_url)) if entry.page_url else "",
        _conference(entry),
    )


def _conference(entry: Entry) -> str:
    """Return the video link. Source: RFC 7986 section 5.11."""
    sheet, email = entry.sheet, entry.email
    link = one_line(sheet.meeting_url)
    is_expected = sheet.is_virtual_for(email or "") and not is_out(sheet.visit, email)
    if not is_expected or not link.startswith(("https://", "http://")):
        return ""
    return content_line("CONFERENCE", uri_form(link), _VIDEO)
