"""Bookings as rows: one per volunteer and visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import (
    moment_text,
    number_text,
    one_of,
    parse_address,
    parse_key,
    parse_moment,
    whole,
)
from scheduler.domain.periods import Period
from scheduler.domain.visits import OCCUPYING, Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local

HIGHEST_SEQUENCE = 2_147_483_647


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One volunteer's part in one visit, as a bundle tells it; start and end are aware."""

    uid: str
    request: str
    volunteer_email: str
    start: datetime
    end: datetime
    status: VisitState
    session: int = 1
    format: Format = Format.EITHER
    room: str = ""
    sequence: int = 0
    partstat: Partstat = Partstat.NEEDS_ACTION

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it apart: visit and volunteer."""
        return self.uid, self.volunteer_email

    @property
    def period(self) -> Period:
        """Return its time in UTC."""
        return Period(self.start, self.end)

    @property
    def occupies(self) -> bool:
        """Tell whether class, teacher and room are kept for the visit."""
        return self.status in OCCUPYING

    @property
    def visit_facts(self) -> tuple[object, ...]:
        """Return what all rows of one visit must agree on."""
        return (
            self.request,
            self.period,
            self.status,
            self.session,
            self.room,
            self.sequence,
        )


def read_booking(row: Row) -> BookingRow | None:
    """Return the booking of a row, or None where its times cannot be read."""
    start = row.read("start", parse_moment, default=None)
    end = row.read("end", parse_moment, default=None)
    email = row.read("volunteer_email", parse_address, default="")
    status = row.read("status", one_of(VisitState), default=VisitState.CANCELLED)
    session = row.read("session", whole(1, 200), default=1)
    chosen = row.read("format", one_of(Format, but=Format.EITHER), default=Format.EITHER)
    sequence = row.read("sequence", whole(0, HIGHEST_SEQUENCE), default=0)
    partstat = row.read("partstat", one_of(Partstat), default=Partstat.NEEDS_ACTION)
    uid = row.read("visit", parse_key, default="")
    request = row.read("request", parse_key, default="")
    if start is None or end is None:
        return None
    if end <= start:
        row.note("end", f"{quoted(row.word('end'))} is not after the start, {row.word('start')}.")
        return None
    return BookingRow(
        uid,
        request,
        email,
        start,
        end,
        status,
        session,
        chosen,
        row.word("room"),
        sequence,
        partstat,
    )


def booking_cells(booking: BookingRow, *, timezone: str) -> Cells:
    """Return the row of a booking, its times by the school's clock."""
    return {
        "visit": booking.uid,
        "request": booking.request,
        "volunteer_email": booking.volunteer_email,
        "start": moment_text(local(booking.start, timezone)),
        "end": moment_text(local(booking.end, timezone)),
        "status": booking.status,
        "session": number_text(booking.session),
        "format": booking.format,
        "room": booking.room,
        "sequence": number_text(booking.sequence),
        "partstat": booking.partstat,
    }
