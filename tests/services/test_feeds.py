"""Feeds: whose visits they show and as what, the same octets for the same data, and addresses."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.visits import (
    Booking,
    Partstat,
    Visit,
    VisitState,
    hosts_of,
)
from scheduler.services import feeds, visits
from scheduler.services.feed_answers import RenderedFeed, answer
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import feed_token
from tests.builders import (
    NOW,
    TEACHER,
    VOLUNTEER,
    a_district,
    a_request,
    a_school,
    a_visit,
    a_volunteer,
    an_organization,
    moment,
)
from tests.outside.ics_checker import feed_faults
from tests.outside.ics_reading import Component, read, unescaped
from tests.services.test_visits import THURSDAY, cancel, move
from tests.services.world import BRUNO, KEY, OTHER_TEACHER, World, elsewhere, two_more_volunteers

SITE = "https://visits.example"


def feed(world: World, kind: FeedKind = FeedKind.VOLUNTEER, owner: str = VOLUNTEER) -> Feed:
    """Return a feed, made if it is not there."""
    return feeds.feed_for(world.store, kind=kind, owner=owner, settings=world.feeds)


def fetch(world: World, token: str) -> RenderedFeed:
    """Return what an address answers with."""
    return answer(world.store, token, settings=world.feeds, now=world.now)


def rendered(
    world: World, kind: FeedKind = FeedKind.VOLUNTEER, owner: str = VOLUNTEER
) -> RenderedFeed:
    """Return what a feed's present address answers with, judged by a strict reader."""
    found = fetch(world, feed_token(feed(world, kind, owner), key=KEY))
    assert found.octets is not None
    assert feed_faults(found.octets) == ()
    return found


def events(
    world: World, kind: FeedKind = FeedKind.VOLUNTEER, owner: str = VOLUNTEER
) -> list[Component]:
    """Return the events that a feed shows."""
    return read(rendered(world, kind, owner).octets).named("VEVENT")


def shown(
    world: World, kind: FeedKind = FeedKind.VOLUNTEER, owner: str = VOLUNTEER
) -> list[tuple[str, str, str]]:
    """Return UID, STATUS and SEQUENCE of every event of a feed."""
    return [
        (event.value("UID"), event.value("STATUS"), event.value("SEQUENCE"))
        for event in events(world, kind, owner)
    ]


def keep(world: World, *visits: Visit) -> None:
    """Store visits of the request ``robots``."""
    with world.store.write() as work:
        work.visits.add(visits)


def change_school(world: World, **changes: object) -> None:
    """Change Maple School."""
    with world.store.write() as work:
        work.districts.put_schools((replace(a_school(), **changes),))


class TestStates:
    ALL_FEEDS = (
        (FeedKind.VOLUNTEER, VOLUNTEER),
        (FeedKind.TEACHER, TEACHER),
        (FeedKind.SCHOOL, "maple"),
    )

    # The public reads of certain visits alone, so it has tests of its own.
    EVERY_FEED = (
        *ALL_FEEDS,
        (FeedKind.CLASS, "maple-5a"),
        (FeedKind.OFFICE, "maple"),
        (FeedKind.ORGANIZATION, "robots"),
        (FeedKind.ZONE, "North"),
        (FeedKind.BUSY, VOLUNTEER),
        (FeedKind.BUSY, TEACHER),
    )

    @pytest.fixture
    def world(self, world: World) -> World:
        """Return a world whose school lies in a zone, with a request the public may know of."""
        change_school(world, zone="North")
        with world.store.write() as work:
            work.requests.set_public(("robots",), is_public=True)
        return world

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            (VisitState.INVITED, "TENTATIVE"),
            (VisitState.CONFIRMED, "CONFIRMED"),
            (VisitState.HAPPENED, "CONFIRMED"),
            (VisitState.MISSED, "TENTATIVE"),
            (VisitState.CANCELLED, "CANCELLED"),
        ],
    )
    def test_released_visit_is_shown_in_every_feed_concerned(
        self, world: World, state: VisitState, status: str
    ) -> None:
        off_at = NOW if state is VisitState.CANCELLED else None
        visit = a_visit(state=state, cancelled_at=off_at)
        keep(world, visit)
        for kind, owner in self.EVERY_FEED:
            assert shown(world, kind, owner) == [(visit.uid, status, "0")], kind

    @pytest.mark.parametrize(
        ("says_yes", "host_agrees"), [(True, True), (True, False), (False, True)]
    )
    def test_end_of_a_visit_leaves_every_calendar_as_it_was(
        self, world: World, says_yes: bool, host_agrees: bool
    ) -> None:
        (visit,) = world.invite()
        with world.store.write() as work:
            work.visits.save((replace(visit, host_agrees=host_agrees),))
        if says_yes:
            world.answer(visit, VOLUNTEER, True)
        world.now = visit.period.end
        before = [rendered(world, kind, owner) for kind, owner in self.EVERY_FEED]
        world.wait(hours=1)
        assert visits.close_past(world.store, now=world.now) == 1
        assert [rendered(world, kind, owner) for kind, owner in self.EVERY_FEED] == before

    def test_visit_that_nobody_may_know_of_is_in_no_feed(self, world: World) -> None:
        world.propose()
        self.assert_no_feed_shows_it(world)
        world.approve("robots")
        (held,) = world.visits_of()
        assert held.state is VisitState.HELD
        self.assert_no_feed_shows_it(world)
        cancel(world, held)
        self.assert_no_feed_shows_it(world)

    def assert_no_feed_shows_it(self, world: World) -> None:
        """Assert that every feed is empty."""
        for kind, owner in (*self.EVERY_FEED, (FeedKind.PUBLIC, "")):
            assert shown(world, kind, owner) == [], kind

    @pytest.mark.each_engine
    def test_whole_life_keeps_uid_and_raises_sequence(self, world: World) -> None:
        (visit,) = world.invite()
        assert shown(world) == [(visit.uid, "TENTATIVE", "0")]
        world.answer(visit, VOLUNTEER, True)
        assert shown(world) == [(visit.uid, "CONFIRMED", "1")]
        move(world, visit, THURSDAY)
        assert shown(world) == [(visit.uid, "CONFIRMED", "1")]
        world.release()
        assert shown(world) == [(visit.uid, "TENTATIVE", "2")]
        cancel(world, visit)
        assert shown(world) == [(visit.uid, "CANCELLED", "3")]

    @pytest.mark.each_engine
    def test_cancelled_visit_stays_for_thirty_days_and_is_gone_then(self, world: World) -> None:
        (visit,) = world.invite()
        cancel(world, visit)
        off_at = world.now
        world.now = off_at + timedelta(days=30)
        for kind, owner in self.EVERY_FEED:
            assert shown(world, kind, owner) == [(visit.uid, "CANCELLED", "1")], kind
        world.now = off_at + timedelta(days=31)
        self.assert_no_feed_shows_it(world)

    def test_somebody_who_left_sees_it_cancelled_while_it_goes_on_for_others(
        self, world: World
    ) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        world.answer(visit, BRUNO, False)
        assert shown(world, FeedKind.VOLUNTEER, BRUNO) == [(visit.uid, "CANCELLED", "2")]
        assert shown(world) == [(visit.uid, "CONFIRMED", "1")]
        assert shown(world, FeedKind.TEACHER, TEACHER) == [(visit.uid, "CONFIRMED", "1")]
        world.wait(days=31)
        assert shown(world, FeedKind.VOLUNTEER, BRUNO) == []

    def test_window_is_told_by_days_and_never_by_the_hour(self, world: World) -> None:
        visit = a_visit(state=VisitState.HAPPENED)
        keep(world, visit)
        last_day = visit.period.start.replace(hour=0, minute=0) + timedelta(days=90)
        for hour in (0, 12, 23):
            world.now = last_day + timedelta(hours=hour)
            for kind, owner in self.ALL_FEEDS:
                assert shown(world, kind, owner) == [(visit.uid, "CONFIRMED", "0")]
        world.now = last_day + timedelta(days=1)
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == []


class TestWhose:
    def test_volunteer_sees_own_visits_only(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        (visit,) = world.invite()
        assert shown(world, FeedKind.VOLUNTEER, BRUNO) == []
        assert [uid for uid, *_ in shown(world)] == [visit.uid]

    def test_teacher_and_school_see_their_own_visits_only(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(elsewhere())
        world.propose()
        world.approve("robots", "bridges")
        world.release()
        ours, theirs = (world.visits_of(key)[0].uid for key in ("robots", "bridges"))
        for kind, our, their in (
            (FeedKind.TEACHER, TEACHER, OTHER_TEACHER),
            (FeedKind.SCHOOL, "maple", "birch"),
        ):
            assert [uid for uid, *_ in shown(world, kind, our)] == [ours]
            assert [uid for uid, *_ in shown(world, kind, their)] == [theirs]

    def test_school_and_teacher_read_who_comes_and_volunteer_reads_where_to_go(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        for kind, owner, title in (
            (FeedKind.VOLUNTEER, VOLUNTEER, "Visit: Robots around us – 5A, Maple School"),
            (FeedKind.TEACHER, TEACHER, "Visit: Robots around us – Amara Okafor"),
            (FeedKind.SCHOOL, "maple", "Visit: Robots around us – Amara Okafor, 5A"),
        ):
            (event,) = events(world, kind, owner)
            assert unescaped(event.value("SUMMARY")) == title
        (own,) = events(world)
        assert own.value("URL") == f"{SITE}/visits#{visit.uid}"
        (of_teacher,) = events(world, FeedKind.TEACHER, TEACHER)
        assert of_teacher.value("URL") == f"{SITE}/requests/robots"

    def test_calendar_is_named_after_the_site_and_the_school(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put(a_district(site_name="Lakeshore visits"))
        names = {
            kind: read(rendered(world, kind, owner).octets).value("NAME")
            for kind, owner in TestStates.ALL_FEEDS
        }
        assert names == {
            FeedKind.VOLUNTEER: "Lakeshore visits: my visits",
            FeedKind.TEACHER: "Lakeshore visits: my visits",
            FeedKind.SCHOOL: "Lakeshore visits: Maple School",
        }

    def test_nothing_private_is_inside(self, world: World) -> None:
        world.put_volunteers(
            a_volunteer(needs="A ramp", postal_code="M5V 3L9"), *two_more_volunteers()
        )
        world.put_requests(a_request(speakers=2, note="Two pupils speak French.", goal="A dream"))
        with world.store.write() as work:
            work.districts.put_organizations(
                (an_organization(contact_email="hello@robots.example"),)
            )
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        world.answer(visit, BRUNO, False, "My mother is ill")
        change_school(world, zone="North")
        with world.store.write() as work:
            work.requests.set_public(("robots",), is_public=True)
            work.visits.save((replace(world.visits_of()[0], state=VisitState.CONFIRMED),))
        own_and_public = ((FeedKind.VOLUNTEER, BRUNO), (FeedKind.PUBLIC, ""))
        for kind, owner in (*TestStates.EVERY_FEED, *own_and_public):
            octets = rendered(world, kind, owner).octets.replace(b"\r\n ", b"")
            assert b"BEGIN:VEVENT" in octets, kind
            for private in (
                b"@",
                b"416-555-0100",
                b"pupils",
                b"A dream",
                b"A ramp",
                b"M5V",
                b"mother",
                b"ATTENDEE",
                b"ORGANIZER",
                b"METHOD",
            ):
                assert private not in octets


def test_visit_in_another_zone_is_told_by_its_own_clock(world: World) -> None:
    change_school(world, timezone="America/Edmonton")
    (visit,) = world.invite()
    (event,) = events(world)
    assert visit.period.start == moment("2026-12-08 10:40", timezone="America/Edmonton")
    assert event.value("DTSTART") == "20261208T104000"
    (line,) = event.all("DTSTART")
    assert line.parameters == {"TZID": "America/Edmonton"}


def test_calendar_itself_is_in_the_districts_zone(world: World) -> None:
    with world.store.write() as work:
        work.districts.put(a_district(timezone="America/Winnipeg"))
    world.invite()
    for kind, owner in TestStates.ALL_FEEDS:
        calendar = read(rendered(world, kind, owner).octets)
        assert calendar.value("X-WR-TIMEZONE") == "America/Winnipeg"


def test_uid_is_drawn_by_chance_and_tells_nothing(world: World) -> None:
    (visit,) = world.invite()
    drawn = uuid.UUID(visit.uid)
    assert (drawn.version, str(drawn)) == (4, visit.uid)


def test_swapped_guest_is_cancelled_and_the_new_one_comes(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    left = Booking(BRUNO, Partstat.DECLINED, answered_at=NOW, removed=True)
    visit = a_visit(
        bookings=(left, Booking(VOLUNTEER)),
        hosts=hosts_of(teacher_email=TEACHER, school="maple", classroom="maple-5a", room="12"),
    )
    keep(world, visit)
    assert shown(world, FeedKind.VOLUNTEER, BRUNO) == [(visit.uid, "CANCELLED", "1")]
    assert shown(world) == [(visit.uid, "TENTATIVE", "0")]
