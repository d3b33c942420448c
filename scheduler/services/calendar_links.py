"""The addresses under which calendar programs find a person's visits, shown to their owner alone.

An address is made when its owner asks for it, and never by looking at the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.services.access import Actor
from scheduler.services.feeds import FeedSettings, feed_for, rotate
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One calendar a person may have; ``address`` is empty until they make it.

    ``owner`` is the person's address or a school's key, ``school_name`` empty for a person's.
    """

    kind: FeedKind
    owner: str
    school_name: str = ""
    address: str = ""


def calendar_links(
    store: Store, *, actor: Actor, settings: FeedSettings
) -> tuple[CalendarLink, ...]:
    """Return the actor's own calendars: as volunteer, as teacher, then their schools'."""
    with store.read() as work:
        schools = work.districts.schools() if actor.office_of else {}
        links = []
        for kind, owner in _owned(actor):
            school = schools[owner].name if kind is FeedKind.SCHOOL else ""
            feed = work.feeds.of_owner(kind, owner)
            address = settings.address_of(feed) if feed else ""
            links.append(CalendarLink(kind, owner, school, address))
        return tuple(links)


def make_link(store: Store, kind: str, owner: str, *, actor: Actor, settings: FeedSettings) -> None:
    """Make the address of one of the actor's calendars; one that is there stays.

    Raises:
        Unknown: if that calendar is not the actor's.
    """
    feed_for(store, kind=_own(actor, kind, owner), owner=owner, settings=settings)


def renew_link(
    store: Store, kind: str, owner: str, *, actor: Actor, settings: FeedSettings, now: datetime
) -> None:
    """Give one of the actor's calendars a new address; the old one ends.

    Raises:
        Unknown: if that calendar is not the actor's.
    """
    feed = feed_for(store, kind=_own(actor, kind, owner), owner=owner, settings=settings)
    rotate(store, feed, settings=settings, now=now)


def _owned(actor: Actor) -> tuple[tuple[FeedKind, str], ...]:
    personal = (
        (actor.is_volunteer, FeedKind.VOLUNTEER),
        (actor.is_teacher, FeedKind.TEACHER),
    )
    mine = tuple((kind, actor.email) for holds, kind in personal if holds)
    return (*mine, *((FeedKind.SCHOOL, school) for school in actor.office_of))


def _own(actor: Actor, kind: str, owner: str) -> FeedKind:
    for own_kind, own_owner in _owned(actor):
        if (own_kind, own_owner) == (kind, owner):
            return own_kind
    raise Unknown("calendar", owner)
