"""Approving: checked again in the transaction that books, held back, taken back without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.proposals import ProposalState, ProposedSpeaker
from scheduler.domain.requests import RequestState
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.services import approvals
from scheduler.services.visits import release_due
from tests.builders import (
    NOW,
    TEACHER,
    VOLUNTEER,
    a_proposal,
    a_request,
    a_volunteer,
    period,
)
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers


@pytest.mark.each_engine
def test_approval_keeps_volunteer_class_and_room_and_tells_nobody_yet(world: World) -> None:
    world.put_proposals(a_proposal())
    done = world.approve("robots")
    (visit,) = world.visits_of()
    assert done == approvals.Approval(approved=("robots",), release_at=NOW + timedelta(minutes=10))
    assert visit.state is VisitState.HELD
    assert visit.sequence == 0
    assert visit.bookings == (Booking(VOLUNTEER, format=Format.IN_PERSON),)
    assert {key for key, _ in visit.occupied} == {
        f"volunteer:{VOLUNTEER}",
        f"teacher:{TEACHER}",
        "class:maple-5a",
        "room:maple/12",
    }
    assert world.told(visit) == [
        ("announcement", TEACHER, "held"),
        ("invitation", VOLUNTEER, "held"),
    ]
    assert world.request().state is RequestState.BOOKED


@pytest.mark.each_engine
def test_release_invites_once_the_hold_back_has_ended(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    (visit,) = world.visits_of()
    world.wait(minutes=9)
    assert release_due(world.store, now=world.now).visits == ()
    world.wait(minutes=1)
    assert release_due(world.store, now=world.now).visits == (visit.uid,)
    (visit,) = world.visits_of()
    assert (visit.state, visit.was_released, visit.sequence) == (VisitState.INVITED, True, 0)
    assert world.told(visit) == [
        ("announcement", TEACHER, "due"),
        ("invitation", VOLUNTEER, "due"),
    ]


@pytest.mark.each_engine
def test_approving_again_is_no_error_and_books_nothing_twice(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    assert world.approve("robots") == approvals.Approval(already=("robots",))
    assert len(world.visits_of()) == 1


def test_stale_proposal_is_refused_with_the_rule_that_broke(world: World) -> None:
    world.put_proposals(a_proposal())
    afternoons = a_volunteer(
        weekly=tuple(replace(b, start=b.start.replace(hour=13)) for b in a_volunteer().weekly)
    )
    world.put_volunteers(afternoons)
    done = world.approve("robots")
    assert done.approved == ()
    assert [f.rule for f in done.stale["robots"]] == ["within_availability"]
    assert world.visits_of() == ()
    assert world.proposal().state is ProposalState.STALE
    assert world.request().state is RequestState.OPEN


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("still_active", a_volunteer(is_active=False)),
        ("clearance_valid", a_volunteer(clearances=())),
        ("topic_match", a_volunteer(level_by_topic={"engineering2": 3})),
        ("grade_match", a_volunteer(grades=frozenset({9}))),
        ("format_kept", a_volunteer(formats=frozenset({Format.VIRTUAL}))),
        ("within_availability", a_volunteer(weekly=())),
    ],
)
def test_whatever_changed_about_the_volunteer_is_seen(
    world: World, rule: str, changed: object
) -> None:
    world.put_proposals(a_proposal())
    world.put_volunteers(changed)
    assert [finding.rule for finding in world.approve("robots").stale["robots"]] == [rule]


def test_day_that_was_closed_meanwhile_is_seen(world: World) -> None:
    world.put_proposals(a_proposal())
    with world.store.write() as work:
        snow = DateRange(date(2026, 12, 8), date(2026, 12, 8))
        work.districts.put_closures((Closure("maple", snow, "Snow day"),))
    assert [f.rule for f in world.approve("robots").stale["robots"]] == ["still_offered"]


def test_one_stale_proposal_keeps_all_given_ones_from_being_approved(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere())
    bridges = a_proposal(request="bridges", speakers=(ProposedSpeaker(BRUNO, Format.IN_PERSON),))
    world.put_proposals(a_proposal(), bridges)
    world.put_volunteers(a_volunteer(clearances=()))
    done = world.approve("robots", "bridges")
    assert (done.approved, tuple(done.stale)) == ((), ("robots",))
    assert world.visits_of("bridges") == ()
    assert world.proposal("bridges").state is ProposalState.PENDING


def test_lesson_that_has_begun_is_not_approved(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
    world.put_proposals(a_proposal())
    world.now = a_proposal().sessions[0].start
    assert [f.rule for f in world.approve("robots").stale["robots"]] == ["still_offered"]
    assert world.visits_of() == ()


def test_bulk_approval_goes_on_with_the_rest(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere())
    bridges = a_proposal(request="bridges", speakers=(ProposedSpeaker(BRUNO, Format.IN_PERSON),))
    world.put_proposals(a_proposal(), bridges)
    world.put_volunteers(a_volunteer(clearances=()))
    done = approvals.approve_ready(
        world.store, actor=world.coordinator, now=world.now, gazetteer=world.gazetteer
    )
    assert (done.approved, tuple(done.stale)) == (("bridges",), ("robots",))


@pytest.mark.each_engine
def test_two_proposals_for_one_hour_of_one_person_are_not_both_approved(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(), a_proposal(request="bridges"))
    done = world.approve("bridges", "robots", all_or_nothing=False)
    assert done.approved == ("bridges",)
    assert {finding.rule for finding in done.stale["robots"]} >= {"travel_time"}


def test_series_is_approved_whole_and_announced_in_one_mail_each(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, max_per_month=5)))
    world.put_requests(a_request(sessions=3))
    first, second, third = world.invite()
    assert [v.session for v in (first, second, third)] == [1, 2, 3]
    assert second.period == period("2026-12-15 10:40-11:30")
    assert world.told(first) == [
        ("announcement", TEACHER, "due"),
        ("invitation", VOLUNTEER, "due"),
    ]
    assert world.mail_of(second) == world.mail_of(third) == ()
    assert world.mail_of(first)[0].facts["visits"] == [first.uid, second.uid, third.uid]


def test_panel_is_one_visit_with_a_booking_and_an_invitation_each(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=3))
    (visit,) = world.invite()
    assert sorted(visit.volunteers) == sorted((VOLUNTEER, BRUNO, CHLOE))
    invited = [to for purpose, to, _ in world.told(visit) if purpose == "invitation"]
    assert invited == sorted((VOLUNTEER, BRUNO, CHLOE))


@pytest.mark.each_engine
def test_undo_before_the_release_leaves_no_trace(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    (visit,) = world.visits_of()
    world.wait(minutes=9)
    undone = approvals.undo(world.store, ("robots",), actor=world.coordinator, now=world.now)
    assert undone == ("robots",)
    assert world.visits_of() == ()
    assert world.mail_of(visit) == ()
    assert world.request().state is RequestState.OPEN
    assert world.proposal() == a_proposal()
    world.approve("robots")
    assert len(world.visits_of()) == 1


def test_undo_after_the_release_is_refused_and_changes_nothing(world: World) -> None:
    (visit,) = world.invite()
    with pytest.raises(IllegalTransition):
        approvals.undo(world.store, ("robots",), actor=world.coordinator, now=world.now)
    assert world.visits_of() == (visit,)


def test_request_without_a_proposal_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        world.approve("robots")


def test_rejected_proposal_cannot_be_approved(world: World) -> None:
    world.put_proposals(a_proposal(state=ProposalState.REJECTED))
    with pytest.raises(IllegalTransition):
        world.approve("robots")


def test_person_who_steps_in_is_asked_at_once_into_the_same_visit(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=2))
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    world.answer(visit, BRUNO, False, "I am away")
    world.propose()
    done = world.approve("robots")
    (same,) = world.visits_of()
    assert done.approved == ("robots",)
    assert same.uid == visit.uid
    assert [(b.volunteer_email, b.partstat, b.removed) for b in same.bookings] == [
        (VOLUNTEER, Partstat.ACCEPTED, False),
        (BRUNO, Partstat.DECLINED, True),
        (CHLOE, Partstat.NEEDS_ACTION, False),
    ]
    assert ("invitation", CHLOE, "due") in world.told(same)
