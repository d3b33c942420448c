"""A whole bundle as rows of text: what is written, and what two bundles are compared by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from scheduler.bundle import tables
from scheduler.bundle.bell_rows import bell_cells, closure_cells, day_type_cells
from scheduler.bundle.booking_rows import booking_cells
from scheduler.bundle.organization_rows import contact_cells, site_cells
from scheduler.bundle.place_rows import organization_cells, school_cells
from scheduler.bundle.request_rows import request_cells
from scheduler.bundle.staff_rows import class_cells, person_cells
from scheduler.bundle.tables import Cells, Table
from scheduler.bundle.topic_rows import topic_cells
from scheduler.bundle.values import Bundle
from scheduler.bundle.volunteer_rows import (
    away_cells,
    clearance_cells,
    volunteer_cells,
    weekly_cells,
)

T = TypeVar("T")


def table_rows(bundle: Bundle, table: Table) -> tuple[Cells, ...] | None:
    """Return the rows of one spreadsheet by key, or None where the bundle says nothing of it."""
    rows = _ROWS_BY_FILE[table.file](bundle)
    return None if rows is None else tuple(rows)


def rows_by_key(bundle: Bundle, table: Table) -> dict[tuple[str, ...], Cells]:
    """Return the rows of one spreadsheet by their keys."""
    return {table.key_of(cells): cells for cells in table_rows(bundle, table) or ()}


def _each(values: Mapping[str, T] | None, cells: Callable[[T], Cells]) -> Iterable[Cells] | None:
    return None if values is None else (cells(values[key]) for key in sorted(values))


def _parts(
    values: Mapping[str, T] | None, cells: Callable[[T], Iterable[Cells]]
) -> Iterable[Cells] | None:
    if values is None:
        return None
    return (row for key in sorted(values) for row in cells(values[key]))


def _parts_if_any(
    values: Mapping[str, T] | None, cells: Callable[[T], Iterable[Cells]]
) -> Iterable[Cells] | None:
    return tuple(_parts(values, cells) or ()) or None


def _closures(bundle: Bundle) -> Iterable[Cells] | None:
    return None if bundle.closures is None else map(closure_cells, sorted(set(bundle.closures)))


def _staff(bundle: Bundle) -> Iterable[Cells] | None:
    if bundle.staff is None:
        return None
    return _each({key: each for key, each in bundle.staff.items() if each.is_staff}, person_cells)


def _bookings(bundle: Bundle) -> Iterable[Cells] | None:
    if bundle.bookings is None:
        return None
    return (
        booking_cells(booking, timezone=bundle.timezone_of(booking.request))
        for booking in sorted(bundle.bookings, key=lambda each: each.key)
    )


_ROWS_BY_FILE: Mapping[str, Callable[[Bundle], Iterable[Cells] | None]] = {
    tables.TOPICS.file: lambda b: _each(b.topics.by_key if b.topics else None, topic_cells),
    tables.BELL_SCHEDULES.file: lambda b: _parts(b.bell_schedules, bell_cells),
    tables.DAY_TYPES.file: lambda b: _parts(b.bell_schedules, day_type_cells),
    tables.CLOSURES.file: _closures,
    tables.SCHOOLS.file: lambda b: _each(b.schools, school_cells),
    tables.STAFF.file: _staff,
    tables.CLASSES.file: lambda b: _each(b.classes, class_cells),
    tables.ORGANIZATIONS.file: lambda b: _each(b.organizations, organization_cells),
    tables.ORGANIZATION_SITES.file: lambda b: _parts_if_any(b.organizations, site_cells),
    tables.ORGANIZATION_CONTACTS.file: lambda b: _parts_if_any(b.organizations, contact_cells),
    tables.VOLUNTEERS.file: lambda b: _each(b.volunteers, volunteer_cells),
    tables.AVAILABILITY.file: lambda b: _parts(b.volunteers, weekly_cells),
    tables.DAYS_AWAY.file: lambda b: _parts(b.volunteers, away_cells),
    tables.CLEARANCES.file: lambda b: _parts(b.volunteers, clearance_cells),
    tables.REQUESTS.file: lambda b: _each(b.requests, request_cells),
    tables.BOOKINGS.file: _bookings,
}
