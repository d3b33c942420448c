"""Bookings between the bundle's rows, one per volunteer and visit, and visits as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from scheduler.bundle.booking_rows import BookingRow
from scheduler.domain.classes import Classroom
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import (
    APPROVAL_HOLD,
    Booking,
    Partstat,
    Visit,
    VisitState,
    hosts_of,
)
from scheduler.domain.volunteers import Format
from scheduler.services.picture import load_district
from scheduler.services.ports import Work


def rows_of(visits: Iterable[Visit]) -> Iterator[BookingRow]:
    """Yield every booking as a row, by visit and volunteer."""
    for visit in sorted(visits, key=lambda each: each.uid):
        for booking in sorted(visit.bookings, key=lambda each: each.volunteer_email):
            yield BookingRow(
                uid=visit.uid,
                request=visit.request,
                volunteer_email=booking.volunteer_email,
                start=visit.period.start,
                end=visit.period.end,
                status=visit.state,
                session=visit.session,
                format=booking.format or visit.format,
                room=visit.room,
                sequence=visit.sequence,
                partstat=booking.partstat,
            )


def visits_from(
    work: Work, rows: Iterable[BookingRow], *, now: datetime
) -> tuple[tuple[Visit, ...], tuple[Visit, ...]]:
    """Return the visits that these rows make: those that are new, and those they change."""
    by_uid = [
        (uid, tuple(group))
        for uid, group in groupby(sorted(rows, key=lambda r: r.key), key=lambda r: r.uid)
    ]
    known = work.visits.many(uid for uid, _ in by_uid)
    requests = work.requests.many({group[0].request for _, group in by_uid})
    classes, schools = work.districts.classes(), work.districts.schools()
    zone = load_district(work).timezone
    new, changed = [], []
    for uid, group in by_uid:
        request = requests[group[0].request]
        fresh = _new(
            group,
            request,
            classes.get(request.classroom),
            timezone=schools[request.school].timezone or zone,
            now=now,
        )
        if uid in known:
            changed.append(_changed(known[uid], fresh, group, now=now))
        else:
            new.append(fresh)
    return tuple(new), tuple(changed)


def _new(
    rows: tuple[BookingRow, ...],
    request: ClassroomRequest,
    classroom: Classroom | None,
    *,
    timezone: str,
    now: datetime,
) -> Visit:
    first = rows[0]
    room = first.room or (classroom.room if classroom else "")
    is_held = first.status is VisitState.HELD
    return Visit(
        uid=first.uid,
        request=request.key,
        session=first.session,
        period=first.period,
        timezone=timezone,
        format=_format(rows),
        state=first.status,
        bookings=tuple(_booking(row, now=now) for row in rows),
        created_at=now,
        revised_at=now,
        school=request.school,
        hosts=hosts_of(
            teacher_email=request.teacher_email,
            school=request.school,
            classroom=request.classroom,
            room=room,
        ),
        room=first.room,
        sequence=first.sequence,
        release_at=now + APPROVAL_HOLD if is_held else None,
        was_released=not is_held,
        cancelled_at=now if first.status is VisitState.CANCELLED else None,
    )


def _changed(visit: Visit, fresh: Visit, rows: tuple[BookingRow, ...], *, now: datetime) -> Visit:
    """The visit as the bundle has it, with what only the district remembers of it."""
    named = {row.volunteer_email: row for row in rows}
    kept = tuple(
        _answered(b, named.pop(b.volunteer_email), now=now) if b.volunteer_email in named else b
        for b in visit.bookings
    )
    is_off = fresh.state is VisitState.CANCELLED
    return replace(
        fresh,
        bookings=(*kept, *(_booking(row, now=now) for row in named.values())),
        created_at=visit.created_at,
        release_at=fresh.release_at and (visit.release_at or fresh.release_at),
        was_released=visit.was_released or fresh.was_released,
        cancelled_at=(visit.cancelled_at or now) if is_off else None,
        cancel_reason=visit.cancel_reason if is_off else "",
    )


def _booking(row: BookingRow, *, now: datetime) -> Booking:
    return Booking(
        row.volunteer_email,
        partstat=row.partstat,
        format=row.format,
        answered_at=None if row.partstat is Partstat.NEEDS_ACTION else now,
        removed=row.partstat is Partstat.DECLINED,
    )


def _answered(booking: Booking, row: BookingRow, *, now: datetime) -> Booking:
    if booking.partstat is row.partstat:
        return replace(booking, format=row.format)
    return _booking(row, now=now)


def _format(rows: tuple[BookingRow, ...]) -> Format:
    at_school = any(row.format is Format.IN_PERSON for row in rows)
    return Format.IN_PERSON if at_school else Format.VIRTUAL
