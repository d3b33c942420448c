"""Who may still answer a visit, and what is said to who may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.answering import Bar, bar_to_answer, can_still_answer, has_lapsed
from scheduler.domain.visits import NO_ANSWER, Booking, Partstat, Visit, VisitState
from tests.builders import NOW, VOLUNTEER, a_visit, moment, some_bookings

STRANGER = "ben@robots.example"
SAID_NO = Booking(VOLUNTEER, Partstat.DECLINED, reason="A cold", answered_at=NOW, removed=True)
LAPSED = replace(SAID_NO, reason=NO_ANSWER)
SWAPPED = Booking(VOLUNTEER, Partstat.ACCEPTED, removed=True)
START, END = moment("2026-12-08 10:40"), moment("2026-12-08 11:30")
ONE_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("partstat", list(Partstat))
@pytest.mark.parametrize("state", [VisitState.INVITED, VisitState.CONFIRMED])
def test_open_visit_takes_any_guests_answer_until_it_begins(
    state: VisitState, partstat: Partstat
) -> None:
    visit = a_visit(state=state, bookings=(Booking(VOLUNTEER, partstat),))
    assert can_still_answer(visit, VOLUNTEER, at=START - ONE_MINUTE)
    assert bar_to_answer(visit, VOLUNTEER, at=START) is Bar.BEGUN
    assert bar_to_answer(visit, VOLUNTEER, at=END) is Bar.OVER


@pytest.mark.parametrize(
    ("visit", "bar"),
    [
        pytest.param(a_visit(bookings=some_bookings(STRANGER)), Bar.NO_PART, id="no part in it"),
        pytest.param(a_visit(state=VisitState.HELD), Bar.HELD, id="not sent out yet"),
        pytest.param(a_visit(state=VisitState.CANCELLED), Bar.CALLED_OFF, id="called off"),
        pytest.param(a_visit(bookings=(SAID_NO,)), Bar.DECLINED, id="said no"),
        pytest.param(a_visit(bookings=(LAPSED,)), Bar.LAPSED, id="did not answer in time"),
        pytest.param(a_visit(bookings=(SWAPPED,)), Bar.REPLACED, id="swapped for somebody else"),
        pytest.param(
            a_visit(state=VisitState.CANCELLED, bookings=(LAPSED,)),
            Bar.LAPSED,
            id="called off because nobody else was left",
        ),
    ],
)
def test_closed_door_says_what_closed_it(visit: Visit, bar: Bar) -> None:
    assert bar_to_answer(visit, VOLUNTEER, at=NOW) is bar
    assert not can_still_answer(visit, VOLUNTEER, at=NOW)


@pytest.mark.parametrize("state", list(VisitState))
def test_nobody_answers_what_is_over(state: VisitState) -> None:
    visit = a_visit(state=state, bookings=(SAID_NO,))
    expected = Bar.HELD if state is VisitState.HELD else Bar.OVER
    assert bar_to_answer(visit, VOLUNTEER, at=END) is expected


def test_who_was_asked_again_after_leaving_answers_anew() -> None:
    asked_again = a_visit(bookings=(SAID_NO, Booking(VOLUNTEER)))
    assert can_still_answer(asked_again, VOLUNTEER, at=NOW)


def test_lapse_is_told_from_a_no_and_from_a_swap() -> None:
    assert [has_lapsed(each) for each in (LAPSED, SAID_NO, SWAPPED, Booking(VOLUNTEER))] == [
        True,
        False,
        False,
        False,
    ]
