"""Bell schedules: lesson periods in their order, and which date is which kind of day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.schooldays import BellPeriod, BellSchedule
from scheduler.storage.models.districts import BellPeriodRow, BellScheduleRow, DayTypeRow
from scheduler.storage.repositories.rows import (
    by_owner,
    columns_of,
    delete_where,
    fields_of,
    insert_new,
    insert_rows,
    known_ids,
)


def load(session: Session) -> Mapping[str, BellSchedule]:
    """Return every schedule by key, in order of key."""
    day_rows = session.scalars(select(DayTypeRow).order_by(DayTypeRow.day))
    days = by_owner((row.bell_schedule_id, row) for row in day_rows)
    rows: Any = session.execute(
        select(BellScheduleRow.id, BellScheduleRow.key, BellPeriodRow)
        .outerjoin(BellPeriodRow, BellPeriodRow.bell_schedule_id == BellScheduleRow.id)
        .order_by(BellPeriodRow.position)
    ).all()
    key_by_id = {number: key for number, key, _ in rows}
    periods = by_owner((number, period) for number, _, period in rows if period is not None)
    found = {
        key: BellSchedule(
            key=key,
            periods=tuple(BellPeriod(**fields_of(each, BellPeriod)) for each in periods[number]),
            day_type_by_date={each.day: each.day_type for each in days[number]},
        )
        for number, key in key_by_id.items()
    }
    return dict(sorted(found.items()))


def replace(session: Session, schedules: Sequence[BellSchedule]) -> None:
    """Make each of these schedules exactly as given; others stay."""
    keys = [schedule.key for schedule in schedules]
    insert_new(session, BellScheduleRow, [{"key": key} for key in keys], by="key")
    ids = known_ids(session, BellScheduleRow.key, keys, kind="bell schedule")
    delete_where(session, BellPeriodRow.bell_schedule_id, ids.values())
    delete_where(session, DayTypeRow.bell_schedule_id, ids.values())
    insert_rows(session, BellPeriodRow, _period_rows(schedules, ids=ids))
    insert_rows(session, DayTypeRow, _day_rows(schedules, ids=ids))


def _period_rows(
    schedules: Sequence[BellSchedule], *, ids: Mapping[str, int]
) -> list[dict[str, object]]:
    return [
        columns_of(period, BellPeriodRow)
        | {"bell_schedule_id": ids[schedule.key], "position": position}
        for schedule in schedules
        for position, period in enumerate(schedule.periods)
    ]


def _day_rows(
    schedules: Sequence[BellSchedule], *, ids: Mapping[str, int]
) -> list[dict[str, object]]:
    return [
        {"bell_schedule_id": ids[schedule.key], "day": day, "day_type": day_type}
        for schedule in schedules
        for day, day_type in schedule.day_type_by_date.items()
    ]
