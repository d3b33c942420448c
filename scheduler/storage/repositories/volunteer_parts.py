"""What hangs on a volunteer: the usual week, days away, clearances, the imported calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import BusySource, Clearance, Volunteer
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.models.volunteers import (
    BusySourceRow,
    ClearanceRow,
    DaysAwayRow,
    WeeklyAvailabilityRow,
)
from scheduler.storage.repositories.rows import (
    by_owner,
    columns_of,
    delete_where,
    fields_of,
    insert_rows,
    known_ids,
)

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of several volunteers by the volunteer's number, each list in its order."""

    weekly: Mapping[int, list[WeeklyAvailability]]
    away: Mapping[int, list[DaysAway]]
    clearances: Mapping[int, list[Clearance]]
    busy_by_volunteer: Mapping[int, BusySource]


def load(session: Session, chosen: Select[int]) -> Parts:
    """Return the parts of the volunteers whose numbers are chosen, in four queries."""
    return Parts(
        weekly=_weekly(session, chosen),
        away=_away(session, chosen),
        clearances=_clearances(session, chosen),
        busy_by_volunteer=_busy(session, chosen),
    )


def replace(session: Session, volunteer_by_id: Mapping[int, Volunteer]) -> None:
    """Make the parts of these volunteers exactly as given."""
    for owner in (
        WeeklyAvailabilityRow.volunteer_id,
        DaysAwayRow.volunteer_id,
        ClearanceRow.volunteer_id,
        BusySourceRow.volunteer_id,
    ):
        delete_where(session, owner, volunteer_by_id)
    insert_rows(session, WeeklyAvailabilityRow, _weekly_rows(volunteer_by_id))
    insert_rows(session, DaysAwayRow, _away_rows(volunteer_by_id))
    insert_rows(session, ClearanceRow, _clearance_rows(session, volunteer_by_id))
    insert_rows(session, BusySourceRow, _busy_rows(volunteer_by_id))


def _weekly(session: Session, chosen: Select[int]) -> Mapping[int, list[WeeklyAvailability]]:
    rows = session.scalars(
        select(WeeklyAvailabilityRow)
        .where(WeeklyAvailabilityRow.volunteer_id.in_(chosen))
        .order_by(WeeklyAvailabilityRow.position)
    )
    return by_owner(
        (row.volunteer_id, WeeklyAvailability(**fields_of(row, WeeklyAvailability))) for row in rows
    )


def _away(session: Session, chosen: Select[int]) -> Mapping[int, list[DaysAway]]:
    rows = session.scalars(
        select(DaysAwayRow)
        .where(DaysAwayRow.volunteer_id.in_(chosen))
        .order_by(DaysAwayRow.position)
    )
    return by_owner((row.volunteer_id, DaysAway(DateRange(row.first, row.last))) for row in rows)


def _clearances(session: Session, chosen: Select[int]) -> Mapping[int, list[Clearance]]:
    rows = session.execute(
        select(ClearanceRow, SchoolRow.key)
        .outerjoin(SchoolRow, SchoolRow.id == ClearanceRow.school_id)
        .where(ClearanceRow.volunteer_id.in_(chosen))
        .order_by(ClearanceRow.position)
    )
    return by_owner(
        (row.volunteer_id, Clearance(**fields_of(row, Clearance), school=school or ""))
        for row, school in rows
    )


def _busy(session: Session, chosen: Select[int]) -> Mapping[int, BusySource]:
    rows = session.scalars(select(BusySourceRow).where(BusySourceRow.volunteer_id.in_(chosen)))
    return {row.volunteer_id: BusySource(**fields_of(row, BusySource)) for row in rows}


def _weekly_rows(volunteer_by_id: Mapping[int, Volunteer]) -> Rows:
    return [
        columns_of(block, WeeklyAvailabilityRow) | {"volunteer_id": number, "position": position}
        for number, volunteer in volunteer_by_id.items()
        for position, block in enumerate(volunteer.weekly)
    ]


def _away_rows(volunteer_by_id: Mapping[int, Volunteer]) -> Rows:
    return [
        columns_of(absence.days, DaysAwayRow) | {"volunteer_id": number, "position": position}
        for number, volunteer in volunteer_by_id.items()
        for position, absence in enumerate(volunteer.away)
    ]


def _clearance_rows(session: Session, volunteer_by_id: Mapping[int, Volunteer]) -> Rows:
    schools = (c.school for volunteer in volunteer_by_id.values() for c in volunteer.clearances)
    school_ids = known_ids(session, SchoolRow.key, schools, kind="school")
    return [
        columns_of(clearance, ClearanceRow)
        | {
            "volunteer_id": number,
            "position": position,
            "school_id": school_ids.get(clearance.school),
        }
        for number, volunteer in volunteer_by_id.items()
        for position, clearance in enumerate(volunteer.clearances)
    ]


def _busy_rows(volunteer_by_id: Mapping[int, Volunteer]) -> Rows:
    return [
        columns_of(volunteer.busy, BusySourceRow) | {"volunteer_id": number}
        for number, volunteer in volunteer_by_id.items()
        if volunteer.busy is not None
    ]
