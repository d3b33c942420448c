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
        assert tuple(work.activities.every()) == (approved, asked, early)
        assert tuple(work.activities.every(actors=(TEACHER,))) == (asked,)
        assert tuple(work.activities.every(deeds=("imported",))) == (early,)


def test_page_ends_between_two_moments_so_that_reading_on_misses_nothing(
    empty_store: SqlStore,
) -> None:
    """Approving forty proposals at once writes forty lines of one moment."""
    at_once = tuple(Activity(NOW, COORDINATOR, "approved", f"request:{n}") for n in range(4))
    early = Activity(NOW - timedelta(hours=1), COORDINATOR, "imported", "district")
    with empty_store.write() as work:
        work.activities.add((early, *at_once))
    with empty_store.read() as work:
        page = work.activities.recent(limit=2)
        assert page == at_once[::-1]
        assert work.activities.recent(limit=2, before=page[-1].at) == (early,)
