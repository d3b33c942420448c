"""A bundle's spreadsheets as found: each row a value that remembers where it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from scheduler.bundle import tables
from scheduler.bundle.bell_rows import (
    BellRow,
    DayTypeRow,
    read_bell,
    read_closure,
    read_day_type,
)
from scheduler.bundle.booking_rows import BookingRow, read_booking
from scheduler.bundle.bundle_rows import rows_by_key
from scheduler.bundle.organization_rows import Belonging, read_contact, read_site
from scheduler.bundle.place_rows import read_organization, read_school
from scheduler.bundle.request_rows import read_request
from scheduler.bundle.rows import Row
from scheduler.bundle.sheets import Sheet
from scheduler.bundle.staff_rows import read_class, read_person
from scheduler.bundle.tables import Table
from scheduler.bundle.topic_rows import read_topic
from scheduler.bundle.values import Bundle, Progress
from scheduler.bundle.volunteer_rows import (
    Attachment,
    read_away,
    read_clearance,
    read_volunteer,
    read_weekly,
)
from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.classes import Classroom
from scheduler.domain.districts import Contact, Organization, School, Site
from scheduler.domain.people import Person
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.schooldays import Closure
from scheduler.domain.topics import Topic
from scheduler.domain.volunteers import Clearance, Volunteer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value with its row."""

    row: Row
    value: T


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything that the spreadsheets hold; ``sheets`` has only the files that are there."""

    sheets: Mapping[str, Sheet]
    topics: tuple[Found[Topic], ...]
    bells: tuple[Found[BellRow], ...]
    day_types: tuple[Found[DayTypeRow], ...]
    closures: tuple[Found[Closure], ...]
    schools: tuple[Found[School], ...]
    staff: tuple[Found[Person], ...]
    classes: tuple[Found[Classroom], ...]
    organizations: tuple[Found[Organization], ...]
    sites: tuple[Found[Belonging[Site]], ...]
    contacts: tuple[Found[Belonging[Contact]], ...]
    volunteers: tuple[Found[Volunteer], ...]
    weekly: tuple[Found[Attachment[WeeklyAvailability]], ...]
    away: tuple[Found[Attachment[DaysAway]], ...]
    clearances: tuple[Found[Attachment[Clearance]], ...]
    requests: tuple[Found[ClassroomRequest], ...]
    bookings: tuple[Found[BookingRow], ...]

    def names(self, table: Table) -> bool:
        """Tell whether the bundle has that file."""
        return table.file in self.sheets


def find_values(sheets: Mapping[str, Sheet], *, existing: Bundle, progress: Progress) -> Incoming:
    """Return the values of all rows; what cannot be read is noted and left out.

    A column that a file leaves out keeps what is known of each thing that the file names.
    """
    total = sum(len(sheet.rows) for sheet in sheets.values())
    done = 0

    def found(table: Table, read: Callable[[Row], T | None]) -> tuple[Found[T], ...]:
        nonlocal done
        if table.file not in sheets:
            return ()
        rows = _completed(sheets[table.file], existing)
        values = [Found(row, value) for row in rows if (value := read(row)) is not None]
        done += len(rows)
        progress(done, total)
        return tuple(values)

    return Incoming(
        sheets=sheets,
        topics=found(tables.TOPICS, read_topic),
        bells=found(tables.BELL_SCHEDULES, read_bell),
        day_types=found(tables.DAY_TYPES, read_day_type),
        closures=found(tables.CLOSURES, read_closure),
        schools=found(tables.SCHOOLS, read_school),
        staff=found(tables.STAFF, read_person),
        classes=found(tables.CLASSES, read_class),
        organizations=found(tables.ORGANIZATIONS, read_organization),
        sites=found(tables.ORGANIZATION_SITES, read_site),
        contacts=found(tables.ORGANIZATION_CONTACTS, read_contact),
        volunteers=found(tables.VOLUNTEERS, read_volunteer),
        weekly=found(tables.AVAILABILITY, read_weekly),
        away=found(tables.DAYS_AWAY, read_away),
        clearances=found(tables.CLEARANCES, read_clearance),
        requests=found(tables.REQUESTS, read_request),
        bookings=found(tables.BOOKINGS, read_booking),
    )


def _completed(sheet: Sheet, existing: Bundle) -> tuple[Row, ...]:
    table = sheet.table
    left_out = set(table.columns) - sheet.columns - table.required
    if not left_out or table.key == table.columns:
        return sheet.rows
    known = rows_by_key(existing, table)
    return tuple(
        replace(row, cells={**{name: cells[name] for name in left_out}, **row.cells})
        if (cells := known.get(table.key_of(row.cells)))
        else row
        for row in sheet.rows
    )
