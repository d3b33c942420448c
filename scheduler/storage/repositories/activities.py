"""Who did what: lines are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.services.ports import Activity
from scheduler.storage.models.records import ActivityRow
from scheduler.storage.repositories.rows import AT_ONCE, columns_of, fields_of, insert_rows


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
        actors: Collection[str] | None = None,
        deeds: Iterable[str] | None = None,
        before: datetime | None = None,
    ) -> tuple[Activity, ...]:
        """Return the latest entries, newest first; of one moment, the last added first.

        Only those of these actors, of these deeds or before that moment, where given. Those of
        the last moment come all: many are approved at once, and share it.
        """
        wanted = _wanted(actors, deeds)
        if before is not None:
            wanted = wanted.where(ActivityRow.at < before)
        found = tuple(self._read(wanted.limit(limit)))
        if len(found) < limit:
            return found
        last = found[-1].at
        beside = sum(entry.at == last for entry in found)
        return (*found, *self._read(wanted.where(ActivityRow.at == last).offset(beside)))

    def every(
        self, *, actors: Collection[str] | None = None, deeds: Iterable[str] | None = None
    ) -> Iterator[Activity]:
        """Yield all entries, newest first, in one statement: of these actors, of these deeds."""
        return self._read(_wanted(actors, deeds))

    def _read(self, query: Any) -> Iterator[Activity]:
        for row in self._session.scalars(query, execution_options=AT_ONCE):
            yield Activity(**fields_of(row, Activity))


def _wanted(actors: Collection[str] | None, deeds: Iterable[str] | None) -> Any:
    wanted = select(ActivityRow).order_by(ActivityRow.at.desc(), ActivityRow.id.desc())
    if actors is not None:
        wanted = wanted.where(ActivityRow.actor.in_(tuple(actors)))
    return wanted if deeds is None else wanted.where(ActivityRow.deed.in_(tuple(deeds)))
