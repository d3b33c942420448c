"""Marks: up to when each regular work was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.storage.models.records import MarkRow
from scheduler.storage.repositories.rows import insert_new


class SqlMarks:
    """Implement the port ``Marks``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def reached(self, name: str) -> datetime | None:
        """Return up to when that work was done, None if never."""
        return self._session.scalars(
            select(MarkRow.reached).where(MarkRow.name == name)
        ).one_or_none()

    def move(self, name: str, *, to: datetime) -> None:
        """Note that it was done up to then; a mark never moves back."""
        if insert_new(self._session, MarkRow, [{"name": name, "reached": to}], by="name"):
            return
        self._session.connection().execute(
            update(MarkRow).where(MarkRow.name == name, MarkRow.reached < to).values(reached=to)
        )
