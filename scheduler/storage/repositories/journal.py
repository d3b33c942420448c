"""Which things changed, numbered in the order in which the changes could first be seen.

Repositories note what they store; the notes are written just before the commit. On PostgreSQL
a lock makes the writers take turns from there to the end of their commits: without it a lower
number could show up after a higher one was read, and its change would be missed for good.
Nothing else is locked after it, so nobody waits both ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from scheduler.services.ports import Change, ChangeKind
from scheduler.storage.models.journal import ChangeRow
from scheduler.storage.repositories.rows import insert_rows

NOTES = "visitbell_notes"
# Beyond this many of one kind, one row says that all of it changed.
MOST_NAMED = 1_000
# Any number will do, as long as every process takes the same.
TURNS = 8_474_826


class SqlJournal:
    """Implement the port ``Journal``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def number(self) -> int:
        """Return the number of the latest change, 0 before the first."""
        return self._session.scalar(select(func.max(ChangeRow.id))) or 0

    def since(self, number: int) -> tuple[Change, ...] | None:
        """Return all changes after that one, in order; None where some were forgotten since.

        The latest change is never forgotten, so whoever knew it once finds it here unless
        others were forgotten after it.
        """
        rows = self._session.execute(
            select(ChangeRow.id, ChangeRow.kind, ChangeRow.key)
            .where(ChangeRow.id >= max(number, 1))
            .order_by(ChangeRow.id)
        )
        found = tuple(Change(*row) for row in rows)
        expected = max(number, 1)
        if found and found[0].number != expected:
            return None
        return found[1:] if number else found

    def forget(self, *, before: datetime) -> int:
        """Forget changes made before that moment, never the latest; return how many."""
        old = delete(ChangeRow).where(ChangeRow.at < before, ChangeRow.id < self.number())
        return int(self._session.connection().execute(old).rowcount)


def note(session: Session, kind: ChangeKind, keys: Iterable[str] = ("",)) -> None:
    """Remember that these things change in this transaction."""
    session.info.setdefault(NOTES, {}).setdefault(kind, {}).update(dict.fromkeys(keys))


def write_notes(session: Session) -> None:
    """Write what was noted, as the last thing before the commit."""
    keys_by_kind: dict[ChangeKind, dict[str, None]] = session.info.pop(NOTES, {})
    at = datetime.now(UTC)
    rows = [
        {"at": at, "kind": kind, "key": key}
        for kind, keys in keys_by_kind.items()
        for key in (keys if len(keys) <= MOST_NAMED else ("",))
    ]
    if rows and session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({TURNS})"))
    insert_rows(session, ChangeRow, rows)
