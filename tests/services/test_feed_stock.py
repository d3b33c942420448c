"""Writing feeds before anybody comes: which, how many, and that nobody sees a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.services.feed_answers import RenderedFeed, answer, write_feed
from scheduler.services.feed_stock import LONG_KINDS, write_what_changed
from scheduler.services.feeds import revoke
from scheduler.services.records import Feed, FeedKind
from scheduler.services.tokens import feed_token
from tests.builders import COORDINATOR, VOLUNTEER, a_person
from tests.databases import statements
from tests.services.test_feed_answers import made
from tests.services.test_feeds import change_school
from tests.services.world import KEY, World


@pytest.fixture
def school(world: World) -> Feed:
    """Return the coordinator's calendar of Maple School, written."""
    feed = made(world, FeedKind.SCHOOL, "maple")
    write_feed(world.store, feed, settings=world.feeds, now=world.now)
    return feed


@pytest.fixture
def own(world: World) -> Feed:
    """Return Amara's calendar, written."""
    feed = made(world, FeedKind.VOLUNTEER, VOLUNTEER)
    write_feed(world.store, feed, settings=world.feeds, now=world.now)
    return feed


def write(world: World, *, seconds: float = 60.0) -> int:
    """Take one turn, and return how many feeds were written."""
    return write_what_changed(world.store, settings=world.feeds, now=world.now, seconds=seconds)


def fetch(world: World, feed: Feed) -> RenderedFeed:
    """Return what a program gets at the feed's address."""
    token = feed_token(feed, key=KEY)
    return answer(world.store, token, settings=world.feeds, now=world.now)


def test_nothing_is_written_while_nothing_changes(world: World, school: Feed) -> None:
    with statements() as asked:
        assert write(world) == 0
    assert len(asked) == 1


@pytest.mark.each_engine
def test_program_that_comes_after_a_change_finds_the_feed_written(
    world: World, school: Feed
) -> None:
    change_school(world, name="Maple Grove School")
    assert write(world) == 1
    with statements(kinds=("INSERT", "UPDATE", "DELETE")) as written:
        found = fetch(world, school)
    assert b"Maple Grove School" in (found.octets or b"")
    assert written == []


def test_who_comes_before_it_was_written_gets_the_same(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    before = fetch(world, school)
    assert write(world) == 0
    assert fetch(world, school) == before


def test_feed_is_written_again_on_another_day(world: World, school: Feed) -> None:
    world.now += timedelta(days=1)
    assert write(world) == 1
    assert write(world) == 0


def test_own_calendar_is_written_only_when_it_never_was(world: World, own: Feed) -> None:
    change_school(world, name="Maple Grove School")
    assert write(world) == 0
    made(world, FeedKind.BUSY, VOLUNTEER)
    assert write(world) == 1


def test_time_that_is_up_leaves_the_rest_for_the_next_turn(world: World, school: Feed) -> None:
    made(world, FeedKind.OFFICE, "maple")
    change_school(world, name="Maple Grove School")
    assert [write(world, seconds=0.0) for _ in range(3)] == [1, 1, 0]


def test_feed_that_was_never_written_comes_first(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    made(world, FeedKind.OFFICE, "maple")
    write(world, seconds=0.0)
    with world.store.read() as work:
        assert work.feeds.behind(LONG_KINDS, day=world.now.date()) == (school,)


def test_ended_feed_is_left_alone(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    revoke(world.store, school)
    assert write(world) == 0


def test_feed_of_somebody_who_left_is_left_alone(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    with world.store.write() as work:
        work.people.put((a_person(email=COORDINATOR, is_active=False),))
    assert write(world) == 0


def test_turn_ends_when_it_is_told_to(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    done = write_what_changed(
        world.store, settings=world.feeds, now=world.now, may_go_on=lambda: False
    )
    assert done == 0


def test_timetable_writes_what_changed(world: World, school: Feed) -> None:
    change_school(world, name="Maple Grove School")
    assert replace(world.timetable, feeds=world.feeds).tick().failed == ()
    assert write(world) == 0
