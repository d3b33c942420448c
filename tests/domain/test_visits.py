"""A visit's life: which step each state allows, who confirms it, and when SEQUENCE rises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.visits import (
    APPROVAL_HOLD,
    Booking,
    Partstat,
    PendingMove,
    Visit,
    VisitState,
    answer,
    cancel,
    close,
    hosts_of,
    join,
    move,
    plan_move,
    release,
    release_move,
)
from scheduler.domain.volunteers import Format
from tests.builders import NOW, TEACHER, VOLUNTEER, a_visit, moment, period, some_bookings

BEN, CHEN = "ben@robots.example", "chen@robots.example"
LATER = NOW + timedelta(hours=1)
OLD_TIME = period("2026-12-08 10:40-11:30")
NEW_TIME = period("2026-12-09 09:30-10:20")
AFTER_ITS_END = moment("2026-12-08 11:30")
HOSTS = hosts_of(teacher_email=TEACHER, school="maple", classroom="maple-5a", room="12")
PENDING = PendingMove(NEW_TIME, "12", HOSTS, NOW, NOW + timedelta(minutes=10))

HELD, INVITED, CONFIRMED = VisitState.HELD, VisitState.INVITED, VisitState.CONFIRMED
CANCELLED, HAPPENED, MISSED = VisitState.CANCELLED, VisitState.HAPPENED, VisitState.MISSED
YES, NO, MAYBE = Partstat.ACCEPTED, Partstat.DECLINED, Partstat.TENTATIVE


def says(email: str, partstat: Partstat) -> Callable[[Visit], Visit]:
    return lambda visit: answer(visit, email, partstat=partstat, at=LATER)


STEPS: dict[str, Callable[[Visit], Visit]] = {
    "released": lambda visit: release(visit, at=LATER),
    "answered": says(VOLUNTEER, YES),
    "joined": lambda visit: join(visit, some_bookings(BEN), at=LATER),
    "moved": lambda visit: move(visit, period=NEW_TIME, room="12", hosts=HOSTS, at=LATER),
    "planned to move": lambda visit: plan_move(
        visit, period=NEW_TIME, room="12", hosts=HOSTS, at=LATER
    ),
    "moved as planned": lambda visit: release_move(replace(visit, pending_move=PENDING), at=LATER),
    "cancelled": lambda visit: cancel(visit, reason="Snow", at=LATER),
    "closed": lambda visit: close(visit, took_place=True, at=AFTER_ITS_END),
}
STATES_BY_STEP = {
    "released": {HELD},
    "answered": {INVITED, CONFIRMED},
    "joined": {INVITED, CONFIRMED},
    "moved": {HELD, INVITED, CONFIRMED},
    "planned to move": {HELD, INVITED, CONFIRMED},
    "moved as planned": {HELD, INVITED, CONFIRMED},
    "cancelled": {HELD, INVITED, CONFIRMED},
    "closed": {INVITED, CONFIRMED},
}


@pytest.mark.parametrize("state", VisitState)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_taken_from_its_states_and_no_other(step: str, state: VisitState) -> None:
    visit = a_visit(state=state)
    if state in STATES_BY_STEP[step]:
        assert STEPS[step](visit) != visit
    else:
        with pytest.raises(IllegalTransition) as caught:
            STEPS[step](visit)
        assert (caught.value.subject, caught.value.state) == ("visit", str(state))


def test_new_visit_was_never_shown_and_starts_at_sequence_zero() -> None:
    held = a_visit(state=HELD)
    new = Visit(
        uid=held.uid,
        request=held.request,
        session=held.session,
        period=held.period,
        timezone=held.timezone,
        format=held.format,
        state=HELD,
        bookings=held.bookings,
        created_at=NOW,
        revised_at=NOW,
        school=held.school,
        hosts=held.hosts,
        room=held.room,
    )
    assert new == held
    assert (new.was_released, new.sequence, new.release_at) == (False, 0, None)


def test_approval_is_held_back_for_ten_minutes() -> None:
    assert timedelta(minutes=10) == APPROVAL_HOLD


def test_release_shows_the_visit_and_uses_no_sequence() -> None:
    held = a_visit(state=HELD, release_at=NOW + timedelta(minutes=10))
    assert release(held, at=LATER) == replace(
        held, state=INVITED, was_released=True, release_at=None, revised_at=LATER
    )


def test_release_confirms_a_visit_that_has_every_yes() -> None:
    held = a_visit(state=HELD, bookings=some_bookings(VOLUNTEER, BEN, partstat=YES))
    assert (release(held, at=LATER).state, release(held, at=LATER).sequence) == (CONFIRMED, 0)


def test_the_only_yes_confirms_the_visit_and_raises_the_sequence() -> None:
    visit = a_visit()
    assert answer(visit, VOLUNTEER, partstat=YES, at=LATER, reason="Glad to") == replace(
        visit,
        state=CONFIRMED,
        sequence=1,
        bookings=(Booking(VOLUNTEER, YES, reason="Glad to", answered_at=LATER),),
        revised_at=LATER,
    )


def test_a_yes_among_several_leaves_state_and_sequence_alone() -> None:
    panel = a_visit(bookings=some_bookings(VOLUNTEER, BEN))
    assert says(BEN, YES)(panel) == replace(
        panel,
        bookings=(Booking(VOLUNTEER), Booking(BEN, YES, answered_at=LATER)),
        revised_at=LATER,
    )


def test_the_last_required_yes_confirms_the_visit() -> None:
    panel = a_visit(
        bookings=(Booking(VOLUNTEER, YES), Booking(BEN, NO, removed=True), Booking(CHEN))
    )
    confirmed = says(CHEN, YES)(panel)
    assert (confirmed.state, confirmed.sequence) == (CONFIRMED, 1)


def test_the_same_answer_again_changes_nothing() -> None:
    visit = a_visit(state=CONFIRMED, bookings=some_bookings(VOLUNTEER, partstat=YES))
    assert answer(visit, VOLUNTEER, partstat=YES, at=LATER, reason="Once more") == visit


def test_a_no_takes_one_among_several_out_and_the_visit_goes_on() -> None:
    panel = a_visit(bookings=some_bookings(VOLUNTEER, BEN))
    declined = answer(panel, BEN, partstat=NO, at=LATER, reason="Ill")
    assert declined == replace(
        panel,
        bookings=(
            Booking(VOLUNTEER),
            Booking(BEN, NO, reason="Ill", answered_at=LATER, removed=True),
        ),
        revised_at=LATER,
    )
    assert declined.volunteers == (VOLUNTEER,)


def test_a_no_confirms_the_visit_when_everyone_else_said_yes() -> None:
    panel = a_visit(bookings=(Booking(VOLUNTEER, YES), Booking(BEN)))
    confirmed = says(BEN, NO)(panel)
    assert (confirmed.state, confirmed.sequence) == (CONFIRMED, 1)


def test_a_no_of_the_only_one_leaves_state_and_sequence_to_the_cancellation() -> None:
    left = says(VOLUNTEER, NO)(a_visit(state=CONFIRMED, sequence=1))
    assert (left.state, left.sequence, left.volunteers) == (CONFIRMED, 1, ())


def test_the_same_no_again_changes_nothing_and_another_answer_comes_too_late() -> None:
    left = says(BEN, NO)(a_visit(bookings=some_bookings(VOLUNTEER, BEN)))
    assert says(BEN, NO)(left) == left
    with pytest.raises(IllegalTransition) as caught:
        says(BEN, YES)(left)
    assert caught.value.subject == "booking"


def test_a_yes_taken_back_makes_the_visit_tentative_again() -> None:
    confirmed = a_visit(
        state=CONFIRMED, sequence=1, bookings=some_bookings(VOLUNTEER, BEN, partstat=YES)
    )
    unsure = says(BEN, MAYBE)(confirmed)
    assert (unsure.state, unsure.sequence) == (INVITED, 2)


def test_a_maybe_leaves_an_invited_visit_as_it_is() -> None:
    unsure = says(VOLUNTEER, MAYBE)(a_visit())
    assert (unsure.state, unsure.sequence) == (INVITED, 0)


@pytest.mark.parametrize("partstat", [YES, NO])
def test_an_answer_never_undoes_what_was_agreed_beforehand(partstat: Partstat) -> None:
    agreed = a_visit(state=CONFIRMED, bookings=some_bookings(VOLUNTEER, BEN, CHEN))
    answered = says(BEN, partstat)(agreed)
    assert (answered.state, answered.sequence) == (CONFIRMED, 0)


def test_stranger_has_no_answer_to_give() -> None:
    with pytest.raises(Unknown) as caught:
        says(BEN, YES)(a_visit())
    assert (caught.value.kind, caught.value.key) == ("booking", BEN)


def test_a_stand_in_makes_a_confirmed_visit_tentative() -> None:
    confirmed = a_visit(
        state=CONFIRMED, sequence=1, bookings=some_bookings(VOLUNTEER, partstat=YES)
    )
    assert join(confirmed, some_bookings(BEN), at=LATER) == replace(
        confirmed,
        state=INVITED,
        sequence=2,
        bookings=(Booking(VOLUNTEER, YES), Booking(BEN)),
        revised_at=LATER,
    )


def test_someone_who_is_in_the_visit_is_not_asked_twice() -> None:
    visit = a_visit()
    assert join(visit, some_bookings(VOLUNTEER), at=LATER) == visit


def test_someone_who_left_can_be_asked_again_and_answers_anew() -> None:
    gone = Booking(BEN, NO, answered_at=NOW, removed=True)
    back = join(a_visit(bookings=(Booking(VOLUNTEER, YES), gone)), some_bookings(BEN), at=LATER)
    assert back.booking_of(BEN) == Booking(BEN)
    assert says(BEN, YES)(back).bookings == (
        Booking(VOLUNTEER, YES),
        gone,
        Booking(BEN, YES, answered_at=LATER),
    )


def test_format_of_one_person_survives_their_answer() -> None:
    on_screen = Booking(VOLUNTEER, format=Format.VIRTUAL)
    answered = says(VOLUNTEER, YES)(a_visit(bookings=(on_screen,)))
    assert answered.bookings == (replace(on_screen, partstat=YES, answered_at=LATER),)


@pytest.mark.parametrize("state", [HELD, INVITED, CONFIRMED])
def test_cancelling_raises_the_sequence_and_forgets_what_was_pending(state: VisitState) -> None:
    visit = a_visit(state=state, sequence=3, pending_move=PENDING, release_at=LATER)
    assert cancel(visit, reason="Snow", at=LATER) == replace(
        visit,
        state=CANCELLED,
        sequence=4,
        cancelled_at=LATER,
        cancel_reason="Snow",
        revised_at=LATER,
        release_at=None,
        pending_move=None,
    )


@pytest.mark.parametrize(("took_place", "state"), [(True, HAPPENED), (False, MISSED)])
def test_closing_leaves_the_calendar_entry_as_it_was(took_place: bool, state: VisitState) -> None:
    visit = a_visit(state=CONFIRMED, sequence=1)
    assert close(visit, took_place=took_place, at=AFTER_ITS_END) == replace(visit, state=state)


def test_visit_cannot_be_closed_before_its_end() -> None:
    with pytest.raises(IllegalTransition) as caught:
        close(a_visit(), took_place=True, at=AFTER_ITS_END - timedelta(seconds=1))
    assert caught.value.state == "not over yet"


def test_hosts_are_the_teacher_the_class_and_the_schools_room() -> None:
    assert (f"teacher:{TEACHER}", "class:maple-5a", "room:maple/12") == HOSTS
    assert hosts_of(teacher_email=TEACHER, school="maple", classroom="", room="") == (
        f"teacher:{TEACHER}",
    )


@pytest.mark.parametrize("state", [HELD, INVITED, CONFIRMED])
def test_visit_keeps_people_teacher_class_and_room_free(state: VisitState) -> None:
    panel = a_visit(state=state, bookings=(Booking(VOLUNTEER), Booking(BEN, NO, removed=True)))
    assert panel.occupies
    assert panel.occupied == (
        (f"volunteer:{VOLUNTEER}", OLD_TIME),
        (f"teacher:{TEACHER}", OLD_TIME),
        ("class:maple-5a", OLD_TIME),
        ("room:maple/12", OLD_TIME),
    )


@pytest.mark.parametrize("state", [CANCELLED, HAPPENED, MISSED])
def test_visit_that_is_over_keeps_nothing_free(state: VisitState) -> None:
    visit = a_visit(state=state, pending_move=PENDING)
    assert (visit.occupies, visit.occupied) == (False, ())


def test_nobody_left_means_no_yes() -> None:
    gone = Booking(VOLUNTEER, YES, removed=True)
    assert a_visit(bookings=(gone,)).has_every_yes is False
    assert a_visit(bookings=(gone, Booking(BEN, YES))).has_every_yes is True


steps = st.sampled_from(
    [
        *(says(email, partstat) for email in (VOLUNTEER, BEN) for partstat in (YES, NO, MAYBE)),
        lambda visit: join(visit, some_bookings(CHEN), at=LATER),
        lambda visit: move(visit, period=NEW_TIME, room="12", hosts=HOSTS, at=LATER),
        lambda visit: move(visit, period=OLD_TIME, room="12", hosts=HOSTS, at=LATER),
        lambda visit: move(visit, period=OLD_TIME, room="Gym", hosts=HOSTS, at=LATER),
        lambda visit: cancel(visit, reason="Snow", at=LATER),
    ]
)


@given(st.lists(steps, max_size=12))
def test_sequence_rises_with_time_place_and_status_and_with_nothing_else(
    story: list[Callable[[Visit], Visit]],
) -> None:
    visit = a_visit(bookings=some_bookings(VOLUNTEER, BEN))
    for step in story:
        try:
            following = step(visit)
        except IllegalTransition:
            continue
        shown, before = ((v.period, v.room, v.state) for v in (following, visit))
        assert following.sequence == visit.sequence + (shown != before)
        assert following.uid == visit.uid
        visit = following
