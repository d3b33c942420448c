"""What tests of stand-ins share: a drop-out, a look at the searches, links and who was told."""

from __future__ import annotations

from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.stand_ins import StandInAsk, StandInSearch
from scheduler.domain.visits import Visit
from scheduler.services.stand_in_answers import (
    Ask,
    AskStanding,
    open_ask,
    step_in,
)
from scheduler.services.stand_in_rounds import Advanced, advance_stand_ins
from scheduler.services.stand_ins import stop_search
from scheduler.services.tokens import stand_in_token
from tests.builders import (
    VOLUNTEER,
    a_volunteer,
)
from tests.services.world import KEY, World, two_more_volunteers

DORA, ELIO, FAYE = (f"{name}@robots.example" for name in ("dora", "elio", "faye"))
OFFICE = "olga@schools.example"


def certain_visit(world: World) -> Visit:
    """Return a confirmed visit of Amara's in 17 days, five others who could come, and an office."""
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    three_more = (
        a_volunteer(email=email, name=email[:4].title(), level_by_topic={"robotics": 1})
        for email in (DORA, ELIO, FAYE)
    )
    world.put_volunteers(*two_more_volunteers(), *three_more)
    with world.store.write() as work:
        office = Person(OFFICE, "Olga Wirth", (Role(RoleName.OFFICE),), ("maple",))
        work.people.put((office,))
    return world.visits_of()[0]


def drop_out(world: World, visit: Visit) -> None:
    """Let Amara say that she cannot come after all."""
    world.answer(visit, VOLUNTEER, False, "I am ill.")


def advance(world: World) -> Advanced:
    """Do what is due of every search at this world's hour."""
    return advance_stand_ins(world.store, now=world.now, gazetteer=world.gazetteer)


def search_of(world: World, visit: Visit) -> StandInSearch:
    """Return the latest search for a visit."""
    with world.store.read() as work:
        return work.stand_ins.of_visits((visit.uid,))[-1]


def asks_of(world: World, visit: Visit) -> tuple[StandInAsk, ...]:
    """Return everybody asked in it."""
    with world.store.read() as work:
        return work.stand_ins.asks((search_of(world, visit).key,))


def asked(world: World, visit: Visit) -> list[str]:
    """Return their addresses, in the order of asking."""
    return [ask.email for ask in asks_of(world, visit)]


def link(world: World, visit: Visit, email: str) -> str:
    """Return the secret part of somebody's link to step in."""
    return stand_in_token(search_of(world, visit).key, email, key=KEY)


def yes(world: World, visit: Visit, email: str) -> AskStanding:
    """Step in by the link; return how things stand then."""
    token = link(world, visit, email)
    shown = step_in(world.store, token, now=world.now, key=KEY, gazetteer=world.gazetteer)
    return shown.standing


def standing(world: World, visit: Visit, email: str) -> AskStanding:
    """Return how things stand for somebody who was asked."""
    return ask_of(world, visit, email).standing


def ask_of(world: World, visit: Visit, email: str) -> Ask:
    """Return what somebody's link shows."""
    return open_ask(world.store, link(world, visit, email), now=world.now, key=KEY)


def stop(world: World, visit: Visit) -> None:
    """Stop the search as a coordinator."""
    key = search_of(world, visit).key
    stop_search(world.store, key, actor=world.coordinator, now=world.now)


def told(world: World, visit: Visit, *purposes: str) -> list[tuple[str, str]]:
    """Return whom mails of these purposes about a visit go to, with the purpose."""
    return sorted((r.purpose, r.recipient) for r in world.mail_of(visit) if r.purpose in purposes)
