"""A visit after its approval: answers, moves and cancellations, each with its mail, in one go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import (
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    Unknown,
)
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.services import visits
from scheduler.services.access import Actor
from tests.actors import LENA, OMAR
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_volunteer,
    moment,
    period,
)
from tests.services.test_booking_by_hand import book
from tests.services.world import (
    BRUNO,
    CHLOE,
    World,
    elsewhere,
    two_more_volunteers,
)

THURSDAY = moment("2026-12-10 10:40")


def move(world: World, visit: Visit, start: datetime) -> Visit:
    """Move a visit as the coordinator."""
    return visits.move(
        world.store,
        visit.uid,
        start=start,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def cancel(world: World, visit: Visit, *, actor: Actor | None = None) -> Visit:
    """Cancel a visit, as the coordinator unless somebody else is named."""
    return visits.cancel(
        world.store,
        visit.uid,
        reason="The class is on a trip",
        actor=actor or world.coordinator,
        now=world.now,
    )


class TestYes:
    @pytest.mark.each_engine
    def test_last_yes_confirms_and_tells_volunteer_and_teacher(self, world: World) -> None:
        (visit,) = world.invite()
        answered = world.answer(visit, VOLUNTEER, True)
        assert (answered.state, answered.sequence) == (VisitState.CONFIRMED, 1)
        assert ("confirmation", VOLUNTEER, "due") in world.told(visit)
        assert ("confirmation_teacher", TEACHER, "due") in world.told(visit)

    def test_same_answer_again_changes_nothing(self, world: World) -> None:
        (visit,) = world.invite()
        first = world.answer(visit, VOLUNTEER, True)
        told = world.told(visit)
        world.wait(hours=1)
        assert world.answer(visit, VOLUNTEER, True) == first
        assert world.told(visit) == told

    def test_one_yes_of_a_panel_confirms_nothing_yet(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        answered = world.answer(visit, VOLUNTEER, True)
        assert (answered.state, answered.sequence) == (VisitState.INVITED, 0)
        assert not any(purpose == "confirmation" for purpose, _, _ in world.told(visit))

    def test_yes_to_a_whole_series_is_confirmed_in_one_mail(self, world: World) -> None:
        generous = replace(a_volunteer().limits, max_per_month=5)
        world.put_volunteers(a_volunteer(limits=generous))
        world.put_requests(a_request(sessions=3))
        series = world.invite()
        visits.answer(
            world.store,
            (visit.uid for visit in series),
            email=VOLUNTEER,
            says_yes=True,
            actor=world.coordinator,
            now=world.now,
        )
        assert [v.state for v in world.visits_of()] == [VisitState.CONFIRMED] * 3
        told = [purpose for visit in series for purpose, _, _ in world.told(visit)]
        assert told.count("confirmation") == 1

    def test_held_visit_takes_no_answer_since_nobody_was_asked(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        (visit,) = world.visits_of()
        with pytest.raises(IllegalTransition):
            world.answer(visit, VOLUNTEER, True)


class TestNo:
    def test_no_of_the_only_one_cancels_reopens_and_tells(self, world: World) -> None:
        (visit,) = world.invite()
        off = world.answer(visit, VOLUNTEER, False, "I am ill")
        assert (off.state, off.sequence, off.cancel_reason) == (VisitState.CANCELLED, 1, "I am ill")
        assert off.bookings[0].partstat is Partstat.DECLINED
        assert world.request().state is RequestState.OPEN
        proposal = world.proposal()
        assert proposal is not None
        assert proposal.state is ProposalState.STALE
        assert world.told(visit) == [
            ("announcement", TEACHER, "superseded"),
            ("declined", COORDINATOR, "due"),
            ("invitation", VOLUNTEER, "superseded"),
            ("reopened", TEACHER, "due"),
            ("taken_out", VOLUNTEER, "due"),
        ]

    def test_no_of_one_among_several_keeps_the_visit(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        left = world.answer(visit, BRUNO, False)
        assert (left.state, left.volunteers) == (VisitState.CONFIRMED, (VOLUNTEER,))
        assert world.request().state is RequestState.OPEN
        assert ("invitation", VOLUNTEER, "due") in world.told(visit)

    def test_whoever_said_no_is_not_proposed_again_for_it(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, False)
        world.propose()
        proposal = world.proposal()
        assert proposal is not None
        assert [speaker.email for speaker in proposal.speakers] == [BRUNO]

    def test_drop_out_after_a_yes_leaves_the_visit_open_for_a_stand_in(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        left = world.answer(visit, VOLUNTEER, False)
        assert (left.state, left.sequence, left.volunteers) == (VisitState.INVITED, 2, ())

    def test_lost_session_of_a_series_is_sought_anew_with_a_whole_team(self, world: World) -> None:
        generous = replace(a_volunteer().limits, max_per_month=5)
        world.put_volunteers(a_volunteer(limits=generous), *two_more_volunteers())
        world.put_requests(a_request(sessions=3))
        _, second, _ = world.invite()
        world.answer(second, VOLUNTEER, False)
        world.propose()
        proposal = world.proposal()
        assert proposal is not None
        assert proposal.sessions == (second.period,)
        assert [speaker.email for speaker in proposal.speakers] == [BRUNO]
        world.approve("robots")
        fresh = next(v for v in world.visits_of() if v.volunteers == (BRUNO,))
        assert (fresh.session, fresh.state) == (2, VisitState.HELD)
        assert fresh.uid != second.uid


class TestWhoAnswers:
    def test_nobody_answers_for_somebody_else(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        (visit,) = world.invite()
        bruno = Actor(BRUNO, "Bruno", is_volunteer=True)
        for email in (VOLUNTEER, BRUNO):
            with pytest.raises(Unknown):
                visits.answer(
                    world.store,
                    (visit.uid,),
                    email=email,
                    says_yes=True,
                    actor=bruno,
                    now=world.now,
                )
        assert world.visits_of() == (visit,)


class TestCancelling:
    @pytest.mark.each_engine
    def test_everyone_who_knew_is_told_and_nobody_is_reminded(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        off = cancel(world, visit)
        assert (off.state, off.sequence, off.cancelled_at) == (VisitState.CANCELLED, 2, world.now)
        assert world.told(visit) == [
            ("announcement", TEACHER, "superseded"),
            ("cancellation", VOLUNTEER, "due"),
            ("cancellation", TEACHER, "due"),
            ("confirmation", VOLUNTEER, "superseded"),
            ("confirmation_teacher", TEACHER, "superseded"),
            ("invitation", VOLUNTEER, "superseded"),
        ]
        assert world.request().state is RequestState.WITHDRAWN

    def test_who_called_it_off_is_not_told_as_if_it_were_somebody_else(self, world: World) -> None:
        (visit,) = world.invite()
        cancel(world, visit, actor=LENA)
        told = {
            r.recipient: r.facts.get("is_own") for r in world.mail_of(visit) if r.facts.get("by")
        }
        assert told == {TEACHER: True, VOLUNTEER: None, COORDINATOR: None}

    def test_held_visit_is_cancelled_without_a_word(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        (visit,) = world.visits_of()
        off = cancel(world, visit)
        assert (off.was_released, off.occupied) == (False, ())
        assert {state for _, _, state in world.told(visit)} == {"superseded"}

    def test_its_teacher_may_and_another_may_not(self, world: World) -> None:
        (visit,) = world.invite()
        with pytest.raises(Unknown):
            cancel(world, visit, actor=OMAR)
        off = cancel(world, visit, actor=LENA)
        assert off.state is VisitState.CANCELLED

    def test_one_date_of_a_series_called_off_leaves_the_news_of_the_others(
        self, world: World
    ) -> None:
        generous = replace(a_volunteer().limits, max_per_month=5)
        world.put_volunteers(a_volunteer(limits=generous))
        world.put_requests(a_request(sessions=3))
        first, _, _ = world.invite()
        cancel(world, first)
        assert ("invitation", VOLUNTEER, "due") in world.told(first)
        assert ("cancellation", VOLUNTEER, "due") in world.told(first)

    def test_visit_that_is_over_cannot_be_called_off_or_answered(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = visit.period.end
        with pytest.raises(IllegalTransition, match="over cannot be cancelled"):
            cancel(world, visit)
        for says_yes in (True, False):
            with pytest.raises(IllegalTransition, match="over cannot be answered"):
                world.answer(visit, VOLUNTEER, says_yes)
        assert world.visits_of() == (visit,)

    def test_cancelled_visit_cannot_be_cancelled_again(self, world: World) -> None:
        (visit,) = world.invite()
        cancel(world, visit)
        with pytest.raises(IllegalTransition):
            cancel(world, visit)

    def test_its_hour_is_free_for_others_at_once(self, world: World) -> None:
        (visit,) = world.invite()
        cancel(world, visit)
        world.put_requests(elsewhere())
        (other,) = world.invite("bridges")
        assert other.period == visit.period


class TestMoving:
    @pytest.mark.each_engine
    def test_move_waits_for_its_hold_back_and_shows_the_old_time_until_then(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        waiting = move(world, visit, THURSDAY)
        assert (waiting.period, waiting.sequence) == (visit.period, visit.sequence)
        assert not any(purpose == "change" for purpose, _, _ in world.told(visit))
        released = world.release()
        (moved,) = world.visits_of()
        assert released.moves == (visit.uid,)
        assert moved.period == period("2026-12-10 10:40-11:30")
        assert (moved.uid, moved.sequence) == (visit.uid, visit.sequence + 1)
        assert ("change", VOLUNTEER, "due") in world.told(visit)
        assert ("change", TEACHER, "due") in world.told(visit)

    def test_new_time_asks_everyone_anew(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        move(world, visit, THURSDAY)
        world.release()
        (moved,) = world.visits_of()
        assert moved.state is VisitState.INVITED
        assert moved.bookings[0].partstat is Partstat.NEEDS_ACTION

    def test_second_edit_within_the_hold_back_is_told_once(self, world: World) -> None:
        (visit,) = world.invite()
        move(world, visit, THURSDAY)
        world.wait(minutes=5)
        move(world, visit, moment("2026-12-10 12:30"))
        world.wait(minutes=5)
        assert visits.release_due(world.store, now=world.now).moves == ()
        world.wait(minutes=5)
        assert visits.release_due(world.store, now=world.now).moves == (visit.uid,)
        (moved,) = world.visits_of()
        assert moved.period.start == moment("2026-12-10 12:30")
        assert [p for p, to, _ in world.told(visit) if to == TEACHER].count("change") == 1

    def test_within_a_day_of_the_visit_there_is_no_hold_back(self, world: World) -> None:
        (visit,) = world.invite()
        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        world.now = visit.period.start - timedelta(hours=5)
        moved = move(world, visit, moment("2026-12-08 12:30"))
        assert moved.period.start == moment("2026-12-08 12:30")
        assert ("change", VOLUNTEER, "due") in world.told(visit)

    def test_old_and_new_hour_are_kept_while_the_move_waits(self, world: World) -> None:
        (visit,) = world.invite()
        move(world, visit, THURSDAY)
        world.put_requests(elsewhere(), elsewhere(key="later"))
        with pytest.raises((ConstraintViolated, DoubleBooked)):
            book(world, "bridges", VOLUNTEER, start=visit.period.start)
        with pytest.raises((ConstraintViolated, DoubleBooked)):
            book(world, "later", VOLUNTEER, start=THURSDAY)

    @pytest.mark.parametrize(
        ("start", "rule"),
        [
            ("2026-11-20 10:40", "still_ahead"),
            ("2026-12-12 10:40", "school_open"),
            ("2026-12-10 17:00", "within_availability"),
            ("2026-11-23 10:40", "notice_given"),
        ],
    )
    def test_time_that_breaks_a_rule_is_refused_with_it(
        self, world: World, start: str, rule: str
    ) -> None:
        (visit,) = world.invite()
        with pytest.raises(ConstraintViolated) as refusal:
            move(world, visit, moment(start))
        assert [finding.rule for finding in refusal.value.findings] == [rule]
        assert world.visits_of() == (visit,)

    def test_visit_that_has_begun_is_not_moved(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = visit.period.start
        with pytest.raises(IllegalTransition, match="under way cannot be moved"):
            move(world, visit, THURSDAY)
        assert world.visits_of() == (visit,)


class TestClosing:
    @pytest.mark.each_engine
    def test_confirmed_visit_happened_and_unanswered_one_did_not(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(elsewhere())
        (visit,) = world.invite("robots")
        world.approve("bridges")
        world.release()
        world.answer(visit, visit.volunteers[0], True)
        world.now = visit.period.end + timedelta(minutes=59)
        assert visits.close_past(world.store, now=world.now) == 0
        world.wait(minutes=1)
        assert visits.close_past(world.store, now=world.now) == 2
        assert world.visits_of("robots")[0].state is VisitState.HAPPENED
        assert world.visits_of("bridges")[0].state is VisitState.MISSED


@pytest.mark.each_engine
def test_each_no_is_followed_by_the_next_best_person(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    for email in (VOLUNTEER, BRUNO, CHLOE):
        (visit,) = (v for v in world.invite() if v.state is VisitState.INVITED)
        assert visit.volunteers == (email,)
        world.answer(visit, email, False)
