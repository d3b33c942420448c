"""Invitations without an answer: one more mail, and then the place goes to somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.other_times import TimeOffer
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import NO_ANSWER, Partstat, Visit, VisitState
from scheduler.services.rounds import Asked, ask_daily
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_volunteer,
    moment,
)
from tests.services.test_delivery import PostOffice, deliver
from tests.services.world import BRUNO, World, two_more_volunteers

ASKED_AGAIN = moment("2026-11-25 08:00")
LAST_DAY = moment("2026-11-30 08:00")
LET_GO = moment("2026-12-01 08:00")


def invited(world: World) -> Visit:
    """Invite Amara on the day the tests begin; the mail arrives."""
    (visit,) = world.invite()
    deliver(world)
    return visit


def until(world: World, end: datetime) -> Asked:
    """Let days go by with a round and the mail each morning; return what was asked in all."""
    silent = let_go = 0
    while world.now < end:
        world.now = min(world.now + timedelta(hours=8), end)
        asked = ask_daily(world.store, now=world.now)
        silent, let_go = silent + asked.silent, let_go + asked.let_go
        deliver(world)
    return Asked(silent=silent, let_go=let_go)


def told(world: World, visit: Visit, *purposes: str) -> list[tuple[str, str]]:
    """Return purpose and recipient of every such mail about the visit, sorted."""
    return sorted((r.purpose, r.recipient) for r in world.mail_of(visit) if r.purpose in purposes)


@pytest.mark.each_engine
def test_silent_guest_is_asked_once_more_and_then_let_go(world: World) -> None:
    visit = invited(world)
    assert until(world, ASKED_AGAIN - timedelta(hours=1)) == Asked()
    assert until(world, LAST_DAY) == Asked(silent=1)
    assert world.visits_of() == (visit,)
    assert until(world, LET_GO + timedelta(days=2)) == Asked(let_go=1)
    (after,) = world.visits_of()
    (booking,) = after.bookings
    assert (booking.partstat, booking.reason) == (Partstat.DECLINED, NO_ANSWER)
    assert after.state is VisitState.CANCELLED
    assert world.request().state is RequestState.OPEN
    assert told(world, visit, "no_answer_yet", "lapsed", "let_go", "declined", "reopened") == [
        ("lapsed", VOLUNTEER),
        ("let_go", COORDINATOR),
        ("let_go", TEACHER),
        ("no_answer_yet", VOLUNTEER),
    ]


def test_who_was_let_go_is_not_asked_for_the_same_again(world: World) -> None:
    invited(world)
    until(world, LET_GO)
    world.put_volunteers(*two_more_volunteers())
    world.propose()
    proposal = world.proposal()
    assert proposal is not None
    assert [speaker.email for speaker in proposal.speakers] == [BRUNO]


def test_answer_after_the_second_mail_keeps_the_visit(world: World) -> None:
    visit = invited(world)
    until(world, LAST_DAY)
    world.answer(visit, VOLUNTEER, True)
    assert until(world, LET_GO + timedelta(days=2)) == Asked()
    assert world.visits_of()[0].state is VisitState.CONFIRMED


def test_certain_visit_is_never_let_go(world: World) -> None:
    visit = invited(world)
    certain = replace(visit, state=VisitState.CONFIRMED)
    with world.store.write() as work:
        work.visits.save((certain,))
    assert until(world, LET_GO + timedelta(days=2)) == Asked()
    assert world.visits_of() == (certain,)


def test_days_count_from_when_the_mail_went_out(world: World) -> None:
    world.invite()
    down = PostOffice({VOLUNTEER: 450})
    for _ in range(3):
        deliver(world, by=down)
        world.wait(days=1)
    deliver(world)
    sent_on = world.now
    assert until(world, ASKED_AGAIN) == Asked()
    assert until(world, sent_on + timedelta(days=5)) == Asked(silent=1)


def test_mail_that_never_arrives_lets_nobody_go(world: World) -> None:
    (visit,) = world.invite()
    deliver(world, by=PostOffice({VOLUNTEER: 550}))
    assert until(world, LET_GO) == Asked()
    assert world.visits_of() == (visit,)


def test_who_offered_other_times_has_answered(world: World) -> None:
    visit = invited(world)
    offer = TimeOffer("o", visit.uid, VOLUNTEER, (moment("2026-12-09 10:40"),), "", world.now)
    with world.store.write() as work:
        work.time_offers.put((offer,))
    assert until(world, LET_GO) == Asked()


def test_district_may_wait_until_the_visit(world: World) -> None:
    visit = invited(world)
    with world.store.write() as work:
        work.mail_doors.put_rules(MailRules(let_go_days=0))
    assert until(world, LET_GO + timedelta(days=3)) == Asked(silent=1)
    assert world.visits_of() == (visit,)


def test_near_visit_looks_for_a_stand_in_instead(world: World) -> None:
    with world.store.write() as work:
        work.mail_doors.put_rules(MailRules(let_go_days=7))
    visit = invited(world)
    until(world, moment("2026-12-03 08:00"))
    assert world.visits_of()[0].state is VisitState.INVITED
    with world.store.read() as work:
        (search,) = work.stand_ins.of_visits((visit.uid,))
    assert search.dropped == VOLUNTEER
    # The search has its own word for the teacher.
    assert told(world, visit, "let_go") == [("let_go", COORDINATOR)]


def test_series_is_asked_after_in_one_mail(world: World) -> None:
    limits = replace(a_volunteer().limits, max_per_month=5)
    world.put_volunteers(a_volunteer(limits=limits))
    world.put_requests(a_request(sessions=3))
    first, second, third = world.invite()
    deliver(world)
    world.answer(second, VOLUNTEER, True)
    assert until(world, LAST_DAY) == Asked(silent=1)
    (row,) = (r for r in world.mail_of(first) if r.purpose == "no_answer_yet")
    assert row.visits == (first.uid, third.uid)
    assert until(world, LET_GO) == Asked(let_go=2)
    states = [visit.state for visit in world.visits_of()]
    assert states == [VisitState.CANCELLED, VisitState.CONFIRMED, VisitState.CANCELLED]


def test_near_visit_leaves_days_to_find_somebody_else(world: World) -> None:
    limits = replace(a_volunteer().limits, notice_days=0)
    world.put_volunteers(replace(a_volunteer(), limits=limits))
    world.now = moment("2026-11-30 07:00")
    visit = invited(world)
    assert until(world, moment("2026-12-04 09:00")) == Asked(silent=1)
    (again,) = (row for row in world.mail_of(visit) if row.purpose == "no_answer_yet")
    assert again.facts["kept_days"] == 1
    assert until(world, moment("2026-12-06 07:00")) == Asked()
    assert until(world, moment("2026-12-06 09:00")) == Asked(let_go=1)
