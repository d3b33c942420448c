"""Who did what: lines are only ever added."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.services.ports import Activity
from scheduler.storage.models.records import ActivityRow
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_rows


class SqlActivities:
    """Implement the port ``Activities``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entries: Iterable[Activity]) -> None:
        """Append entries."""
        insert_rows(self._session, ActivityRow, [columns_of(e, ActivityRow) for e in entries])

    def recent(self, *, limit: int) -> tuple[Activity, ...]:
        """Return the latest entries, newest first; of one moment, the last added first."""
        rows = self._session.scalars(
            select(ActivityRow).order_by(ActivityRow.at.desc(), ActivityRow.id.desc()).limit(limit)
        )
        return tuple(Activity(**fields_of(row, Activity)) for row in rows)
