"""Who did what, newest first."""

from __future__ import annotations

from datetime import timedelta

from scheduler.services.ports import Activity
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW, TEACHER


def test_latest_entries_come_first_and_of_one_moment_the_last_added(
    empty_store: SqlStore,
) -> None:
    asked = Activity(NOW, TEACHER, "asked", "request:robots", {"windows": ("a", "b"), "n": 2})
    early = Activity(NOW - timedelta(hours=1), COORDINATOR, "imported", "district")
    approved = Activity(NOW, COORDINATOR, "approved", "request:robots")
    with empty_store.write() as work:
        work.activities.add((asked, early))
        work.activities.add((approved,))
    with empty_store.read() as work:
        assert work.activities.recent(limit=9) == (approved, asked, early)
        assert work.activities.recent(limit=1) == (approved,)
