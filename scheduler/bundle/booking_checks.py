"""Checks bookings against each other: one visit is one thing, and nobody is in two places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from scheduler.bundle.booking_rows import BookingRow
from scheduler.bundle.incoming import Incoming
from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.values import Bundle
from scheduler.domain.visits import VOLUNTEER_PREFIX, Partstat, VisitState, hosts_of

_FACTS = ("request", "start", "status", "session", "room", "sequence")


def check_bookings(incoming: Incoming, merged: Bundle) -> None:
    """Note bookings that contradict each other or the request they are for."""
    row_by_key = {found.value.key: found.row for found in incoming.bookings}
    bookings = merged.bookings or ()
    _check_visits_agree(bookings, row_by_key)
    _check_sessions(bookings, row_by_key, merged=merged)
    _check_overlaps(bookings, row_by_key, merged=merged)


RowByKey = Mapping[tuple[str, str], Row]


def _check_visits_agree(bookings: Iterable[BookingRow], row_by_key: RowByKey) -> None:
    first_by_uid: dict[str, BookingRow] = {}
    for booking in _in_file_order(bookings, row_by_key):
        first = first_by_uid.setdefault(booking.uid, booking)
        row = row_by_key.get(booking.key)
        pairs = zip(_FACTS, first.visit_facts, booking.visit_facts, strict=True)
        differing = [name for name, fact, other in pairs if fact != other]
        if row and differing:
            sentence = f"Another row of the visit {quoted(booking.uid)} has another {differing[0]}."
            row.note(differing[0], sentence)


def _check_sessions(
    bookings: Iterable[BookingRow], row_by_key: RowByKey, *, merged: Bundle
) -> None:
    uid_by_session: dict[tuple[str, int], str] = {}
    for booking in _in_file_order(bookings, row_by_key):
        request = (merged.requests or {}).get(booking.request)
        row = row_by_key.get(booking.key)
        if request is None or booking.status is VisitState.CANCELLED:
            continue
        other = uid_by_session.setdefault((booking.request, booking.session), booking.uid)
        if row and booking.session > request.sessions:
            row.note("session", f"“{booking.session}”: the request has {request.sessions}.")
        elif row and other != booking.uid:
            row.note("session", f"“{booking.session}” is the visit {quoted(other)} already.")


def _check_overlaps(
    bookings: Iterable[BookingRow], row_by_key: RowByKey, *, merged: Bundle
) -> None:
    told: set[frozenset[str]] = set()
    taken: dict[str, set[BookingRow]] = defaultdict(set)
    for booking in bookings:
        for resource in _resources(booking, merged) if booking.occupies else ():
            taken[resource].add(booking)
    for resource in sorted(taken, key=lambda name: not name.startswith(VOLUNTEER_PREFIX)):
        for first, second in _overlapping(taken[resource]):
            row = row_by_key.get(second.key) or row_by_key.get(first.key)
            pair = frozenset({first.uid, second.uid})
            if row and pair not in told:
                told.add(pair)
                other = first if row_by_key.get(second.key) else second
                kind, _, key = resource.partition(":")
                sentence = f"The {kind} {quoted(key)} is in the visit {quoted(other.uid)} then."
                row.note("start", sentence)


def _resources(booking: BookingRow, merged: Bundle) -> Iterator[str]:
    if booking.partstat is not Partstat.DECLINED:
        yield VOLUNTEER_PREFIX + booking.volunteer_email
    if request := (merged.requests or {}).get(booking.request):
        classroom = (merged.classes or {}).get(request.classroom)
        yield from hosts_of(
            teacher_email=request.teacher_email,
            school=request.school,
            classroom=request.classroom,
            room=booking.room or (classroom.room if classroom else ""),
        )


def _overlapping(bookings: Iterable[BookingRow]) -> Iterator[tuple[BookingRow, BookingRow]]:
    latest: BookingRow | None = None
    for booking in sorted(bookings, key=lambda each: (each.period, each.key)):
        if latest and latest.uid != booking.uid and booking.start < latest.end:
            yield latest, booking
        if latest is None or booking.end > latest.end:
            latest = booking


def _in_file_order(bookings: Iterable[BookingRow], row_by_key: RowByKey) -> list[BookingRow]:
    # What is known already comes first, so that the bundle's own row is the one to blame.
    def order(booking: BookingRow) -> int:
        row = row_by_key.get(booking.key)
        return row.number if row else 0

    return sorted(bookings, key=order)
