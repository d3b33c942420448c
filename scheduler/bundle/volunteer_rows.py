"""Volunteers as rows, with what belongs to them: usual weeks, days away, clearances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Generic, TypeVar

from scheduler.bundle.bell_rows import read_days
from scheduler.bundle.place_rows import coordinate_cells, read_coordinates, read_grades
from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.staff_rows import active_cells, read_is_active
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import (
    day_text,
    decimal,
    list_text,
    number_text,
    one_of,
    parse_address,
    parse_day,
    parse_key,
    parse_tag,
    parse_wall,
    parse_weekday,
    parse_zone,
    wall_text,
    whole,
)
from scheduler.domain.availability import WEEKDAYS, DaysAway, WeeklyAvailability
from scheduler.domain.grades import format_grades
from scheduler.domain.topics import parse_levels
from scheduler.domain.volunteers import (
    Clearance,
    ClearanceState,
    Format,
    Limits,
    Volunteer,
    VolunteerKind,
)

Attached = TypeVar("Attached", WeeklyAvailability, DaysAway, Clearance)

ADULT_ANSWERS = ("yes", "no", "unknown")
_USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Attachment(Generic[Attached]):
    """One thing that belongs to a volunteer, with the address it names."""

    email: str
    value: Attached


def read_volunteer(row: Row) -> Volunteer:
    """Return the volunteer of a row, without what other files say."""
    return Volunteer(
        email=row.read("email", parse_address, default=""),
        name=row.text("name"),
        level_by_topic=_read_levels(row),
        grades=read_grades(row),
        languages=row.read_each("languages", parse_tag),
        formats=frozenset(row.read_each("formats", one_of(Format, but=Format.EITHER))),
        organization=row.read("organization", parse_key, default=""),
        kind=row.read("kind", one_of(VolunteerKind), default=VolunteerKind.SPEAKER),
        postal_code=row.word("postal_code"),
        coordinates=read_coordinates(row),
        limits=_read_limits(row),
        needs=row.text("needs"),
        protocol=row.text("protocol"),
        locale=row.read("locale", parse_tag, default=""),
        timezone=row.read("timezone", parse_zone, default=""),
        adult=row.read("adult", _parse_adult, default="unknown"),
        adult_checked_on=row.read("adult_checked_on", parse_day, default=None),
        is_active=read_is_active(row),
    )


def volunteer_cells(volunteer: Volunteer) -> Cells:
    """Return the row of a volunteer."""
    levels = (f"{topic}:{level}" for topic, level in volunteer.level_by_topic.items())
    limits = volunteer.limits
    return {
        "email": volunteer.email,
        "name": volunteer.name,
        "organization": volunteer.organization,
        "kind": volunteer.kind,
        "topics": list_text(levels),
        "grades": list_text(format_grades(volunteer.grades)),
        "languages": list_text(volunteer.languages),
        "formats": list_text(sorted(volunteer.formats)),
        "postal_code": volunteer.postal_code,
        **coordinate_cells(volunteer.coordinates),
        "max_km": number_text(limits.max_km),
        "max_per_day": number_text(limits.max_per_day),
        "max_per_week": number_text(limits.max_per_week),
        "max_per_month": number_text(limits.max_per_month),
        "buffer_minutes": number_text(limits.buffer_minutes),
        "notice_days": number_text(limits.notice_days),
        "min_minutes": number_text(limits.min_minutes),
        "needs": volunteer.needs,
        "protocol": volunteer.protocol,
        "locale": volunteer.locale,
        "timezone": volunteer.timezone,
        "adult": volunteer.adult,
        "adult_checked_on": day_text(volunteer.adult_checked_on),
        **active_cells(volunteer.is_active),
    }


def read_weekly(row: Row) -> Attachment[WeeklyAvailability] | None:
    """Return a block of a usual week, or None where the cells do not make one."""
    email = row.read("volunteer_email", parse_address, default="")
    weekday = row.read("weekday", parse_weekday, default=None)
    start = row.read("start", parse_wall, default=None)
    end = row.read("end", parse_wall, default=None)
    first = row.read("first_date", parse_day, default=None)
    last = row.read("last_date", parse_day, default=None)
    if weekday is None or start is None or end is None:
        return None
    if end <= start:
        row.note("end", f"{quoted(wall_text(end))} is not after the start, {wall_text(start)}.")
        return None
    if first and last and last < first:
        row.note("last_date", f"{quoted(day_text(last))} is before the first day, {first}.")
        return None
    return Attachment(email, WeeklyAvailability(weekday, start, end, first, last))


def weekly_cells(volunteer: Volunteer) -> Iterator[Cells]:
    """Yield the blocks of a volunteer's week, Monday first."""
    for block in sorted(volunteer.weekly, key=block_order):
        yield block_cells(volunteer.email, block)


def block_cells(email: str, block: WeeklyAvailability) -> Cells:
    """Return the row of one block of a week."""
    return {
        "volunteer_email": email,
        "weekday": WEEKDAYS[block.weekday],
        "start": wall_text(block.start),
        "end": wall_text(block.end),
        "first_date": day_text(block.first),
        "last_date": day_text(block.last),
    }


def read_away(row: Row) -> Attachment[DaysAway] | None:
    """Return days away, or None where the cells do not make them."""
    email = row.read("volunteer_email", parse_address, default="")
    days = read_days(row)
    return Attachment(email, DaysAway(days)) if days else None


def away_cells(volunteer: Volunteer) -> Iterator[Cells]:
    """Yield a volunteer's days away in order."""
    for absence in sorted(volunteer.away):
        yield absence_cells(volunteer.email, absence)


def absence_cells(email: str, absence: DaysAway) -> Cells:
    """Return the row of days away."""
    return {
        "volunteer_email": email,
        "first_date": day_text(absence.days.first),
        "last_date": day_text(absence.days.last),
    }


def read_clearance(row: Row) -> Attachment[Clearance]:
    """Return a clearance."""
    email = row.read("volunteer_email", parse_address, default="")
    issued = row.read("issued", parse_day, default=None)
    expires = row.read("expires", parse_day, default=None)
    if issued and expires and expires < issued:
        row.note("expires", f"{quoted(day_text(expires))} is before it was issued, {issued}.")
    clearance = Clearance(
        kind=row.word("kind"),
        issued=issued,
        approved=row.read("approved", parse_day, default=None),
        expires=expires,
        holder=row.text("holder"),
        school=row.read("school", parse_key, default=""),
        state=row.read("state", one_of(ClearanceState), default=ClearanceState.PENDING),
    )
    return Attachment(email, clearance)


def clearance_cells(volunteer: Volunteer) -> Iterator[Cells]:
    """Yield a volunteer's clearances by kind and dates."""
    for clearance in sorted(volunteer.clearances, key=clearance_order):
        yield check_cells(volunteer.email, clearance)


def clearance_order(clearance: Clearance) -> tuple[str, ...]:
    """Return what clearances of one person are sorted by: kind, then dates."""
    return tuple(check_cells("", clearance).values())


def check_cells(email: str, clearance: Clearance) -> Cells:
    """Return the row of one clearance."""
    return {
        "volunteer_email": email,
        "kind": clearance.kind,
        "issued": day_text(clearance.issued),
        "approved": day_text(clearance.approved),
        "expires": day_text(clearance.expires),
        "holder": clearance.holder,
        "school": clearance.school,
        "state": clearance.state,
    }


def _read_levels(row: Row) -> dict[str, int]:
    levels: dict[str, int] = {}
    for named in row.read_each("topics", lambda entry: parse_levels((entry,))):
        for topic, level in named.items():
            if topic in levels:
                row.note("topics", f"The topic {quoted(topic)} is named twice.")
            levels[topic] = level
    return levels


def _read_limits(row: Row) -> Limits:
    return Limits(
        max_km=row.read("max_km", decimal(0, 20_100), default=None),
        max_per_day=row.read("max_per_day", whole(0, 100), default=_USUAL.max_per_day),
        max_per_week=row.read("max_per_week", whole(0, 100), default=_USUAL.max_per_week),
        max_per_month=row.read("max_per_month", whole(0, 1000), default=_USUAL.max_per_month),
        buffer_minutes=row.read("buffer_minutes", whole(0, 1440), default=_USUAL.buffer_minutes),
        notice_days=row.read("notice_days", whole(0, 366), default=_USUAL.notice_days),
        min_minutes=row.read("min_minutes", whole(0, 1440), default=_USUAL.min_minutes),
    )


def _parse_adult(text: str) -> str:
    if text.lower() not in ADULT_ANSWERS:
        raise ValueError(f"{quoted(text)} must be one of: {', '.join(ADULT_ANSWERS)}.")
    return text.lower()


def block_order(block: WeeklyAvailability) -> tuple[int, time, time, str, str]:
    """Return what blocks of a week are sorted by; an open beginning comes first."""
    return block.weekday, block.start, block.end, day_text(block.first), day_text(block.last)
