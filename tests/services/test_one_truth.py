"""Whoever chose a way finds each visit in one place; who left it to us misses none."""

from __future__ import annotations

import pytest

from scheduler.domain.visits import Partstat, Visit
from scheduler.services.access import Actor
from scheduler.services.calendar_modes import choose
from scheduler.services.delivery import deliver_due
from scheduler.services.feed_answers import answer
from scheduler.services.feed_records import CalendarMode
from scheduler.services.feeds import feed_for
from scheduler.services.records import FeedKind
from scheduler.services.tokens import feed_token
from tests.actors import AMARA, LENA
from tests.builders import TEACHER, VOLUNTEER
from tests.outside.ics_reading import read
from tests.services.world import KEY, World


def chosen(world: World, mode: CalendarMode | None, actor: Actor = AMARA) -> None:
    """Choose a way, or leave it to us."""
    choose(world.store, mode, actor=actor)


def announced(world: World) -> Visit:
    """Invite, and send the mail that fixes how the visit reaches people."""
    (visit,) = world.invite()
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
    return visit


def uids(world: World, kind: FeedKind = FeedKind.VOLUNTEER, owner: str = VOLUNTEER) -> list[str]:
    """Return the UIDs that a feed shows."""
    feed = feed_for(world.store, kind=kind, owner=owner, settings=world.feeds)
    token = feed_token(feed, key=KEY)
    octets = answer(world.store, token, settings=world.feeds, now=world.now).octets
    assert octets is not None
    return [event.value("UID") for event in read(octets).named("VEVENT")]


def test_invitation_is_in_the_feed_too_where_the_way_was_left_to_us(world: World) -> None:
    visit = announced(world)
    assert uids(world) == [visit.uid]


@pytest.mark.parametrize("way", [CalendarMode.INVITATION, CalendarMode.FEED])
def test_visit_that_came_as_an_invitation_is_not_in_the_feed_of_who_chose(
    world: World, way: CalendarMode
) -> None:
    chosen(world, CalendarMode.INVITATION)
    visit = announced(world)
    chosen(world, way)
    assert uids(world) == []
    chosen(world, None)
    assert uids(world) == [visit.uid]


@pytest.mark.parametrize("way", [CalendarMode.FEED, CalendarMode.MAIL])
def test_visit_that_came_without_an_entry_is_in_the_feed(world: World, way: CalendarMode) -> None:
    chosen(world, way)
    visit = announced(world)
    assert uids(world) == [visit.uid]


def test_choice_changes_the_chosers_own_visits_alone(world: World) -> None:
    chosen(world, CalendarMode.INVITATION)
    visit = announced(world)
    assert uids(world, FeedKind.TEACHER, TEACHER) == [visit.uid]
    assert uids(world, FeedKind.SCHOOL, "maple") == [visit.uid]
    assert uids(world, FeedKind.BUSY) == [visit.uid]
    chosen(world, CalendarMode.INVITATION, LENA)
    world.answer(visit, VOLUNTEER, True)
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
    assert uids(world, FeedKind.TEACHER, TEACHER) == []


def test_answer_does_not_bring_it_back(world: World) -> None:
    chosen(world, CalendarMode.INVITATION)
    visit = announced(world)
    answered = world.answer(visit, VOLUNTEER, True)
    assert answered.booking_of(VOLUNTEER).partstat is Partstat.ACCEPTED
    assert uids(world) == []
