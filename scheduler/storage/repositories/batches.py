"""Batches: each written whole, and changed only by what is decided on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.domain.batches import Batch, BatchEntry, BatchState, Side, WhatIf, WhatIfKind
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import Period
from scheduler.storage.models.batches import BatchRow
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_rows


class SqlBatches:
    """Implement the port ``Batches``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Batch | None:
        """Return one batch."""
        row = self._session.scalars(select(BatchRow).where(BatchRow.key == key)).one_or_none()
        return _batch(row) if row else None

    def recent(self, *, states: Iterable[BatchState], limit: int) -> tuple[Batch, ...]:
        """Return the latest batches in these states, newest first."""
        newest = (
            select(BatchRow)
            .where(BatchRow.state.in_(tuple(states)))
            .order_by(BatchRow.made_at.desc(), BatchRow.id.desc())
        )
        return tuple(map(_batch, self._session.scalars(newest.limit(limit))))

    def add(self, batch: Batch) -> None:
        """Store a new batch."""
        insert_rows(self._session, BatchRow, [_columns(batch)])

    def save(self, batch: Batch) -> None:
        """Store what was decided on a batch.

        Raises:
            Unknown: if there is no such batch.
        """
        changed = update(BatchRow).where(BatchRow.key == batch.key).values(**_columns(batch))
        if not self._session.connection().execute(changed).rowcount:
            raise Unknown("batch", batch.key)
        self._session.expire_all()


def _columns(batch: Batch) -> dict[str, Any]:
    return columns_of(batch, BatchRow) | {
        "what_if": _fields(batch.what_if),
        "entries": {
            "each": [_written(entry) for entry in batch.entries],
            "points": batch.points,
        },
    }


def _batch(row: BatchRow) -> Batch:
    fields: dict[str, Any] = fields_of(row, Batch)
    what_if: dict[str, Any] = dict(row.what_if)
    entries: Any = row.entries["each"]
    fields["what_if"] = WhatIf(**what_if | {"kind": WhatIfKind(what_if["kind"])})
    fields["entries"] = tuple(map(_read, entries))
    # Batches of before have none.
    fields["points"] = row.entries.get("points", {})
    return Batch(**fields)


def _written(entry: BatchEntry) -> dict[str, object]:
    sides = {"was": _side(entry.was), "becomes": _side(entry.becomes)}
    return {**_fields(entry), **sides}


def _read(written: Mapping[str, Any]) -> BatchEntry:
    sides = {name: _read_side(written[name]) for name in ("was", "becomes")}
    return BatchEntry(**{**written, **sides})


def _side(side: Side | None) -> object:
    if side is None:
        return None
    sessions = tuple((session.start, session.end) for session in side.sessions)
    return {"sessions": sessions, "people": side.people}


def _read_side(written: Mapping[str, Any] | None) -> Side | None:
    if written is None:
        return None
    sessions = tuple(Period(start, end) for start, end in written["sessions"])
    return Side(sessions, written["people"])


def _fields(value: WhatIf | BatchEntry) -> dict[str, object]:
    names = type(value).__dataclass_fields__
    return {name: getattr(value, name) for name in names}
