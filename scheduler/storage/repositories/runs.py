"""Runs: one open at a time, and each step taken only by whoever the run is in the hands of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from scheduler.domain.runs import Headway, Run, RunState
from scheduler.storage.models.runs import RunRow
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_new


class SqlRuns:
    """Implement the port ``Runs``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Run | None:
        """Return one run."""
        return self._first(RunRow.key == key)

    def open(self) -> Run | None:
        """Return the run that waits or is worked on."""
        return self._first(RunRow.is_open)

    def recent(self, *, limit: int) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""
        newest = select(RunRow).order_by(RunRow.asked_at.desc(), RunRow.id.desc())
        return tuple(_run(row) for row in self._session.scalars(newest.limit(limit)))

    def add(self, run: Run) -> bool:
        """Store a new run; False, and nothing is stored, while another one is open."""
        return bool(insert_new(self._session, RunRow, [_columns(run)], by="is_open"))

    def save(self, run: Run, *, was: Run) -> bool:
        """Store a run's next state; False if meanwhile it left the hands it was in.

        A wish to stop that was written meanwhile is kept.
        """
        columns = _columns(run)
        del columns["stop_asked_at"]
        return self._change(_as_was(was), **columns)

    def report(self, run: Run, *, headway: Headway, alive_until: datetime) -> Run | None:
        """Note how far a run is and until when its worker is believed alive.

        Returns the run as it is kept, None if it left the hands it was in.
        """
        noted = columns_of(headway, RunRow) | {"alive_until": alive_until}
        return self.get(run.key) if self._change(_as_was(run), **noted) else None

    def ask_to_stop(self, key: str, *, at: datetime) -> None:
        """Note that a run that is worked on is to stop."""
        is_running = (RunRow.key == key) & (RunRow.state == RunState.RUNNING)
        self._change(is_running & RunRow.stop_asked_at.is_(None), stop_asked_at=at)

    def _change(self, condition: ColumnElement[bool], **columns: Any) -> bool:
        changed = update(RunRow).where(condition).values(**columns)
        return bool(self._session.connection().execute(changed).rowcount)

    def _first(self, condition: ColumnElement[bool] | Any) -> Run | None:
        newest = select(RunRow).where(condition).order_by(RunRow.asked_at.desc(), RunRow.id.desc())
        row = self._session.scalars(newest.limit(1)).one_or_none()
        return _run(row) if row else None


def _as_was(run: Run) -> ColumnElement[bool]:
    return (RunRow.key == run.key) & (RunRow.state == run.state) & (RunRow.owner == run.owner)


def _columns(run: Run) -> dict[str, Any]:
    # Nothing instead of false: any number of rows may hold nothing, but only one may be true.
    is_open = {"is_open": run.is_open or None}
    return columns_of(run, RunRow) | columns_of(run.headway, RunRow) | is_open


def _run(row: RunRow) -> Run:
    return Run(**fields_of(row, Run), headway=Headway(**fields_of(row, Headway)))
