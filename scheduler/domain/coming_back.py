"""A yes after a no: somebody who said they could not come can, while the place is still free.

The visit keeps its UID. Its SEQUENCE rises, since calendars were told that it is off.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import OPEN, Booking, Partstat, Visit, VisitState


def was_declined_by(visit: Visit, email: str) -> bool:
    """Tell whether that person's own no took them out, and the visit was not ended otherwise."""
    booking = _latest(visit, email)
    if booking is None or not booking.removed or booking.partstat is not Partstat.DECLINED:
        return False
    return visit.state in OPEN or _ended_with(visit, booking)


def come_back(visit: Visit, email: str, *, at: datetime) -> Visit:
    """Turn that person's no into a yes.

    Raises:
        IllegalTransition: unless their own no took them out.
    """
    if not was_declined_by(visit, email):
        raise IllegalTransition(subject="booking", state=str(visit.state), step="taken up again")
    declined = visit.booking_of(email)
    given = replace(declined, partstat=Partstat.ACCEPTED, reason="", answered_at=at, removed=False)
    back = replace(
        visit,
        bookings=tuple(given if each is declined else each for each in visit.bookings),
        sequence=visit.sequence + 1,
        revised_at=at,
        cancelled_at=None,
        cancel_reason="",
    )
    state = VisitState.CONFIRMED if back.has_every_yes else VisitState.INVITED
    return replace(back, state=state)


def _latest(visit: Visit, email: str) -> Booking | None:
    theirs = (booking for booking in reversed(visit.bookings) if booking.volunteer_email == email)
    return next(theirs, None)


def _ended_with(visit: Visit, booking: Booking) -> bool:
    """A visit that nobody is left for is cancelled in the moment of the last no."""
    is_off = visit.state is VisitState.CANCELLED and not visit.present_bookings
    return is_off and visit.cancelled_at == booking.answered_at
