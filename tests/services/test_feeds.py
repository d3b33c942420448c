"""Feeds: whose visits they show and as what, the same octets for the same data, and addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.visits import (
    Booking,
    Partstat,
    PendingMove,
    Visit,
    VisitState,
    hosts_of,
)
from scheduler.services import feeds
from scheduler.services.feed_answers import RenderedFeed, answer
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import feed_token
from tests.builders import (
    NOW,
    TEACHER,
    VOLUNTEER,
    a_classroom,
    a_district,
    a_person,
    a_request,
    a_school,
    a_visit,
    a_volunteer,
    an_organization,
    moment,
    period,
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

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            (VisitState.INVITED, "TENTATIVE"),
            (VisitState.CONFIRMED, "CONFIRMED"),
            (VisitState.HAPPENED, "CONFIRMED"),
            (VisitState.MISSED, "CONFIRMED"),
            (VisitState.CANCELLED, "CANCELLED"),
        ],
    )
    def test_released_visit_is_shown_in_every_feed_concerned(
        self, world: World, state: VisitState, status: str
    ) -> None:
        off_at = NOW if state is VisitState.CANCELLED else None
        visit = a_visit(state=state, cancelled_at=off_at)
        keep(world, visit)
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == [(visit.uid, status, "0")]

    def test_proposed_and_held_visits_are_in_no_feed(self, world: World) -> None:
        world.propose()
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == []
        world.approve("robots")
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == []

    def test_visit_that_was_cancelled_while_held_is_never_shown(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        cancel(world, world.visits_of()[0])
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == []

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
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == [(visit.uid, "CANCELLED", "1")]
        world.now = off_at + timedelta(days=31)
        for kind, owner in self.ALL_FEEDS:
            assert shown(world, kind, owner) == []

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
        for kind, owner in (*TestStates.ALL_FEEDS, (FeedKind.VOLUNTEER, BRUNO)):
            octets = rendered(world, kind, owner).octets.replace(b"\r\n ", b"")
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


class TestOctets:
    @pytest.mark.each_engine
    def test_same_data_gives_the_same_octets_whenever_it_is_fetched(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        first = rendered(world)
        for days in (0.01, 1, 7, 40):
            world.wait(days=days)
            assert rendered(world) == first

    def test_visit_that_comes_into_the_window_changes_no_other(self, world: World) -> None:
        (visit,) = world.invite()
        far = period("2028-01-11 10:40-11:30")
        keep(world, a_visit(period=far, session=2))
        (before,) = events(world)
        world.now = far.start - timedelta(days=400)
        same, entered = events(world)
        assert (same, entered.value("UID")) == (before, a_visit().uid)
        assert same.value("UID") == visit.uid

    def test_etag_is_that_of_the_octets(self, world: World) -> None:
        world.invite()
        one, other = rendered(world), rendered(world, FeedKind.TEACHER, TEACHER)
        assert one.etag == rendered(world).etag
        assert one.etag != other.etag
        assert len(one.etag) == 32

    def test_every_change_that_can_be_seen_changes_the_tag(self, world: World) -> None:
        (visit,) = world.invite()
        tags = [rendered(world).etag]

        def expect_new_tag() -> None:
            tags.append(rendered(world).etag)
            assert len(set(tags)) == len(tags)

        change_school(world, name="Maple Leaf School")
        expect_new_tag()
        change_school(world, name="Maple Leaf School", address="14 Maple Street")
        expect_new_tag()
        change_school(world, name="Maple Leaf School", arrival_note="Use the back door.")
        expect_new_tag()
        world.put_requests(replace(world.request(), title="Robots among us"))
        expect_new_tag()
        with world.store.write() as work:
            work.districts.put_classes((a_classroom(name="5A blue"),))
        expect_new_tag()
        with world.store.write() as work:
            work.people.put((a_person(name="Lena Fischer-Ng"),))
        expect_new_tag()
        with world.store.write() as work:
            work.visits.save((replace(visit, room="14"),))
        expect_new_tag()
        cancel(world, visit)
        expect_new_tag()
        world.wait(days=31)
        expect_new_tag()

    def test_teachers_tag_changes_with_the_guests_name_and_company(self, world: World) -> None:
        world.invite()
        tags = [rendered(world, FeedKind.TEACHER, TEACHER).etag]
        world.put_volunteers(a_volunteer(name="Amara Okafor-Diallo"))
        tags.append(rendered(world, FeedKind.TEACHER, TEACHER).etag)
        with world.store.write() as work:
            work.districts.put_organizations((an_organization(name="Robots United"),))
        tags.append(rendered(world, FeedKind.TEACHER, TEACHER).etag)
        assert len(set(tags)) == 3

    def test_what_cannot_be_seen_changes_nothing(self, world: World) -> None:
        (visit,) = world.invite()
        first = rendered(world)
        world.put_requests(replace(world.request(), note="Bring a friend", goal="New", priority=3))
        change_school(world, phone="416-555-0199", enrolment=400)
        world.put_volunteers(a_volunteer(needs="A ramp"))
        pending = PendingMove(period("2026-12-10 10:40-11:30"), "12", visit.hosts, NOW, NOW)
        with world.store.write() as work:
            work.visits.save((replace(visit, pending_move=pending),))
        assert rendered(world) == first

    @pytest.mark.each_engine
    def test_last_modified_is_the_latest_change_of_a_visit(self, world: World) -> None:
        (visit,) = world.invite()
        assert rendered(world).last_modified == visit.revised_at == world.now
        world.wait(hours=3)
        world.answer(visit, VOLUNTEER, True)
        assert rendered(world).last_modified == world.now

    def test_empty_feed_is_whole_and_says_nothing_of_today(self, world: World) -> None:
        first = rendered(world)
        world.wait(days=3)
        assert rendered(world) == first
        assert first.last_modified < NOW


def test_visit_in_another_zone_is_told_by_its_own_clock(world: World) -> None:
    change_school(world, timezone="America/Edmonton")
    (visit,) = world.invite()
    (event,) = events(world)
    assert visit.period.start == moment("2026-12-08 10:40", timezone="America/Edmonton")
    assert event.value("DTSTART") == "20261208T104000"
    (line,) = event.all("DTSTART")
    assert line.parameters == {"TZID": "America/Edmonton"}


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


def test_feed_of_a_stopped_clock_is_that_of_any_clock(world: World) -> None:
    world.invite()
    first = rendered(world)
    for now in (datetime(2026, 11, 21, 23, 59, tzinfo=NOW.tzinfo), world.now.astimezone(None)):
        world.now = now
        assert rendered(world) == first
