"""What feeds of every kind answer: to whom what is told, at what cost, dated by which change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.visits import Booking, Partstat, Visit, VisitState, hosts_of
from scheduler.services.calendar_links import write_ahead
from scheduler.services.feed_answers import answer
from scheduler.services.feed_records import EventText
from scheduler.services.feeds import feed_for
from scheduler.services.records import Feed, FeedKind
from scheduler.services.sheets import sheets_of
from scheduler.services.tokens import feed_token, token_hash
from tests.actors import AMARA
from tests.builders import (
    COORDINATOR,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_school,
    a_visit,
    an_organization,
    period,
)
from tests.databases import statements
from tests.outside.ics_checker import feed_faults
from tests.outside.ics_reading import Component, read, unescaped
from tests.services.test_feeds import SITE, change_school, keep
from tests.services.test_visits import cancel
from tests.services.world import BRUNO, KEY, World, elsewhere, two_more_volunteers

FOREVER = timedelta(days=9999)


def made(world: World, kind: FeedKind, owner: str, *, holder: str = COORDINATOR) -> Feed:
    """Return a feed, made if it is not there."""
    holder = "" if kind in {FeedKind.VOLUNTEER, FeedKind.TEACHER, FeedKind.BUSY} else holder
    return feed_for(world.store, kind=kind, owner=owner, settings=world.feeds, holder=holder)


def octets(world: World, feed: Feed) -> bytes:
    """Return what a feed's address answers with, judged by a strict reader."""
    found = answer(
        world.store, feed_token(feed, key=KEY), settings=world.feeds, now=world.now
    ).octets
    assert found is not None
    assert feed_faults(found) == ()
    return found


def events(world: World, kind: FeedKind, owner: str) -> list[Component]:
    """Return the events that a feed shows."""
    return read(octets(world, made(world, kind, owner))).named("VEVENT")


def titles(world: World, kind: FeedKind, owner: str) -> list[str]:
    """Return the titles that a feed shows."""
    return [unescaped(each.value("SUMMARY")) for each in events(world, kind, owner)]


def many(number: int) -> tuple[Visit, ...]:
    """Return visits of the request ``robots``, one a day."""
    first = period("2026-12-01 10:40-11:30")
    return tuple(
        a_visit(
            uid=f"visit-{index}",
            session=index,
            period=type(first)(
                first.start + timedelta(days=index), first.end + timedelta(days=index)
            ),
        )
        for index in range(number)
    )


def make_public(world: World) -> None:
    """Let the public know of both requests."""
    with world.store.write() as work:
        work.requests.set_public(("robots", "bridges"), is_public=True)


class TestKinds:
    @pytest.fixture
    def world(self, world: World) -> World:
        """Return a world with Amara's visit to 5A and Bruno's to the other school, confirmed."""
        world.put_volunteers(*two_more_volunteers())
        with world.store.write() as work:
            work.districts.put_schools((a_school(zone="North"),))
            work.districts.put_organizations((an_organization(key="other", name="Other Ltd"),))
        world.put_volunteers(replace(two_more_volunteers()[0], organization="other"))
        world.put_requests(a_request(title="Robots around us"), elsewhere())
        make_public(world)
        theirs = a_visit(
            uid="theirs",
            request="bridges",
            school="birch",
            bookings=(Booking(BRUNO, Partstat.ACCEPTED),),
            hosts=hosts_of(teacher_email="x@y.example", school="birch", classroom="", room="1"),
            state=VisitState.CONFIRMED,
        )
        keep(world, a_visit(), theirs)
        return world

    @pytest.mark.parametrize(
        ("kind", "owner", "expected"),
        [
            (FeedKind.CLASS, "maple-5a", ["Visit: Robots around us – Amara Okafor"]),
            (FeedKind.OFFICE, "maple", ["Arriving: Amara Okafor – Lena Fischer, 5A"]),
            (
                FeedKind.ORGANIZATION,
                "robots",
                ["Visit: Robots around us – Amara Okafor, 5A, Maple School"],
            ),
            (
                FeedKind.ZONE,
                "North",
                ["Visit: Robots around us – Amara Okafor, 5A, Maple School"],
            ),
            (FeedKind.PUBLIC, "", ["Guest in class: Robotics – Birch School"]),
            (FeedKind.BUSY, VOLUNTEER, ["Busy"]),
            (FeedKind.BUSY, TEACHER, ["Busy"]),
        ],
    )
    def test_each_kind_tells_its_own_visits_in_its_own_words(
        self, world: World, kind: FeedKind, owner: str, expected: list[str]
    ) -> None:
        assert titles(world, kind, owner) == expected

    def test_organization_reads_of_its_own_people_alone(self, world: World) -> None:
        panel = a_visit(
            uid="panel",
            session=2,
            period=period("2026-12-09 10:40-11:30"),
            bookings=(Booking(VOLUNTEER), Booking(BRUNO)),
        )
        keep(world, panel)
        for organization, own, other in (
            ("robots", b"Amara", b"Bruno"),
            ("other", b"Bruno", b"Amara"),
        ):
            found = octets(world, made(world, FeedKind.ORGANIZATION, organization))
            panel_event = found.partition(b"UID:panel")[2]
            assert own in panel_event
            assert other not in panel_event

    def test_visit_that_an_organizations_only_guest_left_is_cancelled_for_it(
        self, world: World
    ) -> None:
        world.answer(a_visit(), VOLUNTEER, False)
        (seen,) = events(world, FeedKind.ORGANIZATION, "robots")
        assert seen.value("STATUS") == "CANCELLED"

    def test_public_never_sees_a_cancellation_of_what_it_never_saw(self, world: World) -> None:
        seen, unseen = a_visit(uid="theirs"), a_visit()
        assert [e.value("UID") for e in events(world, FeedKind.PUBLIC, "")] == [seen.uid]
        cancel(world, seen)
        cancel(world, unseen)
        assert [
            (e.value("UID"), e.value("STATUS")) for e in events(world, FeedKind.PUBLIC, "")
        ] == [(seen.uid, "CANCELLED")]

    @pytest.mark.parametrize("kind", [FeedKind.BUSY, FeedKind.PUBLIC])
    def test_calendar_for_strangers_tells_no_name_and_no_page(
        self, world: World, kind: FeedKind
    ) -> None:
        owner = VOLUNTEER if kind is FeedKind.BUSY else ""
        found = octets(world, made(world, kind, owner)).replace(b"\r\n ", b"")
        for private in (b"Amara", b"Bruno", b"Lena", b"5A", b"Room", b"http", b"ORGANIZER"):
            assert private not in found

    def test_front_desk_is_told_whom_to_let_in_and_no_page(self, world: World) -> None:
        (seen,) = events(world, FeedKind.OFFICE, "maple")
        assert seen.all("URL") == []
        assert "Guests: Amara Okafor (Robots & Co)" in unescaped(seen.value("DESCRIPTION"))


class TestSheets:
    @pytest.mark.each_engine
    def test_one_statement_finds_what_many_small_ones_gather(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2, meeting_url="https://meet.example/1"), elsewhere())
        make_public(world)
        world.propose()
        world.approve("robots", "bridges")
        world.release()
        (visit,) = world.visits_of()
        world.answer(visit, BRUNO, False, "I am ill")
        for kind, owner in (
            (FeedKind.PUBLIC, ""),
            (FeedKind.VOLUNTEER, VOLUNTEER),
            (FeedKind.TEACHER, TEACHER),
            (FeedKind.SCHOOL, "birch"),
        ):
            feed = made(world, kind, owner)
            with world.store.read() as work:
                glimpses = work.feeds.glimpses(feed, since=NOW - FOREVER, until=NOW + FOREVER)
                found = tuple(glimpse.sheet() for glimpse in glimpses)
                visits = tuple(work.visits.many(s.visit.uid for s in found).values())
                gathered = sheets_of(work, visits)
            assert found
            assert found == tuple(
                replace(
                    sheet,
                    visit=replace(sheet.visit, hosts=(), pending_move=None),
                    speakers_wanted=0,
                )
                for sheet in gathered
            )


class TestCost:
    @pytest.mark.parametrize("number", [0, 1, 60])
    @pytest.mark.each_engine
    def test_at_most_three_queries_whatever_the_size(self, world: World, number: int) -> None:
        keep(world, *many(number))
        token = feed_token(made(world, FeedKind.SCHOOL, "maple"), key=KEY)
        reading = []
        for etag in ("", "", "known"):
            with statements(kinds=("SELECT", "WITH")) as queries:
                found = answer(
                    world.store,
                    token,
                    settings=world.feeds,
                    now=world.now,
                    has=lambda tag, known=etag: bool(known),
                )
            reading.append(len(queries))
            assert (found.octets is None) == bool(etag)
        assert reading == [3, 2, 1]

    @pytest.mark.each_engine
    def test_calendar_written_ahead_costs_its_first_program_no_writing(self, world: World) -> None:
        keep(world, *many(3))
        feed = made(world, FeedKind.VOLUNTEER, VOLUNTEER)
        amara = AMARA
        write_ahead(
            world.store,
            FeedKind.VOLUNTEER,
            VOLUNTEER,
            actor=amara,
            settings=world.feeds,
            now=world.now,
        )
        with statements(kinds=("SELECT", "WITH")) as queries:
            octets(world, feed)
        assert len(queries) == 2

    def test_change_of_one_visit_writes_one_event(self, world: World) -> None:
        keep(world, *many(5))
        feed = made(world, FeedKind.SCHOOL, "maple")
        octets(world, feed)
        with world.store.read() as work:
            before = work.feeds.texts(feed)
        world.wait(hours=1)
        cancel(world, many(5)[2])
        octets(world, feed)
        with world.store.read() as work:
            after = work.feeds.texts(feed)
        assert [one != other for one, other in zip(before, after, strict=True)] == [
            False,
            False,
            True,
            False,
            False,
        ]


class TestKeptEvents:
    """An event is written again only where its facts changed; what was written stands for them."""

    MARK = "X-KEPT:yes\r\n"

    @pytest.fixture
    def feed(self, world: World) -> Feed:
        """Return the school's feed of three visits, the first of which bears a mark of its own."""
        keep(world, *many(3))
        feed = made(world, FeedKind.SCHOOL, "maple")
        octets(world, feed)
        self.change_kept(world, feed, lambda kept: replace(kept, text=self.marked(kept.text)))
        return feed

    def marked(self, text: str) -> str:
        """Return an event with the mark in it."""
        return text.replace("END:VEVENT", f"{self.MARK}END:VEVENT")

    def change_kept(
        self, world: World, feed: Feed, change: Callable[[EventText], EventText]
    ) -> None:
        """Change what is kept of the first event."""
        with world.store.write() as work:
            first, *_ = work.feeds.texts(feed)
            door = work.feeds.door(token_hash(feed_token(feed, key=KEY)), client="")
            assert door is not None
            assert door.rendering is not None
            work.feeds.put_rendering(feed, door.rendering, changed=(change(first),), gone=())

    def is_kept(self, world: World, feed: Feed) -> bool:
        """Tell whether the marked event is still the one that was written."""
        found = answer(
            world.store, feed_token(feed, key=KEY), settings=world.feeds, now=world.now
        ).octets
        return self.MARK.encode() in (found or b"")

    def test_change_of_another_visit_leaves_it(self, world: World, feed: Feed) -> None:
        cancel(world, many(3)[2])
        assert self.is_kept(world, feed)

    def test_another_day_leaves_it(self, world: World, feed: Feed) -> None:
        world.wait(days=2)
        assert self.is_kept(world, feed)

    def test_change_of_its_own_writes_it_again(self, world: World, feed: Feed) -> None:
        cancel(world, many(3)[0])
        assert not self.is_kept(world, feed)

    def test_change_around_it_writes_it_again(self, world: World, feed: Feed) -> None:
        change_school(world, name="Elm School")
        assert not self.is_kept(world, feed)

    @pytest.mark.parametrize("choice", [{"language": "fr"}, {"alarm_minutes": 15}])
    def test_choice_of_its_reader_writes_it_again(
        self, world: World, feed: Feed, choice: dict[str, object]
    ) -> None:
        with world.store.write() as work:
            work.feeds.change(replace(feed, **choice))
        assert not self.is_kept(world, feed)

    def test_other_code_or_zone_data_write_it_again(self, world: World, feed: Feed) -> None:
        self.change_kept(world, feed, lambda kept: replace(kept, facts=f"older{kept.facts[5:]}"))
        cancel(world, many(3)[2])
        assert not self.is_kept(world, feed)


def test_pages_are_named_by_the_site(world: World) -> None:
    (visit,) = world.invite()
    (seen,) = events(world, FeedKind.CLASS, "maple-5a")
    assert seen.value("URL") == f"{SITE}/requests/{visit.request}"
