"""Whoever sends is killed again and again: nothing is lost, a death repeats one mail at most.

The worker is a process of its own and dies by kill -9 while the server has just taken a mail,
before or after it could say so.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Timer
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from scheduler.domain.visits import Visit
from scheduler.services.announcements import INVITATION, announce
from scheduler.services.records import OutboxState
from tests.builders import a_request, a_visit, a_volunteer, some_bookings
from tests.databases import engine_on
from tests.faults import workers
from tests.mail.servers import a_server
from tests.outside.ics_reading import read
from tests.processes import quick_processes
from tests.services.world import World, open_world

KILLS, FULL_KILLS = 6, 200
MAILS_PER_KILL = 3
LONGEST_BREATH_SECONDS = 0.03
PATIENCE_SECONDS = 120


@dataclass
class DeadlyOffice:
    """Takes every mail, and kills the sender as often as it is told, here and there."""

    kills: int
    chance: random.Random
    pid: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    left: int = 1

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail; every few of them are the sender's last."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.left -= 1
        if self.kills and self.left <= 0:
            self.kills -= 1
            self.left = self.chance.randint(1, 2 * MAILS_PER_KILL - 2)
            self._kill()
        return "250 taken"

    def _kill(self) -> None:
        breath = self.chance.choice((0.0, self.chance.random() * LONGEST_BREATH_SECONDS))
        if breath:
            Timer(breath, end_at_once, (self.pid,)).start()
        else:
            end_at_once(self.pid)


def end_at_once(pid: int) -> None:
    """Kill a process, unless an earlier kill has ended it."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def invite_many(world: World, number: int, *, first: int = 0) -> tuple[Visit, ...]:
    """Put as many invitations into the outbox, each to somebody of their own."""
    emails = {n: f"v{n}@robots.example" for n in range(first, first + number)}
    world.put_volunteers(*(a_volunteer(email=email, name=email) for email in emails.values()))
    world.put_requests(*(a_request(key=f"r{n}", classroom="") for n in emails))
    visits = tuple(
        a_visit(uid=f"visit-{n}", request=f"r{n}", hosts=(), room="", bookings=some_bookings(email))
        for n, email in emails.items()
    )
    with world.store.write() as work:
        work.visits.add(visits)
        for visit in visits:
            told = announce((visit,), purpose=INVITATION, recipients=visit.volunteers, at=world.now)
            work.outbox.add(told)
    return visits


def identity_of(message: EmailMessage) -> tuple[str, ...]:
    """Return what two copies of one mail must share: Message-ID, UID, SEQUENCE and DTSTAMP."""
    (part,) = (p for p in message.walk() if p.get_content_type() == "text/calendar")
    (event,) = read(part.get_payload(decode=True)).named("VEVENT")
    names = ("UID", "SEQUENCE", "DTSTAMP")
    return (str(message["Message-ID"]), *(event.value(name) for name in names))


def assert_kills_lose_nothing(url: str, *, kills: int) -> None:
    """Kill the sender that often and let it finish; compare what the server took."""
    world = open_world(engine_on(url))
    visits = invite_many(world, kills * MAILS_PER_KILL)
    office = DeadlyOffice(kills, random.Random(kills))
    with a_server(office) as port:
        for _ in range(kills + 2):
            worker: Any = quick_processes().Process(
                target=workers.deliver, args=(url, port, world.now)
            )
            worker.start()
            office.pid = worker.pid
            worker.join(PATIENCE_SECONDS)
            if worker.exitcode == 0:
                break
        assert worker.exitcode == 0
    copies = Counter(map(identity_of, office.taken))
    assert office.kills == 0
    assert {uid for _, uid, _, _ in copies} == {visit.uid for visit in visits}
    assert len(copies) == len(visits)
    assert sum(copies.values()) - len(copies) <= kills
    with world.store.read() as work:
        found = {str(state): number for state, number in work.outbox.counts().items() if number}
    assert found == {str(OutboxState.SENT): len(visits)}


@pytest.mark.timeout(300)
@pytest.mark.each_engine
def test_killed_sender_loses_nothing_and_repeats_one_mail_at_most(database_url: str) -> None:
    assert_kills_lose_nothing(database_url, kills=KILLS)


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_sender_killed_two_hundred_times_loses_nothing(database_url: str) -> None:
    assert_kills_lose_nothing(database_url, kills=FULL_KILLS)
