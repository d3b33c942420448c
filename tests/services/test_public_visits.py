"""What the public calendar shows is a coordinator's choice, request by request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.visits import VisitState
from scheduler.services.feed_answers import answer
from scheduler.services.feeds import feed_for
from scheduler.services.public_visits import PublicChoice, choose_public, public_choices
from scheduler.services.records import FeedKind
from scheduler.services.tokens import feed_token
from tests.builders import COORDINATOR, TORONTO, a_request, a_topic_tree, a_visit
from tests.outside.ics_reading import Component, read
from tests.services.world import KEY, World


def events(world: World, language: str = "") -> list[Component]:
    """Return what the public calendar shows."""
    feed = feed_for(
        world.store, kind=FeedKind.PUBLIC, owner="", settings=world.feeds, holder=COORDINATOR
    )
    if language:
        with world.store.write() as work:
            work.feeds.change(replace(feed, language=language))
    token = feed_token(feed, key=KEY)
    octets = answer(world.store, token, settings=world.feeds, now=world.now).octets
    assert octets is not None
    return read(octets).named("VEVENT")


def chosen(world: World, *ticked: str, shown: tuple[str, ...] = ("robots",)) -> int:
    """Tick these requests of those shown."""
    return choose_public(world.store, ticked, shown=shown, actor=world.coordinator, now=world.now)


@pytest.fixture
def world(world: World) -> World:
    """Return a world with a confirmed visit."""
    with world.store.write() as work:
        work.visits.add((a_visit(state=VisitState.CONFIRMED),))
    return world


@pytest.mark.each_engine
def test_nothing_is_public_until_it_is_ticked(world: World) -> None:
    assert events(world) == []
    assert chosen(world, "robots") == 1
    assert [event.value("UID") for event in events(world)] == [a_visit().uid]
    assert chosen(world) == 1
    assert events(world) == []


def test_ticking_again_changes_nothing(world: World) -> None:
    chosen(world, "robots")
    assert chosen(world, "robots") == 0


def test_what_was_not_shown_stays_as_it_is(world: World) -> None:
    chosen(world, "robots")
    assert chosen(world, shown=()) == 0
    assert chosen(world, "unknown", shown=("unknown",)) == 0
    assert len(events(world)) == 1


def test_changed_request_stays_public(world: World) -> None:
    chosen(world, "robots")
    world.put_requests(a_request(title="Other words"))
    assert len(events(world)) == 1


def test_booking_by_hand_are_the_requests_with_visits_to_come(world: World) -> None:
    visit = a_visit()
    assert public_choices(world.store, actor=world.coordinator, now=world.now) == (
        PublicChoice(
            request="robots",
            title=world.request().title,
            school_name="Maple School",
            period=visit.period,
            timezone=TORONTO,
            visits=1,
            is_public=False,
        ),
    )
    assert public_choices(world.store, actor=world.coordinator, now=visit.period.end) == ()


def test_topic_is_named_in_the_calendars_language(world: World) -> None:
    chosen(world, "robots")
    with world.store.write() as work:
        tree = work.districts.topics()
        french = tuple(
            replace(topic, label_fr="Robotique") if topic.key == "robotics" else topic
            for topic in tree.topics
        )
        work.districts.put_topics(a_topic_tree(*french))
    assert "Robotics" in events(world)[0].value("SUMMARY")
    assert "Robotique" in events(world, "fr")[0].value("SUMMARY")
