"""What hangs on a visit: its bookings, and a move that waits for its release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from scheduler.domain.periods import Period
from scheduler.domain.visits import Booking, PendingMove, Visit
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.visits import BookingRow, PendingMoveRow, VisitRow
from scheduler.storage.repositories.rows import (
    columns_of,
    delete_where,
    fields_of,
    insert_rows,
    volunteer_ids_of,
)

Ts = TypeVarTuple("Ts")

# Under names of their own, so that a condition may speak of other bookings and people.
_MOVE, _BOOKING, _VOLUNTEER = aliased(PendingMoveRow), aliased(BookingRow), aliased(PersonRow)


def is_visited_by(who: ColumnElement[bool]) -> ColumnElement[bool]:
    """Require of a visit that somebody of whom this is true is meant to come."""
    booked = (
        select(BookingRow.visit_id)
        .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
        .where(BookingRow.removed.is_(False), who)
    )
    return VisitRow.id.in_(booked)


def with_parts(query: Select[*Ts]) -> Any:
    """Return the query of visits with their parts as three columns more: move, booking, address.

    A visit comes once for each of its bookings, in their order, and once if it has none.
    """
    return (
        query.add_columns(_MOVE, _BOOKING, _VOLUNTEER.email)
        .outerjoin(_MOVE, _MOVE.visit_id == VisitRow.id)
        .outerjoin(_BOOKING, _BOOKING.visit_id == VisitRow.id)
        .outerjoin(_VOLUNTEER, _VOLUNTEER.id == _BOOKING.volunteer_id)
        .order_by(VisitRow.id, _BOOKING.position)
    )


def booking(row: BookingRow, email: str) -> Booking:
    """Return the booking of whoever has that address."""
    return Booking(**fields_of(row, Booking), volunteer_email=email)


def pending_move(row: PendingMoveRow | None) -> PendingMove | None:
    """Return the move that waits, if there is one."""
    if row is None:
        return None
    return PendingMove(**fields_of(row, PendingMove), period=Period(row.starts_at, row.ends_at))


def insert(session: Session, visit_by_id: Mapping[int, Visit]) -> None:
    """Store the parts of visits that have none stored.

    Raises:
        Unknown: if a booking names someone who is no volunteer.
    """
    volunteer_ids = volunteer_ids_of(
        session, (b.volunteer_email for visit in visit_by_id.values() for b in visit.bookings)
    )
    booking_rows = [
        columns_of(booking, BookingRow)
        | {
            "visit_id": number,
            "volunteer_id": volunteer_ids[booking.volunteer_email],
            "position": position,
        }
        for number, visit in visit_by_id.items()
        for position, booking in enumerate(visit.bookings)
    ]
    move_rows = [
        columns_of(move, PendingMoveRow)
        | {"visit_id": number, "starts_at": move.period.start, "ends_at": move.period.end}
        for number, visit in visit_by_id.items()
        if (move := visit.pending_move)
    ]
    insert_rows(session, BookingRow, booking_rows)
    insert_rows(session, PendingMoveRow, move_rows)


def delete(session: Session, visit_ids: Iterable[int]) -> None:
    """Delete the parts of these visits."""
    visit_ids = tuple(visit_ids)
    delete_where(session, BookingRow.visit_id, visit_ids)
    delete_where(session, PendingMoveRow.visit_id, visit_ids)
