"""A mark tells up to when a regular work was done, and never goes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW

HOUR = timedelta(hours=1)


def move(store: SqlStore, *, to: datetime, name: str = "reminders") -> None:
    with store.write() as work:
        work.marks.move(name, to=to)


def reached(store: SqlStore, name: str = "reminders") -> datetime | None:
    with store.read() as work:
        return work.marks.reached(name)


def test_work_that_was_never_done_has_reached_nothing(empty_store: SqlStore) -> None:
    assert reached(empty_store) is None


def test_mark_goes_on_with_the_clock(empty_store: SqlStore) -> None:
    for moment in (NOW, NOW + HOUR):
        move(empty_store, to=moment)
        assert reached(empty_store) == moment


def test_mark_stays_when_the_clock_is_put_back(empty_store: SqlStore) -> None:
    move(empty_store, to=NOW)
    move(empty_store, to=NOW - HOUR)
    assert reached(empty_store) == NOW


def test_marks_of_other_work_do_not_matter(empty_store: SqlStore) -> None:
    move(empty_store, to=NOW)
    assert reached(empty_store, "rosters") is None
