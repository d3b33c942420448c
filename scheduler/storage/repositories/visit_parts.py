"""What hangs on a visit: its bookings, and a move that waits for its release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.domain.periods import Period
from scheduler.domain.visits import Booking, PendingMove, Visit
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.visits import BookingRow, PendingMoveRow
from scheduler.storage.repositories.rows import (
    by_owner,
    columns_of,
    delete_where,
    fields_of,
    insert_rows,
    volunteer_ids_of,
)


def bookings(session: Session, chosen: Select[int]) -> Mapping[int, list[Booking]]:
    """Return the bookings of the visits whose numbers are chosen, by number, in their order."""
    rows = session.execute(
        select(BookingRow, PersonRow.email)
        .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
        .where(BookingRow.visit_id.in_(chosen))
        .order_by(BookingRow.position)
    )
    return by_owner(
        (row.visit_id, Booking(**fields_of(row, Booking), volunteer_email=email))
        for row, email in rows
    )


def pending_moves(session: Session, chosen: Select[int]) -> Mapping[int, PendingMove]:
    """Return the pending moves of the visits whose numbers are chosen, by number."""
    rows = session.scalars(select(PendingMoveRow).where(PendingMoveRow.visit_id.in_(chosen)))
    return {
        row.visit_id: PendingMove(
            **fields_of(row, PendingMove), period=Period(row.starts_at, row.ends_at)
        )
        for row in rows
    }


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
