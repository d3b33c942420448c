"""What the clock does, tick by tick: release, remind, send, close, and propose.

Everything due is computed from the database, so a stopped clock catches up. A lease row lets
any number of processes run the timetable while one of them works. Proposals are worked on
beside the ticks, by whichever process is first: a long search holds up no mail, and a slow mail
server nothing else.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.domain.errors import LeaseLost, OutOfReach, SchedulerError
from scheduler.domain.imports import Import
from scheduler.jobs.fenced import FencedStore
from scheduler.jobs.settling import Settling, Ticked
from scheduler.services import (
    busy_calendars,
    delivery,
    importing,
    nights,
    running,
)
from scheduler.services.calendar_links import end_lost_links
from scheduler.services.collecting import Collector
from scheduler.services.delivery import Delivered
from scheduler.services.feeds import FeedSettings
from scheduler.services.importing import ImportWorker
from scheduler.services.letters import Letterhead
from scheduler.services.ports import Clock, Gazetteer, PostStore, Transport, WatchedSolve, Work
from scheduler.services.ports.fetching import Fetch
from scheduler.services.receiving import Became
from scheduler.services.running import Worked, Worker
from scheduler.services.runs import TIMETABLE
from scheduler.services.steps import Steps
from scheduler.services.vital_signs import note_tick

LEASE = TIMETABLE
LEASE_LASTS = timedelta(seconds=45)
RENEW_SECONDS = 10.0
COLLECT_SECONDS = 180
TICK_SECONDS = 15
LOOK_SECONDS = 2
BREATH_SECONDS = 0.5

log = logging.getLogger(__name__)


def new_owner() -> str:
    """Return a name under which this process takes leases.

    Not the number of the process alone: each container counts from one.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Timetable:
    """The regular work of one district.

    ``lease_clock`` gives the time that leases are reckoned by: real time, also while the
    district rehearses another day. ``mail_at_any_hour`` is for mail that reaches nobody.
    """

    store: PostStore
    clock: Clock
    lease_clock: Clock
    transport: Transport
    letterhead: Letterhead
    gazetteer: Gazetteer
    solve: WatchedSolve
    fetch: Fetch
    owner: str = field(default_factory=new_owner)
    leaving: Event = field(default_factory=Event)
    mail_at_any_hour: bool = False
    collector: Collector | None = None
    feeds: FeedSettings | None = None

    def tick(self) -> Ticked:
        """Do whatever is due, mail last, if the lease can be had."""
        done = self.settle()
        if not done.worked:
            return done
        steps = Steps()
        mail = steps.attempt("mail", self.deliver, otherwise=Delivered())
        return replace(done, mail=mail, failed=(*done.failed, *steps.failed))

    def settle(self) -> Ticked:
        """Do whatever is due but the mail, if the lease can be had and as long as it is held."""
        if not self.holds_lease():
            return Ticked()
        store = FencedStore(self.store, self._renew)
        settling = Settling(
            store=store,
            now=self.clock(),
            real_now=self.lease_clock(),
            gazetteer=self.gazetteer,
            feeds=self.feeds,
            may_go_on=lambda: not self.leaving.is_set(),
        )
        try:
            done = settling.settle()
            with store.write() as work:
                note_tick(work, at=self.lease_clock())
        except LeaseLost:
            log.warning("Another process has taken over the timetable.")
            return Ticked()
        return done

    def deliver(self) -> Delivered:
        """Send the mail that is due, as long as the lease is held; beside the ticks in ``run``.

        A mail server may let us wait a minute for each mail.
        """
        if not self._takes_back():
            return Delivered()
        return delivery.deliver_due(
            self.store,
            now=self.clock(),
            transport=self.transport,
            head=self.letterhead,
            may_go_on=self._renewing_now_and_then(),
            at_any_hour=self.mail_at_any_hour,
        )

    def run_once(self, *, patience: timedelta = LEASE_LASTS * 2) -> Ticked:
        """Do whatever is due and give the lease back; wait for one that a dead process left."""
        give_up = time.monotonic() + patience.total_seconds()
        try:
            while not (done := self.tick()).worked and time.monotonic() < give_up:
                if self.leaving.is_set():
                    break
                time.sleep(1)
            self.refresh_calendars()
            self.collect_mail()
            self.import_one()
        finally:
            self.give_lease_back()
        return done

    def run(self) -> None:
        """Tick until ``leaving`` is set.

        Every tick renews the lease, so another process takes over within a minute of a death.
        Told to leave, it gives back the lease, the mail that it has not sent and the run it works
        on, and ends within seconds.
        """
        clock = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for work, seconds in (
            (self._settle_and_tell, TICK_SECONDS),
            (self._deliver_and_tell, TICK_SECONDS),
            (self.ask_nightly, TICK_SECONDS),
            (self.refresh_calendars, TICK_SECONDS),
            (self._work_and_tell, LOOK_SECONDS),
            (self.import_one, LOOK_SECONDS),
            (self.keeps_lease, RENEW_SECONDS),
            (self.collect_mail, COLLECT_SECONDS),
        ):
            every = IntervalTrigger(seconds=seconds)
            clock.add_job(work, every, next_run_time=datetime.now(UTC))
        # The first mail would wait for the second turn if it came before the lease.
        with suppress(OutOfReach):
            self.holds_lease()
        clock.start()
        try:
            while not self.leaving.is_set():
                time.sleep(BREATH_SECONDS)
        finally:
            self.leaving.set()
            clock.shutdown()
            # Without a database the lease ends by itself.
            with suppress(OutOfReach):
                self.give_lease_back()

    def holds_lease(self) -> bool:
        """Take the lease, or keep it, and tell whether this process may work."""
        moment = self.lease_clock()
        with self.store.write() as work:
            return work.leases.take(LEASE, owner=self.owner, now=moment, until=moment + LEASE_LASTS)

    def keeps_lease(self) -> bool:
        """Renew the lease and tell whether it was this process's all the time since it was taken.

        Others may have worked in the meantime otherwise, and be done with it again.
        """
        with self.store.write() as work:
            return self._renew(work)

    def give_lease_back(self) -> None:
        """End this process's lease, so that the next one need not wait for it or its mail."""
        with self.store.write() as work:
            if self._renew(work):
                work.outbox.take_back()
            work.leases.give_back(LEASE, owner=self.owner, at=self.lease_clock())

    def ask_nightly(self) -> bool:
        """Ask for the night's proposals and end feeds that are no longer allowed, if due."""
        asked = nights.ask_nightly(self.store, now=self.clock(), lease_now=self.lease_clock())
        if asked is not None:
            end_lost_links(self.store)
        return asked is not None

    def work_one(self) -> Worked | None:
        """Work on the run that waits, if any.

        Raises:
            SchedulerError: whatever the search fails with.
        """
        worker = Worker(
            owner=self.owner,
            clock=self.clock,
            lease_clock=self.lease_clock,
            gazetteer=self.gazetteer,
            solve=self.solve,
            is_leaving=self.leaving.is_set,
        )
        return running.work_one(self.store, worker=worker)

    def import_one(self) -> Import | None:
        """Look over or carry out the import that waits, if any; what went wrong is kept with it."""
        worker = ImportWorker(self.owner, self.clock, self.lease_clock, self.leaving.is_set)
        return importing.work_one(self.store, worker=worker)

    def refresh_calendars(self) -> int:
        """Look again at calendars on the web that are due; beside the ticks, as sites are slow."""
        return busy_calendars.refresh_due(
            self.store,
            fetch=self.fetch,
            clock=self.clock,
            may_go_on=lambda: not self.leaving.is_set(),
        )

    def collect_mail(self) -> Counter[Became]:
        """Take in what waits in the mailbox, if there is one; beside the ticks, as it may be far.

        A mailbox that is away is told of in a line, and asked again at the next turn.
        """
        if self.collector is None:
            return Counter()
        try:
            return self.collector.collect(
                self.store,
                now=self.clock(),
                lease_now=self.lease_clock(),
                may_go_on=lambda: not self.leaving.is_set(),
            )
        except OutOfReach:
            raise
        except SchedulerError as error:
            log.warning("%s", error)
            return Counter()

    def propose_nightly(self) -> bool:
        """Propose if the night's proposals are due, by whichever process is first."""
        return self.ask_nightly() and self.work_one() is not None

    def _renew(self, work: Work) -> bool:
        until = self.lease_clock() + LEASE_LASTS
        return work.leases.renew(LEASE, owner=self.owner, until=until)

    def _takes_back(self) -> bool:
        """Make due again what was left half sent; False, and nothing is, without the lease."""
        try:
            with FencedStore(self.store, self._renew).write() as work:
                # Nobody else sends while the lease is held.
                work.outbox.take_back()
        except LeaseLost:
            return False
        return True

    def _renewing_now_and_then(self) -> Callable[[], bool]:
        """Return a way to ask for the lease before each message that seldom asks the database."""
        # By the clock of the leases: others stand still while the whole machine does.
        asked = self.lease_clock()

        def holds() -> bool:
            nonlocal asked
            if self.leaving.is_set():
                return False
            if abs((self.lease_clock() - asked).total_seconds()) < RENEW_SECONDS:
                return True
            asked = self.lease_clock()
            return self.keeps_lease()

        return holds

    def _settle_and_tell(self) -> None:
        done = self.settle()
        if done.worked and done != Ticked(worked=True):
            log.info("%s", done)

    def _deliver_and_tell(self) -> None:
        done = self.deliver()
        if done != Delivered():
            log.info("%s", done)

    def _work_and_tell(self) -> None:
        try:
            done = self.work_one()
        except OutOfReach:
            raise
        except SchedulerError as error:
            log.warning("The search failed: %s", error)
            return
        if done and done.proposed:
            found = done.proposed
            log.info("proposed %s of %s requests", len(found.proposed), found.requests)
