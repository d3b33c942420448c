"""Keeping people, classes and rooms free: one row for each of them and each visit.

Resources are always locked in the order of their numbers, and rows written in the order of
resource and start, so that two writers wait for each other and never both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.visits import Visit
from scheduler.storage.models.visits import OccupancyRow, ResourceRow
from scheduler.storage.repositories.rows import (
    chunks,
    delete_where,
    ids_by_key,
    insert_new,
    insert_rows,
)


def lock(session: Session, resources: Iterable[str]) -> Mapping[str, int]:
    """Keep other writers of these resources waiting; return ``{resource: id}`` of all of them.

    A resource that nobody used before is made known first. SQLite has one writer at a time
    anyway and ignores the lock.
    """
    keys = sorted(set(resources))
    known = ids_by_key(session, ResourceRow.key, keys)
    unknown = [{"key": key} for key in keys if key not in known]
    insert_new(session, ResourceRow, unknown, by="key")
    ids = ids_by_key(session, ResourceRow.key, keys)
    for chunk in chunks(sorted(ids.values())):
        row = select(ResourceRow.id).where(ResourceRow.id.in_(chunk)).order_by(ResourceRow.id)
        session.execute(row.with_for_update())
    return ids


def occupy(session: Session, visit_by_id: Mapping[int, Visit]) -> None:
    """Write down what these visits keep free; none of them may have such rows yet."""
    ids = lock(session, (key for visit in visit_by_id.values() for key, _ in visit.occupied))
    rows = [
        {
            "visit_id": number,
            "resource_id": ids[key],
            "starts_at": period.start,
            "ends_at": period.end,
        }
        for number, visit in visit_by_id.items()
        for key, period in visit.occupied
    ]
    rows.sort(key=lambda row: (row["resource_id"], row["starts_at"]))
    insert_rows(session, OccupancyRow, rows)


def vacate(session: Session, visit_ids: Iterable[int]) -> None:
    """Free everything that these visits keep."""
    delete_where(session, OccupancyRow.visit_id, visit_ids)
