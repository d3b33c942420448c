"""Approvals that race in processes of their own, with all guards up or one of them taken down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from scheduler.domain.errors import SchedulerError
from scheduler.storage import database
from scheduler.storage.repositories.visits import SqlVisits
from tests.processes import quick_processes
from tests.system import approval_racers
from tests.system.approval_racers import HEAD_START_SECONDS, Outcome

GUARDS = {
    "sqlite": ("DROP TRIGGER occupancy_insert", "DROP TRIGGER occupancy_update"),
    "postgresql": ("ALTER TABLE occupancy DROP CONSTRAINT ex_occupancy_overlap",),
}


@contextmanager
def unlocked_racers(url: str, *, count: int) -> Iterator[ProcessPoolExecutor]:
    """Yield racers whose transactions keep nobody waiting."""
    with ProcessPoolExecutor(
        count, mp_context=quick_processes(), initializer=_connect_unlocked, initargs=(url,)
    ) as pool:
        list(pool.map(approval_racers._wake, range(count * 4)))
        yield pool


def raced(pool: ProcessPoolExecutor, *requests: str, now: datetime) -> list[Outcome]:
    """Return how these approvals went; whatever refusal of the trade one met, it lost."""
    start = time.monotonic() + HEAD_START_SECONDS
    futures = [pool.submit(_approve, request, start, now) for request in requests]
    return [future.result() for future in futures]


def take_constraint_down(url: str) -> None:
    """Let the database itself accept double bookings."""
    engine = database.connect(url)
    with engine.begin() as connection:
        for statement in GUARDS[engine.dialect.name]:
            connection.execute(text(statement))
    engine.dispose()


def _approve(request: str, start: float, now: datetime) -> Outcome:
    try:
        return approval_racers._approve(request, start, now)
    except SchedulerError as refusal:
        return Outcome(request, False, str(refusal))


def _connect_unlocked(url: str) -> None:
    def begin_late(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def lock_nothing(_visits: SqlVisits, _resources: object) -> None:
        return

    database._begin_sqlite = begin_late
    SqlVisits.lock = lock_nothing  # type: ignore[method-assign]
    approval_racers._connect(url)
