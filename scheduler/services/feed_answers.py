"""What a feed's address answers: the same octets for the same visits, whoever asks and when.

What was written last is kept by the revision of each event, so an unchanged feed costs one
look-up, and its octets one more. An event's LAST-MODIFIED rises with everything its reader can
see, a school's new name too, though that leaves the visit as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from scheduler.calendars.events import Entry, event
from scheduler.calendars.feeds import Heading, head, render_replaced, whole
from scheduler.calendars.phrases import phrases_in
from scheduler.calendars.showing import DAYS_AHEAD, DAYS_BACK, shown_in_feed
from scheduler.calendars.texts import Audience
from scheduler.domain.errors import Unknown
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.feed_records import Door, EventText, Rendering
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Store, Work
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import token_hash

REPLACED_ANSWERS_FOR = timedelta(days=30)
NOTED_EVERY = timedelta(hours=1)
# A day more than feeds show: which visits they do is told by days, never by the hour.
PAST, AHEAD = timedelta(days=DAYS_BACK + 1), timedelta(days=DAYS_AHEAD + 1)
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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A feed's validators for conditional requests, and its octets unless the asker has them."""

    octets: bytes | None
    etag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A rendering with what it changes in what is kept; ``texts`` are all its events, in order."""

    rendering: Rendering
    texts: tuple[str, ...]
    changed: tuple[EventText, ...] = ()
    gone: tuple[str, ...] = ()
    is_new: bool = field(default=True)


def answer(
    store: Store,
    token: str,
    *,
    settings: FeedSettings,
    now: datetime,
    client: str = "",
    has: Callable[[str], bool] = lambda etag: False,
) -> RenderedFeed:
    """Return what that address answers with; ``has`` tells whether the asker has a tag's octets.

    ``client`` names the kind of program that fetches, empty for a look that is no fetch. Its
    fetches are noted once an hour at most. Cost: one statement where nothing changed and the
    octets are known, two to send them, three and a write after a change.

    Raises:
        Unknown: if the address is wrong, was ended, or was replaced more than thirty days ago.
    """
    with store.read() as work:
        door = work.feeds.door(token_hash(token), client=client)
        if door is None or not door.is_open or _has_ended(door, now):
            raise Unknown("feed", "at this address")
        if door.address.retired_at is not None:
            return _replaced(door, base_url=settings.base_url)
        fresh = _fresh(work, door, settings=settings, now=now, has=has)
    is_noted = bool(client) and _is_to_be_noted(door, now)
    if fresh.is_new or is_noted:
        _keep(store, door, fresh, client=client if is_noted else "", now=now)
    rendering = fresh.rendering
    octets = None if has(rendering.etag) else whole(rendering.head, fresh.texts)
    return RenderedFeed(octets, rendering.etag, rendering.last_modified)


def page_of(visit: Visit, feed: Feed, *, base_url: str) -> str:
    """Return the page on which the feed's holder finds a visit, empty where there is none."""
    if feed.kind in WITHOUT_PAGE:
        return ""
    if feed.kind is FeedKind.VOLUNTEER:
        return f"{base_url}/visits#{visit.uid}"
    return f"{base_url}/requests/{visit.request}"


def calendar_name(feed: Feed, *, label: str, site_title: str, language: str) -> str:
    """Return what a program calls the calendar: the site, and whose visits."""
    phrases = phrases_in(language)
    named = {
        FeedKind.BUSY: phrases.busy_times,
        FeedKind.OFFICE: f"{label}, {phrases.front_desk}",
        FeedKind.PUBLIC: phrases.in_public,
    }
    return f"{site_title}: {named.get(feed.kind, label or phrases.my_visits)}"


def _fresh(
    work: Work,
    door: Door,
    *,
    settings: FeedSettings,
    now: datetime,
    has: Callable[[str], bool],
) -> _Fresh:
    kept = door.rendering
    today = now.astimezone(UTC).date()
    if kept is None or (kept.version, kept.day) != (door.version, today):
        return _written_anew(work, door, base_url=settings.base_url, now=now)
    texts = () if has(kept.etag) else work.feeds.bodies(door.address.feed)
    return _Fresh(kept, texts, is_new=False)


def _written_anew(work: Work, door: Door, *, base_url: str, now: datetime) -> _Fresh:
    feed = door.address.feed
    former = {text.uid: text for text in work.feeds.texts(feed)}
    sheets = work.feeds.sheets(feed, since=now - PAST, until=now + AHEAD)
    entries = tuple(_entries(sheets, door, former=former, base_url=base_url, now=now))
    written = tuple(
        _written(entry, former.get(entry.sheet.visit.uid), now=now) for entry in entries
    )
    name = calendar_name(feed, label=door.label, site_title=door.site_title, language=door.language)
    top = head(Heading(feed.key, name, door.timezone), entries)
    texts = tuple(event_text.text for event_text in written)
    shown = {event_text.uid for event_text in written}
    return _Fresh(
        rendering=Rendering(
            version=door.version,
            day=_day(now),
            etag=_etag(whole(top, texts)),
            last_modified=max((text.revised_at for text in written), default=_EPOCH),
            head=top,
        ),
        texts=texts,
        changed=tuple(text for text in written if former.get(text.uid) != text),
        gone=tuple(uid for uid in former if uid not in shown),
    )


def _entries(
    sheets: Iterable[VisitSheet],
    door: Door,
    *,
    former: Mapping[str, EventText],
    base_url: str,
    now: datetime,
) -> Iterable[Entry]:
    feed = door.address.feed
    for sheet in sheets:
        sheet = _as_told_to(sheet, feed, label=door.label)
        visit = sheet.visit
        viewer = _viewer(sheet, feed)
        is_told = not feed.certain_only or visit.state in CERTAIN or visit.uid in former
        if is_told and shown_in_feed(visit, now=now, email=viewer):
            yield Entry(
                sheet,
                AUDIENCE_BY_KIND[feed.kind],
                viewer,
                page_of(visit, feed, base_url=base_url),
                language=door.language,
                alarm_minutes=feed.alarm_minutes,
            )


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


def _written(entry: Entry, former: EventText | None, *, now: datetime) -> EventText:
    visit = entry.sheet.visit
    revised_at = visit.revised_at
    if former is not None:
        text = event(entry, revised_at=former.revised_at)
        if text == former.text:
            return replace(former, starts_at=visit.period.start)
        if revised_at <= former.revised_at:
            # The visit is as it was; what stands around it changed since, and is noticed now.
            revised_at = max(now.replace(microsecond=0), former.revised_at + _A_SECOND)
    text = event(entry, revised_at=revised_at)
    return EventText(visit.uid, visit.period.start, revised_at, text)


def _keep(store: Store, door: Door, fresh: _Fresh, *, client: str, now: datetime) -> None:
    feed = door.address.feed
    with store.write() as work:
        if fresh.is_new:
            work.feeds.put_rendering(feed, fresh.rendering, changed=fresh.changed, gone=fresh.gone)
        if client:
            work.feeds.mark_fetch(feed, client=client, at=now)


def _replaced(door: Door, *, base_url: str) -> RenderedFeed:
    address = door.address
    assert address.retired_at is not None
    octets = render_replaced(
        uid=address.feed.key,
        name=calendar_name(
            address.feed, label=door.label, site_title=door.site_title, language=door.language
        ),
        timezone=door.timezone,
        replaced_at=address.retired_at,
        page_url=f"{base_url}/calendars",
        language=door.language,
    )
    return RenderedFeed(octets, _etag(octets), address.retired_at)


def _has_ended(door: Door, now: datetime) -> bool:
    retired_at = door.address.retired_at
    return retired_at is not None and now >= retired_at + REPLACED_ANSWERS_FOR


def _is_to_be_noted(door: Door, now: datetime) -> bool:
    return door.fetched_at is None or now >= door.fetched_at + NOTED_EVERY


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _etag(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:32]
