"""What hangs on a volunteer: the usual week, days away, clearances, the imported calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    Text,
    Time,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import BusySource, Clearance, ClearanceState, Volunteer
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

# What a part may tell, each in its type, so that all kinds of parts fit into one answer.
_ABSENT: Mapping[str, Any] = {
    "weekday": cast(null(), Integer),
    **{name: cast(null(), Time) for name in ("start", "end")},
    **{name: cast(null(), Date) for name in ("first", "last", "issued", "approved", "expires")},
    **{name: cast(null(), Text) for name in ("kind", "holder", "school", "state")},
}


WEEKLY, AWAY, CLEARANCE = "weekly", "away", "clearance"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of several volunteers by the volunteer's number, each list in its order."""

    weekly: Mapping[int, list[WeeklyAvailability]]
    away: Mapping[int, list[DaysAway]]
    clearances: Mapping[int, list[Clearance]]


def load(session: Session, chosen: Select[int]) -> Parts:
    """Return the parts of the volunteers whose numbers are chosen, in one query."""
    each_part = union_all(_weekly(chosen), _away(chosen), _clearances(chosen))
    rows = tuple(session.execute(each_part.order_by("position")))
    return Parts(
        weekly=by_owner((row.owner, _block(row)) for row in rows if row.part == WEEKLY),
        away=by_owner(
            (row.owner, DaysAway(DateRange(row.first, row.last)))
            for row in rows
            if row.part == AWAY
        ),
        clearances=by_owner((row.owner, _clearance(row)) for row in rows if row.part == CLEARANCE),
    )


def busy_source(row: BusySourceRow | None) -> BusySource | None:
    """Return the imported calendar, if there is one."""
    return BusySource(**fields_of(row, BusySource)) if row else None


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


def _weekly(chosen: Select[int]) -> Select[Any]:
    names = ("weekday", "start", "end", "first", "last")
    columns = {name: getattr(WeeklyAvailabilityRow, name) for name in names}
    return _part(WEEKLY, WeeklyAvailabilityRow, columns, chosen=chosen)


def _away(chosen: Select[int]) -> Select[Any]:
    columns = {"first": DaysAwayRow.first, "last": DaysAwayRow.last}
    return _part(AWAY, DaysAwayRow, columns, chosen=chosen)


def _clearances(chosen: Select[int]) -> Select[Any]:
    names = ("kind", "issued", "approved", "expires", "holder")
    columns = {name: getattr(ClearanceRow, name) for name in names}
    columns |= {"school": SchoolRow.key, "state": type_coerce(ClearanceRow.state, Text)}
    found = _part(CLEARANCE, ClearanceRow, columns, chosen=chosen)
    return found.outerjoin(SchoolRow, SchoolRow.id == ClearanceRow.school_id)


def _part(part: str, table: Any, columns: Mapping[str, Any], *, chosen: Select[int]) -> Select[Any]:
    """Select one kind of part; what it has no column for is absent."""
    filled = {**_ABSENT, **columns}
    return (
        select(
            literal(part).label("part"),
            table.volunteer_id.label("owner"),
            table.position.label("position"),
            *(column.label(name) for name, column in filled.items()),
        )
        .select_from(table)
        .where(table.volunteer_id.in_(chosen))
    )


def _block(row: Any) -> WeeklyAvailability:
    return WeeklyAvailability(row.weekday, row.start, row.end, first=row.first, last=row.last)


def _clearance(row: Any) -> Clearance:
    return Clearance(
        kind=row.kind,
        issued=row.issued,
        approved=row.approved,
        expires=row.expires,
        holder=row.holder,
        school=row.school or "",
        state=ClearanceState(row.state),
    )


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
