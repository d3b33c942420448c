"""One VEVENT for one visit: the same in a feed and in a mail, but for who is named in it.

Every visit is an event of its own; nothing repeats. The page's address and the times are the
only facts that do not come from the sheet as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from scheduler.calendars.content_lines import (
    component,
    content_line,
    one_line,
    text_line,
    uri_form,
    utc_form,
)
from scheduler.calendars.phrases import DEFAULT_LANGUAGE, Phrases, phrases_in
from scheduler.calendars.showing import CANCELLED, is_out, sequence_for, status_for
from scheduler.calendars.texts import Audience, description, location, summary
from scheduler.calendars.timezones import vtimezone, zoned_lines
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local

PRODUCT = "-//Visitbell//Visitbell//EN"

_MINUTES_IN_DAY = 24 * 60

Start = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit as one reader's calendar shows it.

    ``email`` is the volunteer's own address, None for a teacher or a school; ``page_url``
    the absolute address of the visit's page, empty where there is none to give;
    ``alarm_minutes`` how long before the start the reader wants to be reminded, None not.
    """

    sheet: VisitSheet
    audience: Audience
    email: str | None
    page_url: str = ""
    language: str = DEFAULT_LANGUAGE
    alarm_minutes: int | None = None

    @property
    def status(self) -> str:
        """Return the entry's STATUS."""
        return status_for(self.sheet.visit, self.email)

    @property
    def phrases(self) -> Phrases:
        """Return the words of the entry's language."""
        return phrases_in(self.language)


def event(
    entry: Entry,
    *,
    stamped_at: datetime | None = None,
    revised_at: datetime | None = None,
    people: Iterable[str] = (),
    status: str | None = "",
) -> str:
    """Return the VEVENT as content lines.

    ``revised_at`` is the visit's last change unless something around it changed later;
    ``stamped_at`` is that change, too, unless the entry travels in a message; ``people`` are
    its ORGANIZER and ATTENDEE lines; a status of None leaves STATUS out, an empty one is the
    entry's own.
    """
    visit = entry.sheet.visit
    shown = entry.status if status == "" else status
    times, _ = zoned_lines(visit.period.start, visit.period.end, timezone=visit.timezone)
    revised = utc_form((revised_at or visit.revised_at).astimezone(UTC))
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
            content_line("LAST-MODIFIED", revised),
            _alarm(entry) if shown != CANCELLED else "",
        ),
    )


def start_of(entry: Entry) -> Start:
    """Return when the entry starts, and the zone its times name: none where they are in UTC."""
    visit = entry.sheet.visit
    _, names_zone = zoned_lines(visit.period.start, visit.period.end, timezone=visit.timezone)
    return visit.period.start, visit.timezone if names_zone else ""


def timezone_blocks(starts: Iterable[Start]) -> str:
    """Return the VTIMEZONE of each zone that these starts name, once, by name.

    A block is right for a year more than asked, so ends need not be told.
    """
    span_by_zone: dict[str, tuple[datetime, datetime]] = {}
    for moment, name in starts:
        if name:
            first, last = span_by_zone.get(name, (moment, moment))
            span_by_zone[name] = (min(first, moment), max(last, moment))
    return "".join(
        vtimezone(name, first=local(first, name).date(), last=local(last, name).date())
        for name, (first, last) in sorted(span_by_zone.items())
    )


def _facts(entry: Entry) -> tuple[str, ...]:
    sheet, audience, email, phrases = entry.sheet, entry.audience, entry.email, entry.phrases
    title = summary(sheet, audience=audience, email=email, phrases=phrases)
    about = description(
        sheet, audience=audience, email=email, page_url=entry.page_url, phrases=phrases
    )
    return (
        text_line("SUMMARY", one_line(title)),
        text_line(
            "LOCATION", one_line(location(sheet, email=email, audience=audience, phrases=phrases))
        ),
        text_line("DESCRIPTION", about),
        content_line("URL", uri_form(entry.page_url)) if entry.page_url else "",
        _conference(entry),
    )


def _conference(entry: Entry) -> str:
    """Return the video link. Source: RFC 7986 section 5.11."""
    sheet, email = entry.sheet, entry.email
    link = one_line(sheet.meeting_url)
    is_told = entry.audience not in (Audience.PUBLIC, Audience.BUSY)
    is_expected = sheet.is_virtual_for(email or "") and not is_out(sheet.visit, email)
    if not (is_told and is_expected) or not link.startswith(("https://", "http://")):
        return ""
    label = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": entry.phrases.join_online}
    return content_line("CONFERENCE", uri_form(link), label)


def _alarm(entry: Entry) -> str:
    """Return the reminder that the reader chose. Source: RFC 5545 section 3.6.6."""
    minutes = entry.alarm_minutes
    if minutes is None:
        return ""
    days, rest = divmod(minutes, _MINUTES_IN_DAY)
    before = f"-P{days}D" if days and not rest else f"-PT{minutes}M"
    title = summary(entry.sheet, audience=entry.audience, email=entry.email, phrases=entry.phrases)
    return component(
        "VALARM",
        (
            content_line("ACTION", "DISPLAY"),
            content_line("TRIGGER", before),
            text_line("DESCRIPTION", one_line(title)),
        ),
    )
