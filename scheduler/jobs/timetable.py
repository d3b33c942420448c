"""What the clock does, tick by tick: release, remind, send, close, and propose once a night.

Everything due is computed from the database, so a stopped clock catches up. A lease row lets
any number of processes run the timetable while one of them works.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.domain.zones import at_wall_time, local
from scheduler.services import delivery, reminders, visits
from scheduler.services.access import Actor
from scheduler.services.delivery import Delivered
from scheduler.services.letters import Letterhead
from scheduler.services.picture import find_district
from scheduler.services.ports import Clock, Gazetteer, Solve, Store, Transport
from scheduler.services.proposals import propose

LEASE = "timetable"
NIGHTLY = "nightly proposals"
LEASE_LASTS = timedelta(seconds=45)
RENEW_SECONDS = 10
TICK_SECONDS = 15
NIGHTLY_SECONDS = 60.0
NIGHTLY_AT = wall_time(3)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did; ``worked`` is False while another process holds the lease."""

    worked: bool = False
    released: int = 0
    reminders: int = 0
    closed: int = 0
    mail: Delivered = field(default_factory=Delivered)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The regular work of one district.

    ``lease_clock`` gives the time that leases are reckoned by: real time, also while the
    district rehearses another day.
    """

    store: Store
    clock: Clock
    lease_clock: Clock
    transport: Transport
    letterhead: Letterhead
    gazetteer: Gazetteer
    solve: Solve
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    def tick(self) -> Ticked:
        """Do whatever is due, if the lease can be had."""
        if not self.holds_lease():
            return Ticked()
        now = self.clock()
        released = visits.release_due(self.store, now=now)
        return Ticked(
            worked=True,
            released=len(released.visits) + len(released.moves),
            reminders=reminders.write_due(self.store, now=now),
            closed=visits.close_past(self.store, now=now),
            mail=self._deliver(now),
        )

    def run_once(self, *, patience: timedelta = LEASE_LASTS * 2) -> Ticked:
        """Do whatever is due and give the lease back; wait for one that a dead process left."""
        give_up = time.monotonic() + patience.total_seconds()
        try:
            while not (done := self.tick()).worked and time.monotonic() < give_up:
                time.sleep(1)
        finally:
            with self.store.write() as work:
                work.leases.give_back(LEASE, owner=self.owner, at=self.lease_clock())
        return done

    def run(self) -> None:
        """Tick until the process is told to stop.

        Every tick renews the lease, so another process takes over within a minute of a death.
        """
        clock = BlockingScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for work in (self._tick_and_tell, self.propose_nightly):
            every = IntervalTrigger(seconds=TICK_SECONDS)
            clock.add_job(work, every, next_run_time=datetime.now(UTC))
        clock.start()

    def holds_lease(self) -> bool:
        """Take or renew the lease and tell whether this process may work."""
        moment = self.lease_clock()
        with self.store.write() as work:
            return work.leases.take(LEASE, owner=self.owner, now=moment, until=moment + LEASE_LASTS)

    def propose_nightly(self) -> bool:
        """Propose once after three in the morning, by whichever process is first."""
        now = self.clock()
        with self.store.write() as work:
            district = find_district(work)
            if district is None:
                return False
            until = _next_night(now, timezone=district.timezone)
            # A fresh owner each time: a lease may be renewed by its owner, a night may not.
            if not work.leases.take(NIGHTLY, owner=uuid.uuid4().hex, now=now, until=until):
                return False
        found = propose(
            self.store,
            actor=Actor.operator(),
            now=now,
            gazetteer=self.gazetteer,
            solve=self.solve,
            seconds=NIGHTLY_SECONDS,
        )
        log.info("proposed %s of %s requests", len(found.proposed), found.requests)
        return True

    def _deliver(self, now: datetime) -> Delivered:
        with self.store.write() as work:
            # Nobody else sends while the lease is held, so what is still taken was left behind.
            work.outbox.take_back()
        return delivery.deliver_due(
            self.store,
            now=now,
            transport=self.transport,
            head=self.letterhead,
            may_go_on=self._renewing_now_and_then(),
        )

    def _renewing_now_and_then(self) -> Callable[[], bool]:
        """Return a way to ask for the lease before each message that seldom asks the database."""
        asked = time.monotonic()

        def holds() -> bool:
            nonlocal asked
            if time.monotonic() - asked < RENEW_SECONDS:
                return True
            asked = time.monotonic()
            return self.holds_lease()

        return holds

    def _tick_and_tell(self) -> None:
        done = self.tick()
        if done.worked and done != Ticked(worked=True):
            log.info("%s", done)


def _next_night(now: datetime, *, timezone: str) -> datetime:
    today = local(now, timezone).date()
    tonight = at_wall_time(today, NIGHTLY_AT, timezone)
    return tonight if now < tonight else at_wall_time(today + timedelta(1), NIGHTLY_AT, timezone)
