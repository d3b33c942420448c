"""Other times go to a coordinator, and only a coordinator's word changes the visit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, NotAllowed, Unknown
from scheduler.domain.other_times import OfferState, TimeOffer
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor
from scheduler.services.announcements import TIME_KEPT, TIMES_OFFERED
from scheduler.services.other_times import keep, offer_times, offers, take, times_for
from scheduler.services.tokens import answer_token
from tests.actors import VERA
from tests.builders import COORDINATOR, VOLUNTEER, a_request, moment
from tests.services.world import KEY, World

THURSDAY = moment("2026-12-10 10:40")


def invited(world: World) -> Visit:
    world.put_requests(a_request("2026-12-08 P3", "2026-12-10 P3"))
    (visit,) = world.invite()
    return visit


def offered(world: World, visit: Visit, *starts: datetime, words: str = "") -> TimeOffer:
    token = answer_token(visit.uid, VOLUNTEER, key=KEY)
    return offer_times(world.store, token, starts=starts, words=words, now=world.now, key=KEY)


def waiting(world: World) -> list[TimeOffer]:
    return [line.offer for line in offers(world.store, actor=world.coordinator, now=world.now)]


def test_times_are_the_teachers_other_windows(world: World) -> None:
    visit = invited(world)
    token = answer_token(visit.uid, VOLUNTEER, key=KEY)
    assert times_for(world.store, token, now=world.now, key=KEY) == (THURSDAY,)


def test_offer_reaches_the_coordinators_and_changes_nothing(world: World) -> None:
    visit = invited(world)
    offer = offered(world, visit, THURSDAY, words="or any Friday")
    assert world.visits_of() == (visit,)
    assert waiting(world) == [offer]
    assert (TIMES_OFFERED, COORDINATOR, "due") in world.told(visit)
    world.timetable.tick()
    (mail,) = (m for m in world.transport.sent if m.recipient == COORDINATOR)
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Amara Okafor cannot come for “Robots around us” then, but at another time." in text
    assert "- Thursday 10 December, 10:40" in text
    assert "“or any Friday”" in text


def test_newer_offer_takes_the_place_of_an_older_one(world: World) -> None:
    visit = invited(world)
    offered(world, visit, words="Some Friday")
    newer = offered(world, visit, THURSDAY)
    assert waiting(world) == [newer]


def test_plain_answer_leaves_no_offer_waiting(world: World) -> None:
    visit = invited(world)
    offered(world, visit, THURSDAY)
    world.wait(hours=1)
    world.answer(visit, VOLUNTEER, says_yes=True)
    assert waiting(world) == []


def test_taking_a_time_moves_the_visit(world: World) -> None:
    visit = invited(world)
    offer = offered(world, visit, THURSDAY)
    take(
        world.store,
        offer.key,
        start=THURSDAY,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    (planned,) = world.visits_of()
    assert planned.pending_move is not None
    assert planned.pending_move.period.start == THURSDAY
    assert waiting(world) == []
    with pytest.raises(IllegalTransition):
        keep(world.store, offer.key, actor=world.coordinator, now=world.now)


def test_keeping_the_time_tells_the_volunteer(world: World) -> None:
    visit = invited(world)
    offer = offered(world, visit, THURSDAY)
    kept = keep(world.store, offer.key, actor=world.coordinator, now=world.now)
    assert kept.state is OfferState.KEPT
    assert (TIME_KEPT, VOLUNTEER, "due") in world.told(visit)
    assert world.visits_of() == (visit,)


def test_time_that_was_not_offered_cannot_be_taken(world: World) -> None:
    visit = invited(world)
    offer = offered(world, visit, THURSDAY)
    with pytest.raises(Unknown):
        take(
            world.store,
            offer.key,
            start=THURSDAY + timedelta(days=1),
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )
    assert world.visits_of() == (visit,)


def test_time_that_does_not_suit_the_class_is_refused(world: World) -> None:
    visit = invited(world)
    with pytest.raises(ValueError, match="does not suit"):
        offered(world, visit, THURSDAY + timedelta(hours=1))


def test_nothing_is_offered_once_the_visit_was_called_off(world: World) -> None:
    visit = invited(world)
    world.answer(visit, VOLUNTEER, says_yes=False)
    assert world.visits_of()[0].state is VisitState.CANCELLED
    with pytest.raises(IllegalTransition):
        offered(world, visit, THURSDAY)


def test_only_coordinators_decide(world: World) -> None:
    visit = invited(world)
    offer = offered(world, visit, THURSDAY)
    assert offers(world.store, actor=VERA, now=world.now)[0].offer == offer
    with pytest.raises(NotAllowed):
        keep(world.store, offer.key, actor=VERA, now=world.now)
    with pytest.raises(NotAllowed):
        offers(world.store, actor=Actor(VOLUNTEER, "Amara"), now=world.now)
