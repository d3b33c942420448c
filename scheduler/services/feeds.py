"""Calendar feeds and their addresses: made once for a person or a place, replaced, ended.

Who may have which feed is asked in :mod:`scheduler.services.calendar_links`; what an address
answers is told by :mod:`scheduler.services.feed_answers`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.services.ports import Store
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import feed_token, token_hash


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What feeds need of the settings: the key of their tokens and the site's address."""

    key: bytes
    base_url: str

    def address_of(self, feed: Feed) -> str:
        """Return the feed's present https or http address."""
        return f"{self.base_url}/cal/{feed_token(feed, key=self.key)}.ics"


def feed_for(
    store: Store, *, kind: FeedKind, owner: str, settings: FeedSettings, holder: str = ""
) -> Feed:
    """Return the feed of that kind and owner which this person holds, made now if missing.

    An empty holder is nobody, or the owner of a person's own feed.

    Raises:
        Unknown: if there is no such person, school, class, organization or zone.
    """
    with store.read() as work:
        feed = work.feeds.of_owner(kind, owner, holder=holder)
    if feed is not None:
        return feed
    with store.write() as work:
        feed = work.feeds.of_owner(kind, owner, holder=holder)
        if feed is None:
            feed = Feed(
                key=str(uuid.uuid4()),
                kind=kind,
                owner=owner,
                holder=holder,
                certain_only=kind is FeedKind.PUBLIC,
            )
            token = feed_token(feed, key=settings.key)
            work.feeds.add(feed, token_sha256=token_hash(token))
        return feed


def feeds_of_person(store: Store, email: str, *, settings: FeedSettings) -> tuple[Feed, ...]:
    """Return every feed that this person holds; those of their own roles are made if missing.

    Raises:
        Unknown: if nobody has that address.
    """
    with store.read() as work:
        person = work.people.get(email)
    if person is None:
        raise Unknown("person", email)
    kinds: Iterable[FeedKind] = (FeedKind.VOLUNTEER, FeedKind.TEACHER)
    roles = {str(role.name) for role in person.roles}
    for kind in kinds:
        if str(kind) in roles:
            feed_for(store, kind=kind, owner=email, settings=settings)
    with store.read() as work:
        found = work.feeds.of_holder(email)
    return tuple(sorted(found, key=lambda feed: (list(FeedKind).index(feed.kind), feed.owner)))


def rotate(store: Store, feed: Feed, *, settings: FeedSettings, now: datetime) -> Feed:
    """Give the feed a new address; the old one says so for thirty days and then ends.

    Raises:
        Unknown: if the feed was ended meanwhile.
    """
    with store.write() as work:
        present = work.feeds.get(feed.key)
        if present is None:
            raise Unknown("calendar", feed.key)
        renewed = replace(present, generation=present.generation + 1)
        token = feed_token(renewed, key=settings.key)
        work.feeds.rotate(renewed, token_sha256=token_hash(token), at=now)
        return renewed


def revoke(store: Store, feed: Feed) -> None:
    """End the feed: its addresses are from now on as unknown as any that never was.

    Raises:
        Unknown: if there is no such feed.
    """
    with store.write() as work:
        work.feeds.remove(feed)
