"""Calendar feeds: who has which address, and the octets it answers with.

The same visits give the same octets, whoever fetches them and when. A wrong address and a
revoked one are the same: unknown. One that was replaced says so for thirty days.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scheduler.calendars.feeds import render_feed, render_replaced
from scheduler.calendars.showing import DAYS_BACK, shown_in_feed
from scheduler.calendars.texts import Audience
from scheduler.domain.errors import Unknown
from scheduler.domain.visits import Visit
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Feed, FeedAddress, FeedKind
from scheduler.services.sheets import sheets_of
from scheduler.services.tokens import feed_token, token_hash

REPLACED_ANSWERS_FOR = timedelta(days=30)
# A day more than feeds show: which visits they do is told by days, never by the hour.
PAST = timedelta(days=DAYS_BACK + 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What feeds need of the settings: the key of their tokens and the site's address."""

    key: bytes
    base_url: str

    def address_of(self, feed: Feed) -> str:
        """Return the feed's present https or http address."""
        return f"{self.base_url}/cal/{feed_token(feed, key=self.key)}.ics"


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A feed's octets with the validators for conditional requests."""

    octets: bytes
    etag: str
    last_modified: datetime


def feed_for(store: Store, *, kind: FeedKind, owner: str, settings: FeedSettings) -> Feed:
    """Return the owner's feed, made now if there is none yet.

    Raises:
        Unknown: if there is no such person or school.
    """
    with store.read() as work:
        feed = work.feeds.of_owner(kind, owner)
    if feed is not None:
        return feed
    with store.write() as work:
        _require_owner(work, kind, owner)
        feed = work.feeds.of_owner(kind, owner)
        if feed is None:
            feed = Feed(key=str(uuid.uuid4()), kind=kind, owner=owner)
            token = feed_token(feed, key=settings.key)
            work.feeds.add(feed, token_sha256=token_hash(token))
        return feed


def feeds_of_person(store: Store, email: str, *, settings: FeedSettings) -> tuple[Feed, ...]:
    """Return the feeds that belong to this person's roles, made where missing.

    Raises:
        Unknown: if nobody has that address.
    """
    with store.read() as work:
        person = work.people.get(email)
    if person is None:
        raise Unknown("person", email)
    kinds: Iterable[FeedKind] = (FeedKind.VOLUNTEER, FeedKind.TEACHER)
    roles = {str(role.name) for role in person.roles}
    return tuple(
        feed_for(store, kind=kind, owner=email, settings=settings)
        for kind in kinds
        if str(kind) in roles
    )


def rotate(store: Store, feed: Feed, *, settings: FeedSettings, now: datetime) -> Feed:
    """Give the feed a new address; the old one says so for thirty days and then ends."""
    with store.write() as work:
        present = work.feeds.of_owner(feed.kind, feed.owner) or feed
        renewed = replace(present, generation=present.generation + 1)
        token = feed_token(renewed, key=settings.key)
        work.feeds.rotate(renewed, token_sha256=token_hash(token), at=now)
        return renewed


def render(store: Store, token: str, *, settings: FeedSettings, now: datetime) -> RenderedFeed:
    """Return what that address answers with.

    Raises:
        Unknown: if the address is wrong, revoked, or was replaced more than thirty days ago.
    """
    with store.read() as work:
        address = work.feeds.by_token(token_hash(token))
        if address is None or _has_ended(address, now):
            raise Unknown("feed", "at this address")
        if address.retired_at is not None:
            octets = _replaced(work, address, base_url=settings.base_url)
            return RenderedFeed(octets, _etag(octets), address.retired_at)
        return _rendered(work, address.feed, settings=settings, now=now)


def _rendered(work: Work, feed: Feed, *, settings: FeedSettings, now: datetime) -> RenderedFeed:
    viewer = feed.owner if feed.kind is FeedKind.VOLUNTEER else None
    visits = tuple(
        visit
        for visit in _visits_of(work, feed, since=now - PAST)
        if shown_in_feed(visit, now=now, email=viewer)
    )
    district = load_district(work)
    octets = render_feed(
        uid=feed.key,
        name=_name(work, feed, site_name=district.title),
        timezone=district.timezone,
        sheets=sheets_of(work, visits),
        audience=Audience(str(feed.kind)),
        viewer_email=viewer,
        page_url=page_addresses(visits, feed, base_url=settings.base_url).__getitem__,
    )
    changed = max((visit.revised_at for visit in visits), default=_EPOCH)
    return RenderedFeed(octets, _etag(octets), changed)


def page_addresses(visits: Iterable[Visit], feed: Feed, *, base_url: str) -> dict[str, str]:
    """Return by UID the page on which the feed's owner finds each visit."""
    if feed.kind is FeedKind.VOLUNTEER:
        return {visit.uid: f"{base_url}/visits#{visit.uid}" for visit in visits}
    return {visit.uid: f"{base_url}/requests/{visit.request}" for visit in visits}


def _visits_of(work: Work, feed: Feed, *, since: datetime) -> tuple[Visit, ...]:
    if feed.kind is FeedKind.VOLUNTEER:
        return work.visits.of_volunteers((feed.owner,), since=since)
    if feed.kind is FeedKind.SCHOOL:
        return work.visits.of_schools((feed.owner,), since=since)
    visits = work.visits.of_requests(work.requests.of_teacher(feed.owner))
    return tuple(visit for visit in visits if visit.period.end > since)


def _name(work: Work, feed: Feed, *, site_name: str) -> str:
    if feed.kind is FeedKind.SCHOOL:
        return f"{site_name}: {work.districts.schools()[feed.owner].name}"
    return f"{site_name}: my visits"


def _replaced(work: Work, address: FeedAddress, *, base_url: str) -> bytes:
    district = load_district(work)
    assert address.retired_at is not None
    return render_replaced(
        uid=address.feed.key,
        name=_name(work, address.feed, site_name=district.title),
        timezone=district.timezone,
        replaced_at=address.retired_at,
        page_url=f"{base_url}/calendars",
    )


def _has_ended(address: FeedAddress, now: datetime) -> bool:
    return address.retired_at is not None and now >= address.retired_at + REPLACED_ANSWERS_FOR


def _require_owner(work: Work, kind: FeedKind, owner: str) -> None:
    if kind is FeedKind.SCHOOL:
        if owner not in work.districts.schools():
            raise Unknown("school", owner)
    elif work.people.get(owner) is None:
        raise Unknown("person", owner)


def _etag(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:32]
