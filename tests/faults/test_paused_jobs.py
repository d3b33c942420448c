"""Of two timetables one is stopped, taken over from, and let go on: no one hears anything twice.

Real commands, with the leases that an office has.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from scheduler.domain.visits import VisitState
from scheduler.services.runs import TIMETABLE
from scheduler.storage.database import problems
from tests.cli.command_line import CommandLine, ended
from tests.faults.test_delivery import invite_many
from tests.mail.servers import Office, a_server
from tests.services.world import World

MAILS_BEFORE, MAILS_AFTER = 150, 40
WITHIN_A_MINUTE = 60
PAUSED_SECONDS = 180
PATIENCE_SECONDS = 150
SETTLING_SECONDS = 40


@contextmanager
def at_work(line: CommandLine) -> Iterator[int]:
    """Run a timetable until the block ends; it must end well and name no fault."""
    process = line.process("jobs")
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        said = ended(process)
        assert said.status in (0, -signal.SIGKILL), said.err
        assert "Traceback" not in said.err, said.err


def holder_of(world: World) -> int:
    """Return the process that holds the lease of the timetable, 0 if none does."""
    with world.store.read() as work:
        owner = work.leases._session.connection().exec_driver_sql(  # type: ignore[attr-defined]
            f"SELECT owner FROM lease WHERE name = '{TIMETABLE}'"
        )
        found: str | None = owner.scalar()
    return int(found.split(":")[1]) if found else 0


def wait_until(is_so, *, seconds: float = PATIENCE_SECONDS) -> float:  # type: ignore[no-untyped-def]
    """Wait until something is so, and return how many seconds that took."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < seconds
        time.sleep(0.2)
    return time.monotonic() - begun


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL], ids=["paused", "killed"])
def test_other_timetable_takes_over_and_nobody_hears_twice(
    world: World, database_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    office = Office()
    with a_server(office) as port, ExitStack() as both:
        line = CommandLine.at(database_url, tmp_path).having(
            NOW="2026-11-24T10:00:00-05:00", MAIL_URL=f"smtp://127.0.0.1:{port}"
        )
        first = both.enter_context(at_work(line))
        wait_until(lambda: holder_of(world) == first)
        second = both.enter_context(at_work(line))
        invite_many(world, MAILS_BEFORE)
        wait_until(lambda: len(office.taken) >= MAILS_BEFORE // 4)
        os.kill(first, how)
        stopped = time.monotonic()
        assert wait_until(lambda: holder_of(world) == second) <= WITHIN_A_MINUTE
        visits = invite_many(world, MAILS_AFTER, first=MAILS_BEFORE)
        wait_until(lambda: len(mails_of(office)) == MAILS_BEFORE + MAILS_AFTER)
        if how is signal.SIGSTOP:
            time.sleep(max(PAUSED_SECONDS - (time.monotonic() - stopped), 0))
            os.kill(first, signal.SIGCONT)
            time.sleep(SETTLING_SECONDS)
            assert holder_of(world) == second
        repeated = sum(mails_of(office).values()) - len(mails_of(office))
        # The one mail that was just being sent.
        assert repeated <= 1
    assert problems(database_url) == ()
    assert all(visit.state is VisitState.INVITED for visit in visits)


def mails_of(office: Office) -> Counter[str]:
    """Return how often each guest was written to."""
    recipients = (envelope.rcpt_tos[0] for envelope in office.taken)
    return Counter(each for each in recipients if each.endswith("@robots.example"))
