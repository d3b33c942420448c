"""Clearances: whose end is listed when, and who is asked to renew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.volunteers import ClearanceState
from scheduler.services.asking import reference_of
from scheduler.services.clearances import (
    Urgency,
    add_clearance,
    approve_clearance,
    ask_to_renew,
    clearances,
)
from tests.actors import VERA
from tests.builders import VOLUNTEER, a_clearance, a_volunteer
from tests.services.world import BRUNO, CHLOE, World, two_more_volunteers

ENDS = {
    VOLUNTEER: date(2026, 12, 1),
    BRUNO: date(2027, 1, 30),
    CHLOE: date(2026, 11, 1),
}


def let_end(world: World) -> None:
    bruno, chloe = two_more_volunteers()
    world.put_volunteers(
        *(
            replace(each, clearances=(a_clearance(expires=ENDS[each.email]),))
            for each in (a_volunteer(), bruno, chloe)
        )
    )


def test_groups_hold_who_ends_when(world: World) -> None:
    let_end(world)
    page = clearances(world.store, actor=VERA, now=world.now)
    found = {urgency: [line.email for line in lines] for urgency, lines in page.groups}
    assert found == {
        Urgency.ENDED: [CHLOE],
        Urgency.IN_30_DAYS: [VOLUNTEER],
        Urgency.IN_60_DAYS: [],
        Urgency.IN_90_DAYS: [BRUNO],
    }


def test_clearance_that_another_follows_is_not_listed(world: World) -> None:
    both = (a_clearance(expires=date(2026, 12, 1)), a_clearance(expires=None))
    world.put_volunteers(a_volunteer(clearances=both))
    assert clearances(world.store, actor=VERA, now=world.now).lines == ()


def test_reminder_says_which_ends_and_when(world: World) -> None:
    let_end(world)
    references = [reference_of(email) for email in (VOLUNTEER, CHLOE)]
    asked = ask_to_renew(world.store, references, actor=world.coordinator, now=world.now)
    assert asked == ("Chloé Roy", "Amara Okafor")
    world.post()
    subject_by_recipient = {
        mail.recipient: mail.message["Subject"] for mail in world.transport.sent
    }
    assert subject_by_recipient == {
        VOLUNTEER: "Your clearance ends on Tue 1 December 2026",
        CHLOE: "Your clearance ended on Sun 1 November 2026",
    }


def test_clearance_that_waits_holds_from_the_day_it_is_approved(world: World) -> None:
    waiting = a_clearance(state=ClearanceState.PENDING, approved=None, expires=None)
    world.put_volunteers(a_volunteer(clearances=()))
    amara = reference_of(VOLUNTEER)
    add_clearance(world.store, amara, waiting, actor=world.coordinator, now=world.now)
    approve_clearance(world.store, amara, 0, actor=world.coordinator, now=world.now)
    with world.store.read() as work:
        volunteer = work.volunteers.get(VOLUNTEER)
        assert volunteer is not None
        assert volunteer.clearances == (
            replace(waiting, state=ClearanceState.APPROVED, approved=date(2026, 11, 21)),
        )
    with pytest.raises(Unknown):
        approve_clearance(world.store, amara, 7, actor=world.coordinator, now=world.now)
