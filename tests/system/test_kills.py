"""A command killed at any moment leaves a sound district, and repeating it finishes the work once.

The commands run as real processes and are killed without warning, at moments spread over the
time they take.
"""

from __future__ import annotations

import mailbox
import os
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from scheduler.cli import main
from scheduler.demo.moving import materialise
from scheduler.domain.visits import VisitState
from scheduler.jobs import timetable
from scheduler.services.records import OutboxState
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.processes import quick_processes

TODAY = date(2026, 11, 21)
NOW = "2026-11-21T09:00:00-05:00"
LATER = "2026-11-21T09:15:00-05:00"
KILLS = 2
FULL_KILLS = 60
PATIENCE_SECONDS = 120
# The lease that the killed leave behind would otherwise be waited for in earnest.
LAST_LEASE = timedelta(seconds=3)


@dataclass(frozen=True)
class Place:
    """A district of its own: its database and its instance folder."""

    url: str
    folder: Path

    @property
    def said(self) -> Path:
        """Return the file that holds what the last command said."""
        return self.folder / "said"

    def command(self, *words: str, now: str = NOW, is_doomed: bool = False) -> BaseProcess:
        """Start a command and return its process; the doomed take no lease for long."""
        settings = {
            "VISITBELL_DATABASE_URL": self.url,
            "VISITBELL_INSTANCE": str(self.folder / "instance"),
            "VISITBELL_REHEARSAL": "1",
        }
        process = quick_processes().Process(
            target=as_a_command, args=((*words, "--now", now), settings, self.said, is_doomed)
        )
        process.start()
        return process

    def run(self, *words: str, now: str = NOW) -> float:
        """Run a command to its end and return the seconds it took."""
        begun = time.monotonic()
        process = self.command(*words, now=now)
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0, self.said.read_text()
        return time.monotonic() - begun

    def kill(self, *words: str, after: float, now: str = NOW) -> None:
        """Start a command and kill it after so many seconds, if it still runs."""
        process = self.command(*words, now=now, is_doomed=True)
        time.sleep(after)
        process.kill()
        process.join()

    def state(self) -> dict[str, Any]:
        """Return what must be the same however often the work was interrupted."""
        engine = database.connect(self.url)
        try:
            with SqlStore(database.sessions(engine)).read() as work:
                visits = work.visits.in_states(VisitState)
                subjects = (*(visit.uid for visit in visits), "availability", "clearance")
                rows = work.outbox.of_subjects(subjects)
                return {
                    "schools": len(work.districts.schools()),
                    "volunteers": len(work.volunteers.all()),
                    "requests": Counter(str(r.state) for r in work.requests.all().values()),
                    "visits": sorted(
                        (v.request, v.session, str(v.state), v.period) for v in visits
                    ),
                    "mail": sorted((row.key, str(row.state)) for row in rows),
                    "outbox": {str(k): n for k, n in work.outbox.counts().items() if n},
                    "sent": work.outbox.counts()[OutboxState.SENT],
                }
        finally:
            engine.dispose()

    def assert_sound(self) -> None:
        """Fail unless the doctor finds nothing wrong with the database."""
        assert database.problems(self.url) == ()


def as_a_command(
    words: tuple[str, ...], settings: dict[str, str], said: Path, is_doomed: bool
) -> None:
    """Be a command with these settings, in a process of its own."""
    os.environ.update(settings)
    if is_doomed:
        timetable.LEASE_LASTS = LAST_LEASE
    with said.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    main(words)


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    """Return an empty district with the demo bundle beside it."""
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    materialise(bundle, TODAY)
    return Place(database_url, tmp_path)


def killed_and_repeated(place: Place, *words: str, now: str, seconds: float, kills: int) -> None:
    """Kill the command at moments spread over its run, then let it finish."""
    for kill in range(kills):
        place.kill(*words, after=seconds * (0.3 + 0.7 * kill / kills), now=now)
        place.assert_sound()
    place.run(*words, now=now)
    place.assert_sound()


def assert_work_survives_kills(place: Place, *, kills: int) -> None:
    """Import, approve and send, each killed again and again, and compare with an easy life."""
    bundle = str(place.folder / "bundle")
    taken = place.run("import", bundle, "--dry-run")
    killed_and_repeated(place, "import", bundle, now=NOW, seconds=taken, kills=kills)
    imported = place.state()
    place.run("import", bundle)
    assert place.state() == imported

    taken = place.run("propose", "--seconds", "5")
    killed_and_repeated(place, "approve", "--ready", now=NOW, seconds=taken, kills=kills)
    approved = place.state()
    place.run("approve", "--ready")
    assert place.state() == approved
    assert approved["visits"]

    killed_and_repeated(place, "jobs", "--once", now=LATER, seconds=taken, kills=kills)
    ended = place.state()
    place.run("jobs", "--once", now=LATER)
    assert place.state() == ended
    received = Counter(
        message["Message-ID"]
        for message in mailbox.Maildir(str(place.folder / "instance" / "mail"))
    )
    # The rest is due at an hour of the day that has not come.
    assert ended["sent"] == len(received)
    # Whoever is killed between sending and noting it sends that one message again.
    assert sum(number - 1 for number in received.values()) <= kills


@pytest.mark.timeout(600)
@pytest.mark.each_engine
def test_killed_commands_finish_their_work_once_when_repeated(place: Place) -> None:
    assert_work_survives_kills(place, kills=KILLS)


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_commands_killed_at_many_moments_finish_their_work_once(place: Place) -> None:
    assert_work_survives_kills(place, kills=FULL_KILLS)
