"""Volunteers, schools and recent deeds, as those who oversee the district see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.services.access import Actor
from scheduler.services.asking import reference_of
from scheduler.services.deeds import recent
from scheduler.services.directory import Care, volunteers
from scheduler.services.requests import withdraw
from scheduler.services.school_pages import (
    SchoolProfile,
    make_feed,
    renew_feed,
    school,
    schools,
)
from scheduler.services.volunteer_pages import VolunteerProfile, volunteer
from scheduler.services.warm import Warm
from tests.actors import LENA, VERA
from tests.builders import DAY, NOW, VOLUNTEER, a_clearance, a_proposal, a_volunteer
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers


def names(world: World, text: str = "", care: Care | None = None) -> list[str]:
    """Return the names on the first page of the list."""
    page = volunteers(world.store, actor=VERA, now=world.now, text=text, care=care)
    return [line.name for line in page.lines]


@pytest.mark.each_engine
def test_list_tells_how_somebody_is(world: World) -> None:
    world.invite()
    (line,) = volunteers(world.store, actor=VERA, now=world.now).lines
    assert (line.name, line.organization) == ("Amara Okafor", "Robots & Co")
    assert [topic.title for topic in line.topics] == ["Robotics"]
    assert (line.visits, line.next_visit, line.cleared_until) == (1, DAY, date(2027, 12, 31))


def test_filters_of_the_list(world: World) -> None:
    bruno, chloe = two_more_volunteers()
    soon = a_clearance(expires=date(2026, 12, 20))
    world.put_volunteers(
        replace(bruno, clearances=(soon,)),
        replace(chloe, weekly=(), organization=""),
        a_volunteer(email="old@x.example", name="Olga", is_active=False),
    )
    assert names(world) == ["Amara Okafor", "Bruno Silva", "Chloé Roy"]
    assert names(world, text="ROBOTS &") == ["Amara Okafor", "Bruno Silva"]
    assert names(world, text="chloe ROBOTI") == ["Chloé Roy"]
    assert names(world, text="hloe") == []
    assert names(world, care=Care.CLEARANCE) == ["Bruno Silva"]
    assert names(world, care=Care.NO_TIMES) == ["Chloé Roy"]
    assert names(world, care=Care.INACTIVE) == ["Olga"]
    world.invite()
    assert names(world, care=Care.NEVER_ASKED) == ["Bruno Silva", "Chloé Roy"]


def the_volunteer(world: World, reference: str, *, actor: Actor) -> VolunteerProfile:
    return volunteer(
        world.store,
        reference,
        warm=Warm(),
        actor=actor,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def maple(world: World, *, actor: Actor) -> SchoolProfile:
    return school(
        world.store,
        "maple",
        warm=Warm(),
        actor=actor,
        now=world.now,
        gazetteer=world.gazetteer,
        settings=world.feeds,
    )


def test_longest_clearance_counts_and_one_without_end_is_longest(world: World) -> None:
    ended, endless = a_clearance(expires=date(2026, 11, 2)), a_clearance(expires=None)
    world.put_volunteers(
        a_volunteer(clearances=(ended, endless)),
        a_volunteer(email=BRUNO, name="Bruno", clearances=(ended,)),
        a_volunteer(email=CHLOE, name="Chloé", clearances=()),
    )
    lines = volunteers(world.store, actor=VERA, now=world.now).lines
    assert [(line.is_cleared, line.cleared_until) for line in lines] == [
        (True, None),
        (False, date(2026, 11, 2)),
        (False, None),
    ]


def test_volunteer_is_found_by_reference_alone(world: World) -> None:
    found = the_volunteer(world, reference_of(VOLUNTEER), actor=VERA)
    assert found.volunteer.email == VOLUNTEER
    for wrong in (VOLUNTEER, "0" * 16, ""):
        with pytest.raises(Unknown):
            the_volunteer(world, wrong, actor=VERA)


def test_school_shows_its_own_closures_still_to_come(world: World) -> None:
    over = Closure("", DateRange(date(2026, 10, 12), date(2026, 10, 12)), "Thanksgiving")
    winter = Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 1)), "Winter break")
    other = Closure("birch", DateRange(date(2026, 12, 4), date(2026, 12, 4)), "Birch day")
    with world.store.write() as work:
        work.districts.put_closures((over, winter, other))
    found = maple(world, actor=VERA)
    assert found.closures == (winter,)
    assert [each.key for each in found.classes] == ["maple-5a"]


@pytest.mark.each_engine
def test_schools_count_visits_and_open_requests(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal())
    world.approve("robots")
    lines = schools(world.store, actor=VERA, now=world.now)
    assert [(line.school.key, line.visits, line.open_requests) for line in lines] == [
        ("birch", 0, 1),
        ("maple", 1, 0),
    ]


def test_calendar_address_of_a_school_is_the_coordinators_to_make_and_to_see(
    world: World,
) -> None:
    def address(actor: Actor) -> str:
        found = maple(world, actor=actor)
        return found.feed_address

    assert address(world.coordinator) == ""
    make_feed(world.store, "maple", actor=world.coordinator, settings=world.feeds, now=NOW)
    first = address(world.coordinator)
    assert first.startswith("https://visits.example/cal/")
    assert address(VERA) == ""
    renew_feed(world.store, "maple", actor=world.coordinator, settings=world.feeds, now=NOW)
    assert address(world.coordinator) != first
    with pytest.raises(NotAllowed):
        make_feed(world.store, "maple", actor=VERA, settings=world.feeds, now=NOW)


def test_approval_can_be_undone_from_the_list_until_its_release(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    (deed,) = recent(world.store, actor=world.coordinator, now=world.now).lines
    assert (deed.actor, deed.title, deed.undo) == ("Carla Meyer", "Robots around us", "approval")
    assert deed.undo_until == NOW + timedelta(minutes=10)
    assert [d.undo for d in recent(world.store, actor=VERA, now=world.now).lines] == [""]
    world.release()
    assert [d.undo for d in recent(world.store, actor=world.coordinator, now=world.now).lines] == [
        ""
    ]


def test_withdrawal_can_be_undone_from_the_list(world: World) -> None:
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    (deed,) = recent(world.store, actor=world.coordinator, now=world.now).lines
    assert (deed.entry.deed, deed.undo) == ("withdrew", "withdrawal")


def test_answers_are_told_with_the_request_they_are_about(world: World) -> None:
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    latest = recent(world.store, actor=VERA, now=world.now).lines[0]
    assert (latest.entry.deed, latest.request, latest.title) == (
        "accepted",
        "robots",
        "Robots around us",
    )
