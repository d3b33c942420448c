"""Two who decide on one thing in the same moment: the second waits, and finds it decided."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from scheduler.domain.districts import Contact
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.handovers import Handover
from scheduler.domain.joining import Joining, JoiningState
from scheduler.domain.other_times import TimeOffer
from scheduler.domain.people import RoleName
from scheduler.domain.volunteers import Format
from scheduler.services import accounts, handing_over, onboarding, other_times
from scheduler.services.asking import reference_of
from scheduler.services.organization_changes import add_contact
from scheduler.services.ports import Store
from scheduler.services.within import Within
from tests.actors import LENA, OMAR
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_person, a_visit, an_organization
from tests.services.world import OTHER_TEACHER, World

# Longer than any of these takes alone.
A_WHILE_SECONDS = 0.3
Deed = Callable[[World, Store], object]


@dataclass(frozen=True)
class Rivals:
    """Two deeds of which only one can happen."""

    first: Deed
    second: Deed


def leave(email: str) -> Deed:
    """Let somebody go."""
    return lambda world, store: accounts.deactivate(
        store, reference_of(email), actor=world.coordinator, now=NOW
    )


def keep(world: World, store: Store) -> object:
    """Keep the visit where it is."""
    return other_times.keep(store, "times", actor=world.coordinator, now=NOW)


RIVALS = {
    "last coordinators": Rivals(leave(COORDINATOR), leave(TEACHER)),
    "class": Rivals(
        lambda world, store: handing_over.take_over(store, "class", actor=OMAR, now=NOW),
        lambda world, store: handing_over.take_back(store, "class", actor=LENA, now=NOW),
    ),
    "newcomer": Rivals(
        lambda world, store: onboarding.accept(store, "new", actor=world.coordinator, now=NOW),
        lambda world, store: onboarding.decline(
            store, "new", reason="", actor=world.coordinator, now=NOW
        ),
    ),
    "other times": Rivals(keep, keep),
}


@pytest.fixture
def arena(world: World) -> World:
    """Return the world with everything that can be decided on."""
    with world.store.write() as work:
        work.people.put((a_person(RoleName.COORDINATOR, RoleName.TEACHER),))
        work.handovers.put(Handover("class", "maple-5a", TEACHER, OTHER_TEACHER, NOW))
        work.joinings.put((_newcomer(),))
        work.visits.add((a_visit(),))
        work.time_offers.put((TimeOffer("times", a_visit().uid, VOLUNTEER, (), "In June", NOW),))
    return world


@pytest.mark.each_engine
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("rivals", RIVALS.values(), ids=RIVALS)
def test_second_waits_for_the_first_and_is_refused(arena: World, rivals: Rivals) -> None:
    with ThreadPoolExecutor(1) as pool:
        with arena.store.write() as work:
            rivals.first(arena, Within(work))
            second = pool.submit(rivals.second, arena, arena.store)
            with pytest.raises(TimeoutError):
                second.result(A_WHILE_SECONDS)
        with pytest.raises(IllegalTransition):
            second.result()


@pytest.mark.each_engine
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_of_two_contacts_added_at_once_none_is_lost(world: World) -> None:
    def add(store: Store, name: str) -> None:
        contact = Contact(name, email=f"{name}@robots.example")
        add_contact(store, "robots", contact, is_main=False, actor=world.coordinator, now=NOW)

    with world.store.write() as work:
        work.districts.put_organizations((an_organization(),))
    with ThreadPoolExecutor(1) as pool:
        with world.store.write() as work:
            add(Within(work), "ada")
            second = pool.submit(add, world.store, "bo")
            with pytest.raises(TimeoutError):
                second.result(A_WHILE_SECONDS)
        second.result()
    with world.store.read() as work:
        kept = work.districts.organizations()["robots"].contacts
    assert [contact.name for contact in kept] == ["ada", "bo"]


def _newcomer() -> Joining:
    return Joining(
        key="new",
        email="new@x.example",
        name="Nia",
        level_by_topic={"robotics": 2},
        grades=frozenset({5}),
        languages=("en",),
        formats=frozenset({Format.IN_PERSON}),
        asked_at=NOW,
        state=JoiningState.WAITING,
        confirmed_at=NOW,
    )
