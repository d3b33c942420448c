"""Days closed at short notice, with how everything stood before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scheduler.domain.closings import Before, Closing
from scheduler.domain.periods import Period
from scheduler.domain.visits import PendingMove, VisitState
from scheduler.storage.models.care import ClosingRow
from scheduler.storage.repositories.rows import columns_of, fields_of, upsert


class SqlClosings:
    """Implement the port ``Closings``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Closing | None:
        """Return one closing."""
        return next(iter(self._load(ClosingRow.key == key)), None)

    def since(self, day: date) -> tuple[Closing, ...]:
        """Return the closings of that day and later, by day, the latest made first."""
        found = self._load(ClosingRow.day >= day)
        newest_first = sorted(found, key=lambda closing: closing.made_at, reverse=True)
        return tuple(sorted(newest_first, key=lambda closing: closing.day))

    def put(self, closing: Closing) -> None:
        """Add or change a closing."""
        row = columns_of(closing, ClosingRow) | {"marks": _marks(closing)}
        upsert(self._session, ClosingRow, [row], by="key")

    def _load(self, condition: ColumnElement[bool]) -> tuple[Closing, ...]:
        rows = self._session.scalars(select(ClosingRow).where(condition).order_by(ClosingRow.id))
        return tuple(Closing(**fields_of(row, Closing), **_parts(row.marks)) for row in rows)


def _marks(closing: Closing) -> dict[str, object]:
    return {
        "before": [_written(each) for each in closing.before],
        "mail": closing.mail,
        "overtaken": closing.overtaken,
        "requests": closing.requests,
        "added": closing.added,
    }


def _parts(marks: Mapping[str, Any]) -> dict[str, Any]:
    return {**marks, "before": tuple(_read(each) for each in marks["before"])}


def _written(before: Before) -> dict[str, object]:
    move = before.pending_move
    return {
        "uid": before.uid,
        "state": str(before.state),
        "release_at": before.release_at,
        "move": (move.period.start, move.period.end, move.room, move.hosts) if move else None,
        "moved": (move.since, move.release_at) if move else None,
    }


def _read(marks: Mapping[str, Any]) -> Before:
    move = None
    if marks["move"]:
        start, end, room, hosts = marks["move"]
        move = PendingMove(Period(start, end), room, hosts, *_moments(marks["moved"]))
    return Before(marks["uid"], VisitState(marks["state"]), marks["release_at"], move)


def _moments(moments: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    since, release_at = moments
    return since, release_at
