"""A feed's events: which visits it shows and as what, each written again only where it changed.

An event's LAST-MODIFIED rises with everything its reader can see, a school's new name too,
though that leaves the visit as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scheduler.calendars.editions import edition
from scheduler.calendars.events import Entry, event, start_of
from scheduler.calendars.showing import DAYS_AHEAD, shown_in_feed, shown_through
from scheduler.calendars.texts import Audience
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.feed_records import Door, EventText, Glimpse
from scheduler.services.records import Feed, FeedKind

CERTAIN = frozenset({VisitState.CONFIRMED, VisitState.HAPPENED})
AUDIENCE_BY_KIND = {
    FeedKind.VOLUNTEER: Audience.VOLUNTEER,
    FeedKind.TEACHER: Audience.TEACHER,
    FeedKind.BUSY: Audience.BUSY,
    FeedKind.CLASS: Audience.TEACHER,
    FeedKind.SCHOOL: Audience.SCHOOL,
    FeedKind.OFFICE: Audience.OFFICE,
    FeedKind.ORGANIZATION: Audience.DISTRICT,
    FeedKind.ZONE: Audience.DISTRICT,
    FeedKind.PUBLIC: Audience.PUBLIC,
}
WITHOUT_PAGE = frozenset({FeedKind.BUSY, FeedKind.OFFICE, FeedKind.ORGANIZATION, FeedKind.PUBLIC})
_A_SECOND = timedelta(seconds=1)


class FeedWriter:
    """Writes a feed's events; one whose facts are as they were is taken as it was written."""

    def __init__(
        self, door: Door, former: Mapping[str, EventText], *, base_url: str, now: datetime
    ) -> None:
        self._door, self._former = door, former
        self._base_url, self._now = base_url, now
        feed = door.address.feed
        form = (edition(), door.language, door.label, feed.alarm_minutes, base_url)
        self._seal = hashlib.sha256(repr(form).encode()).hexdigest()[:16]

    def text_of(self, glimpse: Glimpse) -> EventText | None:
        """Return the event, or None where the feed does not show the visit."""
        former = self._former.get(glimpse.uid)
        facts = f"{self._seal}.{glimpse.facts}"
        if former and former.facts == facts and _is_shown(former, now=self._now):
            return former
        entry = self._entry(glimpse.sheet(), was_shown=former is not None)
        return self._written(entry, former, facts=facts) if entry else None

    def _entry(self, sheet: VisitSheet, *, was_shown: bool) -> Entry | None:
        feed = self._door.address.feed
        sheet = _as_told_to(sheet, feed, label=self._door.label)
        visit = sheet.visit
        viewer = _viewer(sheet, feed)
        is_told = not feed.certain_only or visit.state in CERTAIN or was_shown
        if not (is_told and shown_in_feed(visit, now=self._now, email=viewer)):
            return None
        return Entry(
            sheet,
            AUDIENCE_BY_KIND[feed.kind],
            viewer,
            page_of(visit, feed, base_url=self._base_url),
            language=self._door.language,
            alarm_minutes=feed.alarm_minutes,
        )

    def _written(self, entry: Entry, former: EventText | None, *, facts: str) -> EventText:
        revised_at, text = self._dated(entry, former)
        starts_at, zone = start_of(entry)
        return EventText(
            uid=entry.sheet.visit.uid,
            starts_at=starts_at,
            revised_at=revised_at,
            text=text,
            zone=zone,
            facts=facts,
            shown_through=shown_through(entry.sheet.visit, entry.email),
        )

    def _dated(self, entry: Entry, former: EventText | None) -> tuple[datetime, str]:
        revised_at = entry.sheet.visit.revised_at
        if former is not None:
            text = event(entry, revised_at=former.revised_at)
            if text == former.text:
                return former.revised_at, text
            if revised_at <= former.revised_at:
                # The visit is as it was; what stands around it changed since, and is noticed now.
                revised_at = max(self._now.replace(microsecond=0), former.revised_at + _A_SECOND)
        return revised_at, event(entry, revised_at=revised_at)


def page_of(visit: Visit, feed: Feed, *, base_url: str) -> str:
    """Return the page on which the feed's holder finds a visit, empty where there is none."""
    if feed.kind in WITHOUT_PAGE:
        return ""
    if feed.kind is FeedKind.VOLUNTEER:
        return f"{base_url}/visits#{visit.uid}"
    return f"{base_url}/requests/{visit.request}"


def _is_shown(former: EventText, *, now: datetime) -> bool:
    today = now.astimezone(UTC).date()
    begins = former.starts_at.astimezone(UTC).date()
    return begins <= today + timedelta(days=DAYS_AHEAD) and today <= former.shown_through


def _as_told_to(sheet: VisitSheet, feed: Feed, *, label: str) -> VisitSheet:
    """An organization reads of its own people, not of those who come with them."""
    if feed.kind is not FeedKind.ORGANIZATION:
        return sheet
    own = tuple(speaker for speaker in sheet.speakers if speaker.organization == label)
    return replace(sheet, speakers=own)


def _viewer(sheet: VisitSheet, feed: Feed) -> str | None:
    """Return whose part in the visit decides what the calendar says of it, None for nobody's."""
    if feed.kind is FeedKind.VOLUNTEER:
        return feed.owner
    if feed.kind is FeedKind.BUSY:
        return feed.owner if sheet.speaker(feed.owner) else None
    if feed.kind is FeedKind.ORGANIZATION and all(one.removed for one in sheet.speakers):
        return next((one.email for one in reversed(sheet.speakers)), None)
    return None
