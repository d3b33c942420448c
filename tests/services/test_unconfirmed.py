"""A time that the teacher did not offer: asked again, then called off, and everybody is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.changing import say_yes
from scheduler.services.rounds import Asked
from scheduler.services.unconfirmed import NOT_CONFIRMED
from tests.actors import LENA
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_volunteer, moment
from tests.services.test_booking_by_hand import book
from tests.services.test_delivery import PostOffice, deliver
from tests.services.test_silence import told, until
from tests.services.world import World

ASKED_AGAIN = moment("2026-11-25 08:00")
LAST_DAY = moment("2026-11-30 08:00")
CALLED_OFF = moment("2026-12-01 08:00")


@pytest.fixture
def unconfirmed(world: World) -> Visit:
    """A visit at a time that Lena did not offer; Amara has said yes, Lena got the question."""
    book(world, "robots", VOLUNTEER, start=moment("2026-12-09 12:30"))
    world.release()
    deliver(world)
    (visit,) = world.visits_of()
    return world.answer(visit, VOLUNTEER, True)


@pytest.mark.each_engine
def test_silent_teacher_is_asked_once_more_and_then_the_visit_is_off(
    world: World, unconfirmed: Visit
) -> None:
    until(world, ASKED_AGAIN)
    assert told(world, unconfirmed, "other_time") == [("other_time", TEACHER)] * 2
    until(world, LAST_DAY)
    assert world.visits_of() == (unconfirmed,)
    assert until(world, CALLED_OFF) == Asked(let_go=1)
    (off,) = world.visits_of()
    assert (off.state, off.cancel_reason) == (VisitState.CANCELLED, NOT_CONFIRMED)
    assert world.request().state is RequestState.OPEN
    facts = [row.facts for row in world.mail_of(off) if row.purpose == "cancellation"]
    assert [each["is_open_again"] for each in facts] == [True] * 3
    assert told(world, off, "cancellation") == [
        ("cancellation", each) for each in sorted((VOLUNTEER, COORDINATOR, TEACHER))
    ]
    assert until(world, moment("2026-12-08 08:00")) == Asked()


def test_second_question_says_until_when(world: World, unconfirmed: Visit) -> None:
    until(world, ASKED_AGAIN)
    mail = next(
        sent.message
        for sent in reversed(world.transport.sent)
        if sent.recipient == TEACHER and "suit you" in str(sent.message["Subject"])
    )
    body = mail.get_body(("plain",))
    assert body is not None
    assert "until Monday 30 November" in body.get_content()


def test_yes_of_the_teacher_keeps_the_visit(world: World, unconfirmed: Visit) -> None:
    until(world, LAST_DAY)
    say_yes(world.store, "robots", actor=LENA, now=world.now)
    assert until(world, CALLED_OFF) == Asked()
    assert world.visits_of()[0].state is VisitState.CONFIRMED


def test_question_that_never_arrived_calls_nothing_off(world: World) -> None:
    book(world, "robots", VOLUNTEER, start=moment("2026-12-09 12:30"))
    world.release()
    deliver(world, by=PostOffice({TEACHER: 550}))
    (visit,) = world.visits_of()
    world.answer(visit, VOLUNTEER, True)
    assert until(world, CALLED_OFF) == Asked()


def test_district_may_wait_until_the_visit(world: World, unconfirmed: Visit) -> None:
    with world.store.write() as work:
        work.mail_doors.put_rules(MailRules(let_go_days=0))
    assert until(world, moment("2026-12-09 08:00")) == Asked(silent=1)
    assert world.visits_of() == (unconfirmed,)


def test_near_visit_is_called_off_on_the_day_before(world: World) -> None:
    limits = replace(a_volunteer().limits, notice_days=0)
    world.put_volunteers(a_volunteer(limits=limits))
    world.now = moment("2026-12-06 07:00")
    book(world, "robots", VOLUNTEER, start=moment("2026-12-09 12:30"))
    world.release()
    deliver(world)
    world.answer(world.visits_of()[0], VOLUNTEER, True)
    assert until(world, moment("2026-12-07 09:00")) == Asked(silent=1)
    assert until(world, moment("2026-12-08 09:00")) == Asked(let_go=1)
