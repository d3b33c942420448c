"""Processes that reach for the same thing at the same moment. They start once and run many rounds.

Everything here runs in processes of its own, so it is plain functions on plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar

from scheduler.domain.closings import Afterwards
from scheduler.domain.errors import ChangedMeanwhile, DoubleBooked
from scheduler.domain.people import RoleName
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Clearance
from scheduler.services import accounts
from scheduler.services.asking import reference_of
from scheduler.services.clearances import add_clearance
from scheduler.services.closing_days import close_day
from scheduler.services.school_pages import add_closure
from scheduler.storage.database import sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.actors import CARLA
from tests.builders import NOW, TEACHER, VOLUNTEER, a_visit
from tests.databases import engine_on
from tests.processes import quick_processes

RACERS = 4
PATIENCE_SECONDS = 60

A = TypeVar("A")
R = TypeVar("R")
Race = Callable[[Callable[[SqlStore, Any], Any], Iterable[Any]], list[Any]]
_start: list[Barrier] = []


@contextmanager
def racers() -> Iterator[ProcessPoolExecutor]:
    """Yield as many processes as there are racers."""
    barrier = quick_processes().Barrier(RACERS)
    with ProcessPoolExecutor(
        RACERS, mp_context=quick_processes(), initializer=_get_ready, initargs=(barrier,)
    ) as pool:
        yield pool


def race_on(url: str, pool: ProcessPoolExecutor) -> Race:
    """Return a way to run one function in all processes at once, on that database."""

    def race(function: Callable[[SqlStore, A], R], arguments: Iterable[A]) -> list[R]:
        runs = [pool.submit(_at_once, url, function, argument) for argument in arguments]
        assert len(runs) == RACERS
        return [run.result(PATIENCE_SECONDS) for run in runs]

    return race


def book(store: SqlStore, uid_and_start: tuple[str, datetime]) -> bool:
    """Add a visit of 50 minutes for the one volunteer; tell whether the database let it in."""
    uid, start = uid_and_start
    visit = a_visit(uid=uid, period=Period(start, start + timedelta(minutes=50)), hosts=())
    try:
        with store.write() as work:
            work.visits.add((visit,))
    except DoubleBooked:
        return False
    return True


def book_after_a_look(store: SqlStore, uid_and_start: tuple[str, datetime]) -> bool:
    """Lock the volunteer, look whether the time is free, and only then book it."""
    uid, start = uid_and_start
    wanted = Period(start, start + timedelta(minutes=50))
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + VOLUNTEER,))
        others = work.visits.of_volunteers((VOLUNTEER,), since=wanted.start)
        if any(other.period.overlaps(wanted) for other in others):
            return False
        work.visits.add((a_visit(uid=uid, period=wanted, hosts=()),))
    return True


def raise_a_number(store: SqlStore, times: int) -> None:
    """Read a number, add one and write it back, this many times, under one lock."""
    for _ in range(times):
        with store.write() as work:
            work.visits.lock(("room:maple/12",))
            number = int(work.districts.extras().get("number", "0"))
            work.districts.put_extras({"number": str(number + 1)})


def claim_all(store: SqlStore, limit: int) -> list[str]:
    """Claim due mail, a few rows at a time, until nothing is left; return the keys."""
    keys: list[str] = []
    while True:
        with store.write() as work:
            rows = work.outbox.claim(now=NOW, until=NOW + timedelta(minutes=5), limit=limit)
        if not rows:
            return keys
        keys.extend(row.key for row in rows)


def take_lease(store: SqlStore, owner_and_name: tuple[str, str]) -> bool:
    """Take a lease."""
    owner, name = owner_and_name
    with store.write() as work:
        return work.leases.take(name, owner=owner, now=NOW, until=NOW + timedelta(minutes=1))


def use_link(store: SqlStore, token: str) -> str | None:
    """Use a one-time link."""
    with store.write() as work:
        return work.sign_ins.use_link(token, now=NOW)


def mark_bounces(store: SqlStore, times: int) -> None:
    """Note this many times that mail to the one volunteer came back."""
    for _ in range(times):
        with store.write() as work:
            work.bounces.mark(VOLUNTEER, at=NOW, problem="550 no such person")


def enter_clearance(store: SqlStore, kind: str) -> None:
    """Enter a clearance of the one volunteer, as a coordinator does."""
    clearance = Clearance(kind, issued=NOW.date())
    add_clearance(store, reference_of(VOLUNTEER), clearance, actor=CARLA, now=NOW)


def give_a_role(store: SqlStore, role: RoleName) -> None:
    """Give a teacher one more role, as a coordinator does."""
    accounts.give_role(store, reference_of(TEACHER), role, actor=CARLA, now=NOW)


def save_schools(store: SqlStore, asked: tuple[str, tuple[str, ...]]) -> bool:
    """Save a teacher's schools from a form of that version; tell whether nobody was faster."""
    version, schools = asked
    reference = reference_of(TEACHER)
    try:
        accounts.set_schools(store, reference, schools, actor=CARLA, now=NOW, version=version)
    except ChangedMeanwhile:
        return False
    return True


def close_a_school(store: SqlStore, asked: tuple[date, bool]) -> None:
    """Close a school on that day: at short notice, or ahead on the school's page."""
    day, is_at_short_notice = asked
    if not is_at_short_notice:
        add_closure(store, Closure("maple", DateRange(day, day), "Storm"), actor=CARLA, now=NOW)
        return
    cancel = Afterwards.CANCEL
    close_day(store, day, ("maple",), name="Storm", afterwards=cancel, actor=CARLA, now=NOW)


def new_key(store: SqlStore, _number: int) -> str:
    """Ask for a request's key."""
    with store.write() as work:
        return work.requests.new_key()


def _get_ready(barrier: Barrier) -> None:
    _start.append(barrier)


def _at_once(url: str, function: Callable[[SqlStore, A], R], argument: A) -> R:
    engine = engine_on(url)
    store = SqlStore(sessions(engine))
    # Nobody begins before everyone is here, so each run is in a process of its own.
    _start[0].wait(PATIENCE_SECONDS)
    try:
        return function(store, argument)
    finally:
        # The next test's database may be another one at the same address.
        engine.dispose()
