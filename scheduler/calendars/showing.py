"""Which visits a feed shows, for how long, and as what: the rules of a visit's public life.

A held visit is in no feed. A cancelled one stays for thirty days as cancelled, so that a
phone shows what became of it; the same holds for one person's feed when only that person is
out. What never was in a feed is never shown as cancelled either. Everything turns on days,
not minutes: the octets of a feed change within a day only when a visit does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState

DAYS_BACK = 90
DAYS_AHEAD = 400
DAYS_CANCELLED = 30

TENTATIVE = "TENTATIVE"
CONFIRMED = "CONFIRMED"
CANCELLED = "CANCELLED"

_STATUS_BY_STATE = {
    VisitState.INVITED: TENTATIVE,
    VisitState.CONFIRMED: CONFIRMED,
    VisitState.HAPPENED: CONFIRMED,
    VisitState.MISSED: CONFIRMED,
    VisitState.CANCELLED: CANCELLED,
}


def shown_in_feed(visit: Visit, *, now: datetime, email: str | None) -> bool:
    """Tell whether a feed shows the visit on the UTC day of ``now``.

    ``email`` is the volunteer whose feed it is, None for a teacher's or a school's.
    """
    if not visit.was_released or visit.state is VisitState.HELD:
        return False
    booking = _booking(visit, email)
    if email is not None and booking is None:
        return False
    today = now.astimezone(UTC).date()
    begins = visit.period.start.astimezone(UTC).date()
    return begins <= today + timedelta(days=DAYS_AHEAD) and today <= shown_through(visit, email)


def shown_through(visit: Visit, email: str | None) -> date:
    """Return the last UTC day on which a feed shows a visit that stays as it is."""
    ends = visit.period.end.astimezone(UTC).date() + timedelta(days=DAYS_BACK)
    ended_on = _ended_on(visit, _booking(visit, email))
    return min(ends, ended_on + timedelta(days=DAYS_CANCELLED)) if ended_on else ends


def is_out(visit: Visit, email: str | None) -> bool:
    """Tell whether that volunteer had a part in the visit and has none any more."""
    booking = _booking(visit, email)
    return booking is not None and _has_left(booking)


def status_for(visit: Visit, email: str | None) -> str:
    """Return the STATUS that this person's calendar gives the visit.

    Source: RFC 5545 section 3.8.1.11.

    Raises:
        IllegalTransition: if the visit is held: no calendar may know of it.
    """
    if visit.state not in _STATUS_BY_STATE:
        raise IllegalTransition(subject="visit", state=str(visit.state), step="shown in a calendar")
    if is_out(visit, email):
        return CANCELLED
    # Nothing is announced when a visit is over, so what was never certain stays so.
    was_open = visit.state is VisitState.MISSED and not visit.has_every_yes
    return TENTATIVE if was_open else _STATUS_BY_STATE[visit.state]


def sequence_for(visit: Visit, email: str | None) -> int:
    """Return the SEQUENCE that this person's calendar knows.

    Each time somebody leaves a visit that goes on, their own calendar needs a number above
    the visit's, or it would keep the entry as it was; a later cancellation of the visit
    needs none of its own there.
    """
    departures = sum(b.volunteer_email == email and _has_left(b) for b in visit.bookings)
    is_told_already = is_out(visit, email) and visit.state is VisitState.CANCELLED
    return visit.sequence + departures - is_told_already


def _ended_on(visit: Visit, booking: Booking | None) -> date | None:
    ends = []
    if visit.state is VisitState.CANCELLED:
        ends.append(visit.cancelled_at or visit.revised_at)
    if booking is not None and _has_left(booking):
        # Someone who was swapped out answered long before, if at all.
        left_at = booking.answered_at if booking.partstat is Partstat.DECLINED else None
        ends.append(left_at or visit.revised_at)
    return min(ends).astimezone(UTC).date() if ends else None


def _has_left(booking: Booking) -> bool:
    return booking.removed or booking.partstat is Partstat.DECLINED


def _booking(visit: Visit, email: str | None) -> Booking | None:
    """Return the person's latest booking: someone may be asked again after leaving."""
    # A loop, as a feed of thousands comes here ten times for each event.
    for booking in reversed(visit.bookings):
        if booking.volunteer_email == email:
            return booking
    return None
