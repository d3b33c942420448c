"""What a feed's address answers: the same octets for the same visits, whoever asks and when.

What was written last is kept event by event, so an unchanged feed costs one look-up, and its
octets one more; after a change only what changed is written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from scheduler.calendars.feeds import Heading, head, render_replaced, whole
from scheduler.calendars.phrases import phrases_in
from scheduler.calendars.showing import DAYS_AHEAD, DAYS_BACK
from scheduler.domain.errors import Unknown
from scheduler.services.feed_records import Door, EventText, Rendering
from scheduler.services.feed_writing import FeedWriter
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Store, Work
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import feed_token, token_hash

REPLACED_ANSWERS_FOR = timedelta(days=30)
NOTED_EVERY = timedelta(hours=1)
# A day more than feeds show: which visits they do is told by days, never by the hour.
PAST, AHEAD = timedelta(days=DAYS_BACK + 1), timedelta(days=DAYS_AHEAD + 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
            return _replaced(door, base_url=settings.base_url, has=has)
        fresh = _fresh(work, door, settings=settings, now=now, has=has)
    is_noted = bool(client) and _is_to_be_noted(door, now)
    if fresh.is_new or is_noted:
        _keep(store, door, fresh, client=client if is_noted else "", now=now)
    rendering = fresh.rendering
    octets = None if has(rendering.etag) else whole(rendering.head, fresh.texts)
    return RenderedFeed(octets, rendering.etag, rendering.last_modified)


def write_feed(store: Store, feed: Feed, *, settings: FeedSettings, now: datetime) -> None:
    """Write a feed now, so that no program waits for thousands of events.

    Raises:
        Unknown: if the feed was ended meanwhile.
    """
    answer(store, feed_token(feed, key=settings.key), settings=settings, now=now)


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
    glimpses = work.feeds.glimpses(feed, since=now - PAST, until=now + AHEAD)
    writer = FeedWriter(door, former, base_url=base_url, now=now)
    written = tuple(text for glimpse in glimpses if (text := writer.text_of(glimpse)))
    top = head(_heading(door), ((text.starts_at, text.zone) for text in written))
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
        changed=tuple(text for text in written if former.get(text.uid) is not text),
        gone=tuple(uid for uid in former if uid not in shown),
    )


def _keep(store: Store, door: Door, fresh: _Fresh, *, client: str, now: datetime) -> None:
    feed = door.address.feed
    with store.write() as work:
        if fresh.is_new:
            work.feeds.put_rendering(feed, fresh.rendering, changed=fresh.changed, gone=fresh.gone)
        if client:
            work.feeds.mark_fetch(feed, client=client, at=now)


def _replaced(door: Door, *, base_url: str, has: Callable[[str], bool]) -> RenderedFeed:
    address = door.address
    assert address.retired_at is not None
    octets = render_replaced(
        _heading(door),
        replaced_at=address.retired_at,
        page_url=f"{base_url}/calendars",
        language=door.language,
    )
    etag = _etag(octets)
    return RenderedFeed(None if has(etag) else octets, etag, address.retired_at)


def _heading(door: Door) -> Heading:
    """Return what the calendar says of itself: its name is the site's, and whose visits."""
    feed, phrases = door.address.feed, phrases_in(door.language)
    named = {
        FeedKind.BUSY: phrases.busy_times,
        FeedKind.OFFICE: f"{door.label}, {phrases.front_desk}",
        FeedKind.PUBLIC: phrases.in_public,
    }
    name = named.get(feed.kind, door.label or phrases.my_visits)
    return Heading(feed.key, f"{door.site_title}: {name}", door.timezone)


def _has_ended(door: Door, now: datetime) -> bool:
    retired_at = door.address.retired_at
    return retired_at is not None and now >= retired_at + REPLACED_ANSWERS_FOR


def _is_to_be_noted(door: Door, now: datetime) -> bool:
    return door.fetched_at is None or now >= door.fetched_at + NOTED_EVERY


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _etag(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:32]
