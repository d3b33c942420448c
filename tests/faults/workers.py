"""Processes that send mail and run the timetable, to be killed and to compete."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Thread

from scheduler.jobs import timetable
from scheduler.mail.smtp import SmtpTransport
from scheduler.services.delivery import deliver_due
from scheduler.storage.unit_of_work import SqlStore
from tests.databases import engine_on
from tests.mail.servers import a_transport
from tests.services.world import World

HOUR, HALF_AN_HOUR, NOTHING = timedelta(hours=1), timedelta(minutes=30), timedelta(0)
LEASE_LASTS, RENEW_SECONDS = timedelta(seconds=4), 0.3


def world_on(url: str, now: datetime) -> World:
    """Return a world on a database that is there already."""
    from scheduler.storage.database import sessions

    return World(SqlStore(sessions(engine_on(url))), now=now)


def deliver(url: str, port: int, now: datetime) -> None:
    """Be the one process that sends: take over what a dead one left, and send what is due."""
    world = world_on(url, now)
    with world.store.write() as work:
        work.outbox.take_back()
    transport: SmtpTransport = a_transport(port)
    deliver_due(
        world.store,
        now=now,
        transport=transport,
        head=world.letterhead,
        most_per_domain=1_000_000,
    )


def keep_time(url: str, port: int, now: datetime, *, end: Path, seed: int) -> None:
    """Be one of several timetables until told to end.

    Its clock goes on by half an hour each time it is looked at, and jumps by an hour at random.
    """
    timetable.LEASE_LASTS, timetable.RENEW_SECONDS = LEASE_LASTS, RENEW_SECONDS
    chance, ticks = random.Random(seed), count()
    world = world_on(url, now)
    ours = replace(
        world.timetable,
        clock=lambda: now + next(ticks) * HALF_AN_HOUR + chance.choice((-HOUR, NOTHING, HOUR)),
        lease_clock=lambda: datetime.now(UTC),
        transport=a_transport(port),
        owner=f"process {seed}",
    )
    Thread(target=_renew, args=(ours, end), daemon=True).start()
    while not end.exists():
        ours.tick()
        if chance.random() < 0.5:
            ours.give_lease_back()
        time.sleep(chance.random() / 10)


def _renew(ours: timetable.Timetable, end: Path) -> None:
    """Hold on to the lease while a tick takes long, as a timetable that runs by itself does."""
    while not end.exists():
        ours.keeps_lease()
        time.sleep(RENEW_SECONDS)
