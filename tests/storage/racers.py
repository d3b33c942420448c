"""Processes that reach for the same thing at the same moment. They start once and run many rounds.

Everything here runs in processes of its own, so it is plain functions on plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any, TypeVar

from scheduler.domain.errors import DoubleBooked
from scheduler.domain.periods import Period
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, VOLUNTEER, a_visit

RACERS = 4
PATIENCE_SECONDS = 60

R = TypeVar("R")
_kept: dict[str, Any] = {}


@contextmanager
def racing(url: str) -> Iterator[Callable[..., list[Any]]]:
    """Yield a way to run one function in all processes at once: ``race(function, arguments)``."""
    context = get_context("spawn")
    barrier = context.Barrier(RACERS)
    with ProcessPoolExecutor(
        RACERS, mp_context=context, initializer=_get_ready, initargs=(url, barrier)
    ) as pool:

        def race(function: Callable[[Any], R], arguments: Iterable[Any]) -> list[R]:
            runs = [pool.submit(_at_once, function, argument) for argument in arguments]
            assert len(runs) == RACERS
            return [run.result(PATIENCE_SECONDS) for run in runs]

        yield race


def book(uid_and_start: tuple[str, datetime]) -> bool:
    """Add a visit of 50 minutes for the one volunteer; tell whether the database let it in."""
    uid, start = uid_and_start
    visit = a_visit(uid=uid, period=Period(start, start + timedelta(minutes=50)), hosts=())
    try:
        with _kept["store"].write() as work:
            work.visits.add((visit,))
    except DoubleBooked:
        return False
    return True


def book_after_a_look(uid_and_start: tuple[str, datetime]) -> bool:
    """Lock the volunteer, look whether the time is free, and only then book it."""
    uid, start = uid_and_start
    wanted = Period(start, start + timedelta(minutes=50))
    with _kept["store"].write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + VOLUNTEER,))
        others = work.visits.of_volunteers((VOLUNTEER,), since=wanted.start)
        if any(other.period.overlaps(wanted) for other in others):
            return False
        work.visits.add((a_visit(uid=uid, period=wanted, hosts=()),))
    return True


def raise_a_number(times: int) -> None:
    """Read a number, add one and write it back, this many times, under one lock."""
    for _ in range(times):
        with _kept["store"].write() as work:
            work.visits.lock(("room:maple/12",))
            number = int(work.districts.extras().get("number", "0"))
            work.districts.put_extras({"number": str(number + 1)})


def claim_all(limit: int) -> list[str]:
    """Claim due mail, a few rows at a time, until nothing is left; return the keys."""
    keys: list[str] = []
    while True:
        with _kept["store"].write() as work:
            rows = work.outbox.claim(now=NOW, until=NOW + timedelta(minutes=5), limit=limit)
        if not rows:
            return keys
        keys.extend(row.key for row in rows)


def take_lease(owner_and_name: tuple[str, str]) -> bool:
    """Take a lease."""
    owner, name = owner_and_name
    with _kept["store"].write() as work:
        taken: bool = work.leases.take(
            name, owner=owner, now=NOW, until=NOW + timedelta(minutes=1)
        )
        return taken


def use_link(token: str) -> str | None:
    """Use a one-time link."""
    with _kept["store"].write() as work:
        email: str | None = work.sign_ins.use_link(token, now=NOW)
        return email


def new_key(_number: int) -> str:
    """Ask for a request's key."""
    with _kept["store"].write() as work:
        key: str = work.requests.new_key()
        return key


def _get_ready(url: str, barrier: Any) -> None:
    _kept["store"] = SqlStore(sessions(connect(url)))
    _kept["barrier"] = barrier


def _at_once(function: Callable[[Any], R], argument: Any) -> R:
    # Nobody begins before everyone is here, so each run is in a process of its own.
    _kept["barrier"].wait(PATIENCE_SECONDS)
    return function(argument)
