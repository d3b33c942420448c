"""Several timetables on clocks that jump by an hour: whatever is due happens once, for everyone."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from scheduler.services.announcements import ASK_AVAILABILITY
from tests.builders import a_volunteer, moment
from tests.databases import engine_on
from tests.faults import workers
from tests.mail.servers import Office, a_server
from tests.processes import quick_processes
from tests.services.world import open_world

FEW, MANY = 30, 10_000
PATIENCE_SECONDS = 120
FULL_PATIENCE_SECONDS = 2400
MORNING = moment("2026-11-24 10:30")


def assert_everyone_is_asked_once(
    url: str, folder: Path, *, processes: int, people: int, patience_seconds: float
) -> None:
    """Let so many processes work until nobody is left to be asked; count what each received."""
    world = open_world(engine_on(url))
    emails = [f"v{n}@many{n % 7}.example" for n in range(people)]
    world.put_volunteers(*(a_volunteer(email=e, name=e, weekly=()) for e in emails))
    office, end = Office(), folder / "end"
    with a_server(office) as port:
        workers_at_work = [
            quick_processes().Process(
                target=workers.keep_time,
                args=(url, port, MORNING),
                kwargs={"end": end, "seed": number},
            )
            for number in range(processes)
        ]
        for each in workers_at_work:
            each.start()
        give_up = time.monotonic() + patience_seconds
        while len(office.taken) < people and time.monotonic() < give_up:
            time.sleep(0.2)
        time.sleep(1)
        end.touch()
        for each in workers_at_work:
            each.join(PATIENCE_SECONDS)
        assert [each.exitcode for each in workers_at_work] == [0] * processes
    assert Counter(e.rcpt_tos[0] for e in office.taken) == dict.fromkeys(emails, 1)
    with world.store.read() as work:
        rows = work.outbox.of_subjects(("availability",))
    assert {(row.purpose, str(row.state)) for row in rows} == {(ASK_AVAILABILITY, "sent")}


@pytest.mark.timeout(300)
@pytest.mark.each_engine
def test_two_timetables_ask_everyone_once(database_url: str, tmp_path: Path) -> None:
    assert_everyone_is_asked_once(
        database_url, tmp_path, processes=2, people=FEW, patience_seconds=PATIENCE_SECONDS
    )


@pytest.mark.full
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_any_number_of_timetables_asks_ten_thousand_once(
    database_url: str, tmp_path: Path, processes: int
) -> None:
    assert_everyone_is_asked_once(
        database_url,
        tmp_path,
        processes=processes,
        people=MANY,
        patience_seconds=FULL_PATIENCE_SECONDS,
    )
