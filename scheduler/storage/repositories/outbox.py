"""Mail to be sent, once: a row's key lets it exist once, a claim lets one process have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from scheduler.services.ports import OutboxRow, OutboxState
from scheduler.storage.models.records import OutboxEntryRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    insert_new,
)


class SqlOutbox:
    """Implement the port ``Outbox``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Iterable[OutboxRow]) -> int:
        """Store rows whose key is new and return how many were; others are left as they are."""
        new = [columns_of(row, OutboxEntryRow) for row in rows]
        return insert_new(self._session, OutboxEntryRow, new, by="key")

    def of_subjects(self, subjects: Iterable[str]) -> tuple[OutboxRow, ...]:
        """Return all mail about these subjects, by creation."""
        found = [
            row
            for chunk in chunks(subjects)
            for row in self._session.scalars(
                select(OutboxEntryRow).where(OutboxEntryRow.subject.in_(chunk))
            )
        ]
        found.sort(key=lambda row: (row.created_at, row.id))
        return tuple(map(_value, found))

    def set_state(
        self, keys: Iterable[str], *, state: OutboxState, due_at: datetime | None = None
    ) -> None:
        """Move rows to another state, and to another due moment where given.

        What was sent stays sent, whatever else happened meanwhile.
        """
        changes: dict[str, Any] = {"state": state}
        if due_at is not None:
            changes["due_at"] = due_at
        for chunk in chunks(keys):
            self._session.connection().execute(
                update(OutboxEntryRow)
                .where(OutboxEntryRow.key.in_(chunk), OutboxEntryRow.state != OutboxState.SENT)
                .values(changes)
            )

    def remove(self, keys: Iterable[str]) -> None:
        """Forget rows that were held for a change which was taken back; never what was sent."""
        for chunk in chunks(keys):
            self._session.connection().execute(
                delete(OutboxEntryRow).where(
                    OutboxEntryRow.key.in_(chunk), OutboxEntryRow.state != OutboxState.SENT
                )
            )

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """Take due rows for sending, oldest first, and count the attempt.

        No other process takes them before ``until``; on PostgreSQL two processes that claim at
        once pass over each other's rows instead of waiting.
        """
        is_due = (OutboxEntryRow.state == OutboxState.DUE) & (OutboxEntryRow.due_at <= now)
        was_left = (OutboxEntryRow.state == OutboxState.SENDING) & (
            OutboxEntryRow.claimed_until <= now
        )
        chosen = self._session.scalars(
            select(OutboxEntryRow.id)
            .where(or_(is_due, was_left))
            .order_by(OutboxEntryRow.created_at, OutboxEntryRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for chunk in chunks(chosen):
            self._session.connection().execute(
                update(OutboxEntryRow)
                .where(OutboxEntryRow.id.in_(chunk))
                .values(
                    state=OutboxState.SENDING,
                    claimed_until=until,
                    attempts=OutboxEntryRow.attempts + 1,
                )
            )
        return self._claimed(chosen)

    def mark(
        self,
        key: str,
        *,
        state: OutboxState,
        at: datetime,
        due_at: datetime | None = None,
        problem: str = "",
    ) -> None:
        """Enter what became of a claimed row; a retry is ``due`` with its next moment."""
        changes: dict[str, Any] = {"state": state, "problem": problem, "claimed_until": None}
        if state is OutboxState.SENT:
            changes["sent_at"] = at
        if due_at is not None:
            changes["due_at"] = due_at
        self._session.connection().execute(
            update(OutboxEntryRow).where(OutboxEntryRow.key == key).values(changes)
        )

    def take_back(self) -> int:
        """Make rows due again that a process took and never answered for; return how many.

        Only for whoever knows that no other process is sending.
        """
        left = (
            update(OutboxEntryRow)
            .where(OutboxEntryRow.state == OutboxState.SENDING)
            .values(state=OutboxState.DUE, claimed_until=None)
        )
        return self._session.connection().execute(left).rowcount

    def counts(self) -> Mapping[OutboxState, int]:
        """Return how many rows are in each state, none included."""
        pairs = self._session.execute(
            select(OutboxEntryRow.state, func.count()).group_by(OutboxEntryRow.state)
        )
        return dict.fromkeys(OutboxState, 0) | dict(pairs.all())

    def _claimed(self, numbers: Iterable[int]) -> tuple[OutboxRow, ...]:
        rows = [
            row
            for chunk in chunks(numbers)
            for row in self._session.scalars(
                select(OutboxEntryRow).where(OutboxEntryRow.id.in_(chunk))
            )
        ]
        rows.sort(key=lambda row: (row.created_at, row.id))
        return tuple(map(_value, rows))


def _value(row: OutboxEntryRow) -> OutboxRow:
    return OutboxRow(**fields_of(row, OutboxRow))
