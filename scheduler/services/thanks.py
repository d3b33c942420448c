"""Thank those who came, the morning after, once a request: a series is thanked for at its end.

Nobody is thanked for what did not take place: the teacher was asked first, and is believed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from scheduler.domain.visits import OCCUPYING, Partstat, Visit, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.announcements import THANKS, announce
from scheduler.services.ports import Work

THANKED_WITHIN = timedelta(days=7)


def thank(work: Work, *, now: datetime) -> int:
    """Write the thanks for visits that ended before today and return how many are new."""
    ended = work.visits.in_states((VisitState.HAPPENED,), since=now - THANKED_WITHIN, until=now)
    siblings = work.visits.of_requests({visit.request for visit in ended})
    to_come = {
        (each.request, email)
        for each in siblings
        if each.state in OCCUPYING
        for email in each.volunteers
    }
    rows = (
        row
        for visit in ended
        if visit.period.end <= _midnight(visit, now=now)
        for row in announce(
            (visit,),
            purpose=THANKS,
            recipients=(e for e in _who_came(visit) if (visit.request, e) not in to_come),
            at=now,
            facts={"role": "volunteer"},
        )
    )
    return work.outbox.add(rows)


def _who_came(visit: Visit) -> tuple[str, ...]:
    return tuple(
        booking.volunteer_email
        for booking in visit.present_bookings
        if booking.partstat is Partstat.ACCEPTED
    )


def _midnight(visit: Visit, *, now: datetime) -> datetime:
    return at_wall_time(local(now, visit.timezone).date(), time(0), visit.timezone)
