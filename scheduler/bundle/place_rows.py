"""Schools and organizations as rows."""

from __future__ import annotations

from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import (
    decimal,
    list_text,
    number_text,
    parse_address,
    parse_key,
    parse_zone,
    whole,
)
from scheduler.domain.districts import Coordinates, Organization, School
from scheduler.domain.grades import format_grades, parse_grades

_NOWHERE = Coordinates(0.0, 0.0)


def read_school(row: Row) -> School:
    """Return the school of a row."""
    return School(
        key=row.read("school", parse_key, default=""),
        name=row.text("name"),
        coordinates=read_coordinates(row) or _NOWHERE,
        address=row.text("address"),
        postal_code=row.word("postal_code"),
        timezone=row.read("timezone", parse_zone, default=""),
        bell_schedule=row.read("bell_schedule", parse_key, default=""),
        grades=read_grades(row),
        enrolment=row.read("enrolment", whole(0, 1_000_000), default=None),
        need_weight=row.read("need_weight", whole(1, 3), default=1),
        zone=row.text("zone"),
        arrival_note=row.text("arrival_note"),
        phone=row.text("phone"),
    )


def school_cells(school: School) -> Cells:
    """Return the row of a school."""
    return {
        "school": school.key,
        "name": school.name,
        "address": school.address,
        "postal_code": school.postal_code,
        **coordinate_cells(school.coordinates),
        "timezone": school.timezone,
        "bell_schedule": school.bell_schedule,
        "grades": list_text(format_grades(school.grades)),
        "enrolment": number_text(school.enrolment),
        "need_weight": number_text(school.need_weight),
        "zone": school.zone,
        "arrival_note": school.arrival_note,
        "phone": school.phone,
    }


def read_organization(row: Row) -> Organization:
    """Return the organization of a row."""
    return Organization(
        key=row.read("organization", parse_key, default=""),
        name=row.text("name"),
        kind=row.text("kind"),
        contact_email=row.read("contact_email", parse_address, default=""),
        visits_per_term=row.read("visits_per_term", whole(0, 1_000_000), default=None),
        address=row.text("address"),
        coordinates=read_coordinates(row),
    )


def organization_cells(organization: Organization) -> Cells:
    """Return the row of an organization."""
    return {
        "organization": organization.key,
        "name": organization.name,
        "kind": organization.kind,
        "contact_email": organization.contact_email,
        "visits_per_term": number_text(organization.visits_per_term),
        "address": organization.address,
        **coordinate_cells(organization.coordinates),
    }


def read_coordinates(row: Row) -> Coordinates | None:
    """Return a row's point, or None where it has none; half a point is noted."""
    latitude = row.read("latitude", decimal(-90, 90), default=None)
    longitude = row.read("longitude", decimal(-180, 180), default=None)
    for column, other in (("latitude", "longitude"), ("longitude", "latitude")):
        is_alone = row.cells.get(other, "").strip() and not row.cells.get(column, "").strip()
        if is_alone and column not in row.table.required:
            row.note(column, f"There is a {other} but no {column}.")
    if latitude is None or longitude is None:
        return None
    return Coordinates(latitude, longitude)


def coordinate_cells(coordinates: Coordinates | None) -> Cells:
    """Return a point's two cells, empty for none."""
    return {
        "latitude": number_text(coordinates.latitude if coordinates else None),
        "longitude": number_text(coordinates.longitude if coordinates else None),
    }


def read_grades(row: Row) -> frozenset[int]:
    """Return the grades of a row's ranges."""
    ranges = row.read_each("grades", lambda entry: parse_grades((entry,)))
    return frozenset().union(*ranges)
