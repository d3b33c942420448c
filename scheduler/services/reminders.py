"""What falls due by itself: reminders of visits, and the question when somebody can visit.

Everything is computed from the visits as they stand, so a clock that was stopped catches up:
what is still useful is written once, what came too late is left out. A reminder whose moment
lay before the visit was certain is never made: the news that it is reminds enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.domain.periods import minute_of
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.announcements import ASK_AVAILABILITY, REMINDER, announce, outbox_key
from scheduler.services.ports import Store, Work
from scheduler.services.records import OutboxRow

OFFSETS_DAYS = (7, 1)


def write_due(store: Store, *, now: datetime) -> int:
    """Write every reminder and question that is due and return how many were new."""
    with store.write() as work:
        return work.outbox.add((*_reminders(work, now=now), *_questions(work, now=now)))


def reminder_moment(visit: Visit, *, days: int) -> datetime:
    """Return the moment so many days before the visit, at the same wall time."""
    start = local(visit.period.start, visit.timezone)
    return at_wall_time(start.date() - timedelta(days=days), start.time(), visit.timezone)


def due_offset(visit: Visit, *, now: datetime) -> int | None:
    """Return the one offset in days whose reminder is useful now, if any."""
    if visit.state is not VisitState.CONFIRMED or now >= visit.period.start:
        return None
    passed = [days for days in OFFSETS_DAYS if reminder_moment(visit, days=days) <= now]
    if not passed:
        return None
    nearest = min(passed)
    return nearest if _certain_since(visit) < reminder_moment(visit, days=nearest) else None


def _certain_since(visit: Visit) -> datetime:
    """The last yes; where the parties agreed beforehand, the booking itself."""
    answers = (b.answered_at for b in visit.present_bookings if b.answered_at)
    return max((visit.created_at, *answers))


def _reminders(work: Work, *, now: datetime) -> tuple[OutboxRow, ...]:
    until = now + timedelta(days=max(OFFSETS_DAYS) + 1)
    coming = work.visits.in_states((VisitState.CONFIRMED,), since=now, until=until)
    requests = work.requests.many({visit.request for visit in coming})
    rows: list[OutboxRow] = []
    for visit in coming:
        days = due_offset(visit, now=now)
        if days is not None:
            rows += announce(
                (visit,),
                purpose=REMINDER,
                offset=f"{days}d",
                recipients=(*visit.volunteers, requests[visit.request].teacher_email),
                at=now,
                revision=minute_of(visit.period.start),
                facts={"offset": f"{days}d"},
            )
    return tuple(rows)


def _questions(work: Work, *, now: datetime) -> tuple[OutboxRow, ...]:
    """Ask once a school year when somebody can visit of whom nothing is known."""
    district = work.districts.get()
    if district is None:
        return ()
    year = district.year.first.year if district.year else now.year
    return tuple(
        OutboxRow(
            key=outbox_key(
                subject="availability", purpose=ASK_AVAILABILITY, revision=year, recipient=email
            ),
            subject="availability",
            purpose=ASK_AVAILABILITY,
            recipient=email,
            revision=year,
            created_at=now,
            due_at=now,
        )
        for email in work.volunteers.without_availability()
    )
