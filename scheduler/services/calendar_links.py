"""The addresses under which calendar programs find visits, shown to their holder alone.

An address is made when its holder asks for it, and never by looking at the page. Who may hold
which calendar is said here: people their own, a school's office the school's, an organization's
contact that of its people, those who oversee the zones, coordinators what the public may know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.calendars.phrases import PHRASES_BY_LANGUAGE
from scheduler.domain.errors import Unknown
from scheduler.domain.people import Person
from scheduler.services.access import Actor
from scheduler.services.feed_answers import write_feed
from scheduler.services.feed_records import Fetches
from scheduler.services.feeds import FeedSettings, feed_for, revoke, rotate
from scheduler.services.ports import Store, Work
from scheduler.services.records import PERSONAL_KINDS, Feed, FeedKind

ALARM_MINUTES = (15, 60, 24 * 60, 7 * 24 * 60)
LANGUAGES = tuple(PHRASES_BY_LANGUAGE)


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One calendar a person may have; ``address`` is empty until they make it.

    ``owner`` is whose visits it shows, ``place`` the name of that school, class, organization
    or zone, empty for a person's own. ``fetches`` tells which programs came for it, the
    latest first.
    """

    kind: FeedKind
    owner: str
    place: str = ""
    address: str = ""
    feed: Feed | None = None
    fetches: tuple[Fetches, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedChoices:
    """What a holder chooses for a feed; see :class:`scheduler.services.records.Feed`."""

    language: str = ""
    alarm_minutes: int | None = None
    certain_only: bool = False


def calendar_links(
    store: Store, *, actor: Actor, settings: FeedSettings
) -> tuple[CalendarLink, ...]:
    """Return every calendar that the actor may have, made or not, their own ones first."""
    with store.read() as work:
        links = tuple(_allowed(work, actor))
        held = {(feed.kind, feed.owner): feed for feed in work.feeds.of_holder(actor.email)}
        fetches = work.feeds.fetches(held.values())
    return tuple(
        replace(
            link,
            feed=feed,
            address=settings.address_of(feed),
            fetches=fetches.get(feed.key, ()),
        )
        if (feed := held.get((link.kind, link.owner)))
        else link
        for link in links
    )


def make_link(store: Store, kind: str, owner: str, *, actor: Actor, settings: FeedSettings) -> None:
    """Make the address of one of the actor's calendars; one that is there stays.

    Raises:
        Unknown: if the actor may not have that calendar.
    """
    _require_allowed(store, kind, owner, actor=actor)
    feed_for(
        store, kind=FeedKind(kind), owner=owner, holder=_holder(kind, actor), settings=settings
    )


def renew_link(
    store: Store, kind: str, owner: str, *, actor: Actor, settings: FeedSettings, now: datetime
) -> None:
    """Give one of the actor's calendars a new address; the old one ends.

    Raises:
        Unknown: if the actor has no such calendar.
    """
    _require_allowed(store, kind, owner, actor=actor)
    rotate(store, own_feed(store, kind, owner, actor=actor), settings=settings, now=now)


def end_link(store: Store, kind: str, owner: str, *, actor: Actor) -> None:
    """End one of the actor's calendars at once; its address is unknown from now on.

    Raises:
        Unknown: if the actor has no such calendar.
    """
    revoke(store, own_feed(store, kind, owner, actor=actor))


def change_link(store: Store, kind: str, owner: str, choices: FeedChoices, *, actor: Actor) -> None:
    """Change language, alarm and scope of one of the actor's calendars; its address stays.

    The public's calendar shows certain visits alone, whatever is chosen.

    Raises:
        Unknown: if the actor has no such calendar, or there is no such language or alarm.
    """
    feed = own_feed(store, kind, owner, actor=actor)
    if choices.language not in ("", *LANGUAGES):
        raise Unknown("language", choices.language)
    if choices.alarm_minutes not in (None, *ALARM_MINUTES):
        raise Unknown("alarm", str(choices.alarm_minutes))
    changed = replace(
        feed,
        language=choices.language,
        alarm_minutes=choices.alarm_minutes,
        certain_only=choices.certain_only or feed.kind is FeedKind.PUBLIC,
    )
    with store.write() as work:
        work.feeds.change(changed)


def write_ahead(
    store: Store, kind: str, owner: str, *, actor: Actor, settings: FeedSettings, now: datetime
) -> None:
    """Write one of the actor's calendars now.

    Raises:
        Unknown: if the actor has no such calendar.
    """
    write_feed(store, own_feed(store, kind, owner, actor=actor), settings=settings, now=now)


def own_feed(store: Store, kind: str, owner: str, *, actor: Actor) -> Feed:
    """Return a feed that the actor holds.

    Raises:
        Unknown: if there is none.
    """
    with store.read() as work:
        held = work.feeds.of_holder(actor.email)
    for feed in held:
        if (feed.kind, feed.owner) == (kind, owner):
            return feed
    raise Unknown("calendar", owner)


def feed_of_key(store: Store, key: str, *, actor: Actor) -> Feed:
    """Return the feed of that key if the actor holds it.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    with store.read() as work:
        feed = work.feeds.get(key)
    if feed is None or feed.holder != actor.email:
        raise Unknown("calendar", key)
    return feed


def end_lost_links(store: Store) -> int:
    """End the feeds whose holders may not have them any more; return how many there were.

    Everybody is looked through by a reader, so that nobody who writes waits for it.
    """
    with store.read() as work:
        holders = {feed.holder or feed.owner for feed in _lost(work, work.people.all())}
    if not holders:
        return 0
    with store.write() as work:
        lost = _lost(work, work.people.many(holders))
        for feed in lost:
            work.feeds.remove(feed)
        return len(lost)


def _lost(work: Work, people: Mapping[str, Person]) -> tuple[Feed, ...]:
    """Return the feeds that these people hold and may not have any more."""
    held: dict[str, list[Feed]] = {}
    for feed in work.feeds.of_holders(people):
        held.setdefault(feed.holder or feed.owner, []).append(feed)
    return tuple(
        feed
        for email, feeds in held.items()
        for allowed in (frozenset(_keys(work, Actor.of(people[email]))),)
        for feed in feeds
        if (feed.kind, feed.owner) not in allowed
    )


def _require_allowed(store: Store, kind: str, owner: str, *, actor: Actor) -> None:
    with store.read() as work:
        if (kind, owner) not in set(_keys(work, actor)):
            raise Unknown("calendar", owner)


def _holder(kind: str, actor: Actor) -> str:
    return "" if kind in PERSONAL_KINDS else actor.email


def _keys(work: Work, actor: Actor) -> Iterator[tuple[str, str]]:
    return ((str(link.kind), link.owner) for link in _allowed(work, actor))


def _allowed(work: Work, actor: Actor) -> Iterator[CalendarLink]:
    for holds, kind in (
        (actor.is_volunteer, FeedKind.VOLUNTEER),
        (actor.is_teacher, FeedKind.TEACHER),
        (actor.is_volunteer or actor.is_teacher, FeedKind.BUSY),
    ):
        if holds:
            yield CalendarLink(kind, actor.email)
    if actor.is_teacher:
        for each in work.districts.classes().values():
            if each.teacher_email == actor.email:
                yield CalendarLink(FeedKind.CLASS, each.key, each.name)
    schools = work.districts.schools() if actor.office_of or actor.oversees else {}
    for key in actor.office_of:
        yield CalendarLink(FeedKind.SCHOOL, key, schools[key].name)
        yield CalendarLink(FeedKind.OFFICE, key, schools[key].name)
    for organization in work.districts.organizations().values():
        if actor.email and organization.contact_email.strip().lower() == actor.email:
            yield CalendarLink(FeedKind.ORGANIZATION, organization.key, organization.name)
    if actor.oversees:
        for zone in sorted({school.zone for school in schools.values() if school.zone}):
            yield CalendarLink(FeedKind.ZONE, zone, zone)
    if actor.is_coordinator:
        yield CalendarLink(FeedKind.PUBLIC, "")
