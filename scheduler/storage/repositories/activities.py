"""Who did what: lines are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

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

    def recent(
        self,
        *,
        limit: int,
        actor: str = "",
        deeds: Iterable[str] | None = None,
        before: datetime | None = None,
    ) -> tuple[Activity, ...]:
        """Return the latest entries, newest first; of one moment, the last added first.

        Only those of one actor, of these deeds or before that moment, where given.
        """
        wanted = select(ActivityRow).order_by(ActivityRow.at.desc(), ActivityRow.id.desc())
        if actor:
            wanted = wanted.where(ActivityRow.actor == actor)
        if deeds is not None:
            wanted = wanted.where(ActivityRow.deed.in_(tuple(deeds)))
        if before is not None:
            wanted = wanted.where(ActivityRow.at < before)
        rows = self._session.scalars(wanted.limit(limit))
        return tuple(Activity(**fields_of(row, Activity)) for row in rows)
