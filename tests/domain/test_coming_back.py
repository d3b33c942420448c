"""A yes after a no: whose no it was decides, and calendars hear of a newer version."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.coming_back import come_back, was_declined_by
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import Partstat, Visit, VisitState, answer, cancel
from tests.builders import NOW, VOLUNTEER, a_visit, some_bookings

BEN = "ben@bridges.example"
LATER = NOW + timedelta(hours=1)


def declined(*emails: str) -> Visit:
    """Return the visit after Amara's no; it is off where nobody else is meant to come."""
    visit = a_visit(bookings=some_bookings(VOLUNTEER, *emails))
    left = answer(visit, VOLUNTEER, partstat=Partstat.DECLINED, at=NOW, reason="Ill")
    return left if left.present_bookings else cancel(left, reason="Ill", at=NOW)


def test_visit_that_only_their_no_ended_is_certain_again() -> None:
    off = declined()
    back = come_back(off, VOLUNTEER, at=LATER)
    assert (back.state, back.cancelled_at, back.cancel_reason) == (VisitState.CONFIRMED, None, "")
    assert (back.uid, back.sequence, back.revised_at) == (off.uid, off.sequence + 1, LATER)
    booking = back.booking_of(VOLUNTEER)
    assert (booking.partstat, booking.removed, booking.reason) == (Partstat.ACCEPTED, False, "")


def test_panel_goes_on_waiting_for_the_others() -> None:
    back = come_back(declined(BEN), VOLUNTEER, at=LATER)
    assert (back.state, back.volunteers) == (VisitState.INVITED, (VOLUNTEER, BEN))


def test_visit_that_was_called_off_otherwise_stays_off() -> None:
    off = cancel(declined(BEN), reason="Snow", at=LATER)
    assert not was_declined_by(off, VOLUNTEER)
    with pytest.raises(IllegalTransition):
        come_back(off, VOLUNTEER, at=LATER)


def test_who_was_swapped_out_did_not_say_no() -> None:
    swapped = tuple(replace(booking, removed=True) for booking in a_visit().bookings)
    assert not was_declined_by(a_visit(bookings=swapped), VOLUNTEER)


def test_who_never_had_a_part_cannot_come_back() -> None:
    assert not was_declined_by(declined(), BEN)
