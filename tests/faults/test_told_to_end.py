"""A timetable that is told to end, at whatever moment: it ends well, and another goes on at once.

Real commands. ``systemctl stop`` tells every process of the service, and so does the keyboard.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from scheduler.domain.runs import RunState
from scheduler.services.records import OutboxState
from scheduler.storage.database import problems
from tests.cli.command_line import CommandLine, ended
from tests.cli.test_jobs import ask, history, lease_holds, wait_until
from tests.databases import engine_on
from tests.faults.test_delivery import invite_many
from tests.mail.servers import Office, a_server
from tests.services.world import World, open_world

MORNING = "2026-11-24T10:00:00-05:00"
LATER = ("2026-11-24T10:02:00-05:00", "2026-11-24T10:04:00-05:00")
MAILS, MOMENTS = 12, 24
SLOWLY_SECONDS = 0.2
LONGEST_SECONDS = 5.0
# A search hands over within ten what it has.
SOON_SECONDS = 12
WAYS = (signal.SIGTERM, signal.SIGINT)
# Until it has begun Python and click decide: the signal ends it, and the keyboard aborts it.
BEFORE_IT_BEGAN = {signal.SIGTERM: (-signal.SIGTERM,), signal.SIGINT: (-signal.SIGINT, 1)}


@dataclass
class SlowOffice(Office):
    """A mail server that thinks about each mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(SLOWLY_SECONDS)
        return await super().handle_DATA(server, session, envelope)


@dataclass(frozen=True)
class Left:
    """What a timetable left behind that others would wait for or stumble over."""

    status: int
    came_soon: bool = True
    complaint: str = ""
    holds_lease: bool = False
    mails_under_way: int = 0
    lost_search: bool = False


@dataclass(frozen=True)
class District:
    """A district where mail is due and a search is asked for, and what its mail server took."""

    world: World
    office: SlowOffice
    line: CommandLine

    def is_being_worked_on(self) -> bool:
        """Tell whether mail is on its way and the search has begun."""
        return self._sending() > 0 and history(self.world)[0].state is not RunState.WAITING

    def left_by(self, timetable: Popen[str]) -> Left:
        """Wait for its end, and return what it left behind."""
        begun = time.monotonic()
        said = ended(timetable)
        return Left(
            said.status,
            came_soon=time.monotonic() - begun < SOON_SECONDS,
            complaint=said.err if "Traceback" in said.err and not said.status else "",
            holds_lease=lease_holds(self.world),
            mails_under_way=self._sending(),
            lost_search=history(self.world)[0].state not in {RunState.WAITING, RunState.DONE},
        )

    def times_told(self) -> Counter[int]:
        """Return how many guests were written to once, how many twice."""
        told = Counter(envelope.rcpt_tos[0] for envelope in self.office.taken)
        return Counter(times for email, times in told.items() if email.startswith("v"))

    def _sending(self) -> int:
        with self.world.store.read() as work:
            return work.outbox.counts().get(OutboxState.SENDING, 0)


@contextmanager
def a_district(url: str, folder: Path) -> Iterator[District]:
    """Yield a district with its mail server."""
    world, office = open_world(engine_on(url)), SlowOffice()
    with a_server(office) as port:
        mail = f"smtp://127.0.0.1:{port}"
        yield District(
            world, office, CommandLine.at(url, folder).having(NOW=MORNING, MAIL_URL=mail)
        )


def tell(timetable: Popen[str], how: signal.Signals) -> None:
    """Tell a timetable to end, and everybody who works for it."""
    os.killpg(timetable.pid, how)


def test_one_at_work_gives_back_lease_mail_and_search(database_url: str, tmp_path: Path) -> None:
    how = WAYS[database_url.startswith("sqlite")]
    with a_district(database_url, tmp_path) as district:
        invite_many(district.world, MAILS)
        ask(district.world)
        timetable = district.line.process("jobs")
        wait_until(district.is_being_worked_on)
        tell(timetable, how)
        # Who is impatient gets no other end.
        tell(timetable, how)
        assert district.left_by(timetable) == Left(0)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", WAYS, ids=lambda how: how.name)
def test_whenever_it_is_told_nothing_is_lost_or_doubled(
    database_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    chance = random.Random(MOMENTS)
    with a_district(database_url, tmp_path) as district:
        for moment in range(MOMENTS):
            invite_many(district.world, MAILS, first=moment * MAILS)
            ask(district.world)
            timetable = district.line.process("jobs")
            time.sleep(chance.random() * LONGEST_SECONDS)
            tell(timetable, how)
            left = district.left_by(timetable)
            assert left == Left(left.status)
            assert left.status in (0, *BEFORE_IT_BEGAN[how])
        # What one domain gets in a turn is limited: on a slow machine more than that is left.
        for later in LATER:
            assert district.line.having(NOW=later).run("jobs", "--once").status == 0
        assert district.times_told() == {1: MOMENTS * MAILS}
        assert history(district.world)[0].state is RunState.DONE
        assert problems(database_url) == ()
