"""A feed's octets: the same for the same data, and other ones for every change that can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.visits import PendingMove
from scheduler.services import feeds
from scheduler.services.records import FeedKind
from scheduler.services.tokens import feed_token
from tests.builders import (
    COORDINATOR,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_classroom,
    a_person,
    a_visit,
    a_volunteer,
    an_organization,
    period,
)
from tests.services.test_feeds import change_school, events, fetch, keep, rendered
from tests.services.test_visits import cancel
from tests.services.world import KEY, World


@pytest.mark.each_engine
def test_same_data_gives_the_same_octets_whenever_it_is_fetched(world: World) -> None:
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    first = rendered(world)
    for days in (0.01, 1, 7, 40):
        world.wait(days=days)
        assert rendered(world) == first


def test_event_that_is_written_much_later_bears_the_same_dates(world: World) -> None:
    (visit,) = world.invite()
    answered = world.answer(visit, VOLUNTEER, True)
    told = []
    for holder in (COORDINATOR, TEACHER):
        theirs = feeds.feed_for(
            world.store,
            kind=FeedKind.SCHOOL,
            owner="maple",
            settings=world.feeds,
            holder=holder,
        )
        octets = fetch(world, feed_token(theirs, key=KEY)).octets
        assert octets is not None
        told.append(octets.partition(b"BEGIN:VEVENT")[2])
        world.wait(days=40)
    stamp = f"{answered.revised_at:%Y%m%dT%H%M%SZ}".encode()
    assert b"\r\nDTSTAMP:" + stamp in told[0]
    assert b"\r\nLAST-MODIFIED:" + stamp in told[0]
    assert told[0] == told[1]


def test_visit_that_comes_into_the_window_changes_no_other(world: World) -> None:
    (visit,) = world.invite()
    far = period("2028-01-11 10:40-11:30")
    keep(world, a_visit(period=far, session=2))
    (before,) = events(world)
    world.now = far.start - timedelta(days=400)
    same, entered = events(world)
    assert (same, entered.value("UID")) == (before, a_visit().uid)
    assert same.value("UID") == visit.uid


def test_etag_is_that_of_the_octets(world: World) -> None:
    world.invite()
    one, other = rendered(world), rendered(world, FeedKind.TEACHER, TEACHER)
    assert one.etag == rendered(world).etag
    assert one.etag != other.etag
    assert len(one.etag) == 32


def test_every_change_that_can_be_seen_changes_the_tag(world: World) -> None:
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


def test_teachers_tag_changes_with_the_guests_name_and_company(world: World) -> None:
    world.invite()
    tags = [rendered(world, FeedKind.TEACHER, TEACHER).etag]
    world.put_volunteers(a_volunteer(name="Amara Okafor-Diallo"))
    tags.append(rendered(world, FeedKind.TEACHER, TEACHER).etag)
    with world.store.write() as work:
        work.districts.put_organizations((an_organization(name="Robots United"),))
    tags.append(rendered(world, FeedKind.TEACHER, TEACHER).etag)
    assert len(set(tags)) == 3


def test_what_cannot_be_seen_changes_nothing(world: World) -> None:
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
def test_last_modified_is_the_latest_change_of_a_visit(world: World) -> None:
    (visit,) = world.invite()
    assert rendered(world).last_modified == visit.revised_at == world.now
    world.wait(hours=3)
    world.answer(visit, VOLUNTEER, True)
    assert rendered(world).last_modified == world.now


def test_empty_feed_is_whole_and_says_nothing_of_today(world: World) -> None:
    first = rendered(world)
    world.wait(days=3)
    assert rendered(world) == first
    assert first.last_modified < NOW


def test_feed_of_a_stopped_clock_is_that_of_any_clock(world: World) -> None:
    world.invite()
    first = rendered(world)
    for now in (datetime(2026, 11, 21, 23, 59, tzinfo=NOW.tzinfo), world.now.astimezone(None)):
        world.now = now
        assert rendered(world) == first
