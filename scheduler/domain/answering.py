"""Whether somebody may still answer a visit, and if not, why: one rule for every way to answer.

An answer by the link, on one's own page, by a calendar's reply or through a coordinator's inbox
counts under the same condition: the visit is open, has not begun, and waits for that person.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from scheduler.domain.visits import NO_ANSWER, OPEN, Booking, Partstat, Visit, VisitState


class Bar(StrEnum):
    """What keeps somebody from answering; ``LAPSED`` is a question left open for too long."""

    NO_PART = "no_part"
    HELD = "held"
    OVER = "over"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    CALLED_OFF = "called_off"
    BEGUN = "begun"


def can_still_answer(visit: Visit, email: str, *, at: datetime) -> bool:
    """Tell whether that person's answer to the visit counts at that moment."""
    return bar_to_answer(visit, email, at=at) is None


def bar_to_answer(visit: Visit, email: str, *, at: datetime) -> Bar | None:
    """Return what keeps that person from answering, None where nothing does.

    Where several things do, the one that says most: what ended for all comes before what ended
    for them, and their own no before the end that it brought about.
    """
    booking = latest_booking(visit, email)
    if booking is None:
        return Bar.NO_PART
    if visit.state is VisitState.HELD:
        return Bar.HELD
    if at >= visit.period.end:
        return Bar.OVER
    if booking.removed:
        return _why_removed(booking)
    if visit.state not in OPEN:
        return Bar.CALLED_OFF if visit.state is VisitState.CANCELLED else Bar.OVER
    return Bar.BEGUN if at >= visit.period.start else None


def has_lapsed(booking: Booking) -> bool:
    """Tell whether the place went to others because no answer came in time."""
    return booking.removed and booking.reason == NO_ANSWER


def latest_booking(visit: Visit, email: str) -> Booking | None:
    """Return that person's latest booking: somebody may be asked again after leaving."""
    theirs = (booking for booking in reversed(visit.bookings) if booking.volunteer_email == email)
    return next(theirs, None)


def _why_removed(booking: Booking) -> Bar:
    if has_lapsed(booking):
        return Bar.LAPSED
    return Bar.DECLINED if booking.partstat is Partstat.DECLINED else Bar.REPLACED
