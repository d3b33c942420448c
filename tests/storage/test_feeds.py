"""Feeds and their addresses: one feed for each owner, one address at a time, none forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from scheduler.domain.errors import Unknown
from scheduler.services.ports import (
    Door,
    EventText,
    Feed,
    FeedAddress,
    FeedKind,
    Fetches,
    Rendering,
    Work,
)
from scheduler.storage.repositories.feeds import COMPACT_FROM
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    COORDINATOR,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_classroom,
    a_district,
    a_person,
    a_request,
    a_school,
    a_topic_tree,
    a_visit,
    a_volunteer,
    an_organization,
)

A_RENDERING = Rendering(7, NOW.date(), "tag", NOW, "BEGIN:VCALENDAR\r\n")
AN_EVENT = EventText(
    "a",
    NOW + timedelta(days=1),
    NOW,
    "BEGIN:VEVENT\r\n",
    zone="America/Toronto",
    facts="4f2a",
    shown_through=NOW.date() + timedelta(days=91),
)
FEEDS = (
    Feed("feed-1", FeedKind.VOLUNTEER, VOLUNTEER),
    Feed("feed-2", FeedKind.TEACHER, TEACHER, generation=4),
    Feed("feed-3", FeedKind.SCHOOL, "maple"),
    Feed("feed-4", FeedKind.OFFICE, "maple", holder=TEACHER, alarm_minutes=60),
    Feed("feed-5", FeedKind.CLASS, "maple-5a", holder=TEACHER, language="fr"),
    Feed("feed-6", FeedKind.ORGANIZATION, "robots", holder=VOLUNTEER),
    Feed("feed-7", FeedKind.ZONE, "North", holder=COORDINATOR),
    Feed("feed-8", FeedKind.PUBLIC, "", holder=COORDINATOR, certain_only=True),
    Feed("feed-9", FeedKind.BUSY, TEACHER),
)


def address(work: Work, token: str) -> FeedAddress | None:
    """Return what an address opens."""
    door = work.feeds.door(token, client="")
    return door and door.address


@pytest.fixture
def store(store: SqlStore) -> SqlStore:
    """Return the store of a district whose Maple School lies in the zone North."""
    with store.write() as work:
        work.districts.put_schools((a_school(zone="North"),))
    return store


@pytest.mark.parametrize("feed", FEEDS)
def test_feed_is_found_by_owner_and_by_address(store: SqlStore, feed: Feed) -> None:
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
    with store.read() as work:
        assert work.feeds.of_owner(feed.kind, feed.owner, holder=feed.holder) == feed
        assert work.feeds.get(feed.key) == feed
        assert work.feeds.of_holder(feed.holder) == ((feed,) if feed.holder else ())
        assert address(work, "a1") == FeedAddress("a1", feed, feed.generation)


def test_feeds_of_one_person_are_told_apart_by_kind(store: SqlStore) -> None:
    as_teacher = Feed("feed-x", FeedKind.TEACHER, VOLUNTEER)
    with store.write() as work:
        work.feeds.add(FEEDS[0], token_sha256="a1")
        work.feeds.add(as_teacher, token_sha256="a2")
        assert work.feeds.of_owner("volunteer", VOLUNTEER) == FEEDS[0]
        assert work.feeds.of_owner("teacher", VOLUNTEER) == as_teacher
        assert work.feeds.of_owner("school", VOLUNTEER) is None


def test_unknown_address_opens_nothing(store: SqlStore) -> None:
    with store.read() as work:
        assert address(work, "a1") is None


def test_rotated_feed_has_a_new_address_and_the_old_one_is_retired(store: SqlStore) -> None:
    feed, later = FEEDS[0], NOW + timedelta(days=1)
    second, third = replace(feed, generation=2), replace(feed, generation=3)
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        work.feeds.rotate(second, token_sha256="a2", at=NOW)
        work.feeds.rotate(third, token_sha256="a3", at=later)
        assert work.feeds.of_owner(feed.kind, feed.owner) == third
        assert [address(work, token) for token in ("a1", "a2", "a3")] == [
            FeedAddress("a1", third, generation=1, retired_at=NOW),
            FeedAddress("a2", third, generation=2, retired_at=later),
            FeedAddress("a3", third, generation=3),
        ]


def test_owner_has_one_feed_of_a_kind(store: SqlStore) -> None:
    with store.write() as work:
        work.feeds.add(FEEDS[0], token_sha256="a1")
    with pytest.raises(IntegrityError), store.write() as work:
        work.feeds.add(replace(FEEDS[0], key="another"), token_sha256="a2")


@pytest.mark.parametrize(
    ("feed", "problem"),
    [
        (replace(FEEDS[0], owner="x@y.example"), r"no person “x@y\.example”"),
        (replace(FEEDS[2], owner="elm"), "no school “elm”"),
        (replace(FEEDS[3], holder="x@y.example"), r"no person “x@y\.example”"),
        (replace(FEEDS[4], owner="elm"), "no class “elm”"),
        (replace(FEEDS[5], owner="elm"), "no organization “elm”"),
        (replace(FEEDS[6], owner="elm"), "no zone “elm”"),
        (replace(FEEDS[6], owner=""), "no zone “”"),
        (replace(FEEDS[7], owner="elm"), "no public “elm”"),
    ],
)
def test_feed_of_nobody_is_refused(store: SqlStore, feed: Feed, problem: str) -> None:
    with pytest.raises(Unknown, match=problem), store.write() as work:
        work.feeds.add(feed, token_sha256="a1")


def test_place_has_one_feed_for_each_who_holds_it_and_one_of_its_own(store: SqlStore) -> None:
    feeds = tuple(
        Feed(f"feed-{number}", FeedKind.SCHOOL, "maple", holder=holder)
        for number, holder in enumerate(("", TEACHER, COORDINATOR))
    )
    with store.write() as work:
        for feed in feeds:
            work.feeds.add(feed, token_sha256=feed.key)
        for feed in feeds:
            assert work.feeds.of_owner("school", "maple", holder=feed.holder) == feed


def test_booking_by_hand_are_kept_and_forget_what_was_answered(store: SqlStore) -> None:
    feed = FEEDS[0]
    changed = replace(feed, language="es", alarm_minutes=15, certain_only=True)
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        work.feeds.put_rendering(feed, A_RENDERING, changed=(AN_EVENT,), gone=())
        work.feeds.change(changed)
        door = work.feeds.door("a1", client="")
        assert door is not None
        assert (door.address.feed, door.rendering) == (changed, None)
        assert work.feeds.texts(feed) == (AN_EVENT,)


def test_removed_feed_leaves_nothing_behind(store: SqlStore) -> None:
    feed = FEEDS[0]
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        work.feeds.rotate(replace(feed, generation=2), token_sha256="a2", at=NOW)
        work.feeds.put_rendering(feed, A_RENDERING, changed=(AN_EVENT,), gone=())
        work.feeds.mark_fetch(feed, client="apple", at=NOW)
        work.feeds.remove(feed)
        assert work.feeds.get(feed.key) is None
        assert [address(work, token) for token in ("a1", "a2")] == [None, None]
        work.feeds.add(replace(feed, key="another"), token_sha256="a3")


def test_writing_about_a_feed_that_was_ended_meanwhile_writes_nothing(store: SqlStore) -> None:
    with store.write() as work:
        work.feeds.put_rendering(FEEDS[0], A_RENDERING, changed=(AN_EVENT,), gone=())
        work.feeds.mark_fetch(FEEDS[0], client="apple", at=NOW)
        assert work.feeds.fetches(FEEDS) == {feed.key: () for feed in FEEDS}


class TestDoor:
    def test_it_leads_to_everything_that_an_answer_needs(self, store: SqlStore) -> None:
        feed = FEEDS[3]
        with store.write() as work:
            work.districts.put(a_district(site_name="Lakeshore visits", language="fr"))
            work.feeds.add(feed, token_sha256="a1")
            work.feeds.put_rendering(feed, A_RENDERING, changed=(), gone=())
            work.feeds.mark_fetch(feed, client="apple", at=NOW)
            door = work.feeds.door("a1", client="apple")
            assert door is not None
            assert door == Door(
                address=FeedAddress("a1", feed, 1),
                label="Maple School",
                site_title="Lakeshore visits",
                timezone="America/Toronto",
                language="fr",
                version=door.version,
                is_open=True,
                rendering=A_RENDERING,
                fetched_at=NOW,
            )
            other = work.feeds.door("a1", client="google")
            assert other == replace(door, fetched_at=None)
            assert work.feeds.door("a2", client="apple") is None

    def test_it_is_shut_once_the_holder_has_left(self, store: SqlStore) -> None:
        with store.write() as work:
            work.feeds.add(FEEDS[3], token_sha256="a1")
            work.people.put((a_person(is_active=False),))
            door = work.feeds.door("a1", client="")
            assert door is not None
            assert not door.is_open


class TestVersion:
    def version(self, store: SqlStore) -> int:
        with store.read() as work:
            door = work.feeds.door("a1", client="")
            assert door is not None
            return door.version

    def test_every_change_that_a_feed_can_show_is_counted(self, store: SqlStore) -> None:
        seen = []

        def expect_more() -> None:
            seen.append(self.version(store))
            assert seen == sorted(set(seen))

        with store.write() as work:
            work.feeds.add(FEEDS[0], token_sha256="a1")
        for change in (
            lambda work: work.districts.put(a_district()),
            lambda work: work.districts.put_topics(a_topic_tree()),
            lambda work: work.districts.put_schools((a_school(name="Oak School"),)),
            lambda work: work.districts.put_classes((a_classroom(name="5B"),)),
            lambda work: work.districts.put_organizations((an_organization(name="Co"),)),
            lambda work: work.people.put((a_person(name="Lena Fischer-Ng"),)),
            lambda work: work.volunteers.put((a_volunteer(organization=""),)),
            lambda work: work.requests.put((a_request(title="New"),)),
            lambda work: work.visits.add((a_visit(),)),
            lambda work: work.visits.save((a_visit(room="14"),)),
            lambda work: work.visits.remove((a_visit().uid,)),
        ):
            expect_more()
            with store.write() as work:
                change(work)
        expect_more()

    def test_what_no_feed_shows_is_not_counted(self, store: SqlStore) -> None:
        with store.write() as work:
            work.feeds.add(FEEDS[0], token_sha256="a1")
        before = self.version(store)
        with store.write() as work:
            work.feeds.add(FEEDS[1], token_sha256="a2")
            work.feeds.put_rendering(FEEDS[0], A_RENDERING, changed=(AN_EVENT,), gone=())
            work.feeds.mark_fetch(FEEDS[0], client="apple", at=NOW)
            work.leases.take("a job", owner="me", now=NOW, until=NOW + timedelta(hours=1))
        assert self.version(store) == before

    def test_change_that_was_undone_is_not_counted(self, store: SqlStore) -> None:
        with store.write() as work:
            work.feeds.add(FEEDS[0], token_sha256="a1")
        before = self.version(store)

        def add_and_fail() -> None:
            with store.write() as work:
                work.visits.add((a_visit(),))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            add_and_fail()
        assert self.version(store) == before

    def test_adding_up_what_was_counted_keeps_the_count(self, store: SqlStore) -> None:
        with store.write() as work:
            work.feeds.add(FEEDS[0], token_sha256="a1")
        for number in range(COMPACT_FROM + 2):
            with store.write() as work:
                work.districts.put_schools((a_school(name=f"School {number}"),))
        before = self.version(store)
        with store.write() as work:
            work.feeds.put_rendering(FEEDS[0], A_RENDERING, changed=(), gone=())
        assert self.version(store) == before


def test_events_are_kept_by_start_and_change_one_by_one(store: SqlStore) -> None:
    feed = FEEDS[0]
    later = replace(AN_EVENT, uid="b", starts_at=NOW + timedelta(days=2), text="later")
    moved = replace(AN_EVENT, starts_at=NOW + timedelta(days=3), text="moved")
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        work.feeds.put_rendering(feed, A_RENDERING, changed=(later, AN_EVENT), gone=())
        assert work.feeds.texts(feed) == (AN_EVENT, later)
        work.feeds.put_rendering(feed, A_RENDERING, changed=(moved,), gone=())
        assert work.feeds.bodies(feed) == ("later", "moved")
        work.feeds.put_rendering(feed, A_RENDERING, changed=(), gone=("b",))
        assert work.feeds.texts(feed) == (moved,)
        assert work.feeds.texts(FEEDS[1]) == ()


def test_fetches_are_counted_by_client_and_forgotten_with_the_address(store: SqlStore) -> None:
    feed, later = FEEDS[0], NOW + timedelta(days=1)
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        for client, at in (("apple", NOW), ("google", NOW), ("apple", later)):
            work.feeds.mark_fetch(feed, client=client, at=at)
        assert work.feeds.fetches((feed,)) == {
            feed.key: (Fetches("apple", NOW, later, 2), Fetches("google", NOW, NOW, 1))
        }
        work.feeds.rotate(replace(feed, generation=2), token_sha256="a2", at=later)
        assert work.feeds.fetches((feed,)) == {feed.key: ()}


def test_rotating_a_feed_that_was_never_added_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no feed “feed-1”"), store.write() as work:
        work.feeds.rotate(FEEDS[0], token_sha256="a1", at=NOW)
