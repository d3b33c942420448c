"""Approvals from processes of their own that start at the same instant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import ConstraintViolated, DoubleBooked
from scheduler.services import approvals
from scheduler.services.access import Actor
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.processes import quick_processes
from tests.services.world import NoGazetteer

HEAD_START_SECONDS = 0.05
_store: SqlStore | None = None


@dataclass(frozen=True)
class Outcome:
    """How one racer fared: ``won``, or the sentence that it was refused with."""

    request: str
    won: bool
    sentence: str = ""


@contextmanager
def racers(url: str, *, count: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that each have their own connection to the database."""
    with ProcessPoolExecutor(
        count, mp_context=quick_processes(), initializer=_connect, initargs=(url,)
    ) as pool:
        list(pool.map(_wake, range(count * 4)))
        yield pool


def race(pool: ProcessPoolExecutor, *requests: str, now: datetime) -> list[Outcome]:
    """Return how the approvals of these requests went, all begun at one instant."""
    start = time.monotonic() + HEAD_START_SECONDS
    futures = [pool.submit(_approve, request, start, now) for request in requests]
    return [future.result() for future in futures]


def _connect(url: str) -> None:
    global _store
    _store = SqlStore(database.sessions(database.connect(url)))


def _wake(_: int) -> None:
    time.sleep(0.02)


def _approve(request: str, start: float, now: datetime) -> Outcome:
    assert _store is not None
    coordinator = Actor("race@schools.example", "Race", is_coordinator=True)
    time.sleep(max(0.0, start - time.monotonic()))
    try:
        done = approvals.approve(
            _store, (request,), actor=coordinator, now=now, gazetteer=NoGazetteer()
        )
    except DoubleBooked as refusal:
        return Outcome(request, False, str(refusal))
    if done.stale:
        return Outcome(request, False, str(ConstraintViolated(request, done.stale[request])))
    return Outcome(request, bool(done.approved or done.already))
