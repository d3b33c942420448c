"""What the doctor sees of the world outside: the timetable's silence, mail, clocks, connections."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from scheduler.jobs.timetable import LEASE
from scheduler.storage import database
from tests.cli.command_line import CommandLine
from tests.services.world import World


def leave_lease(world: World, *, ago: timedelta) -> None:
    """Let a timetable have worked until that long ago."""
    until = datetime.now(UTC) - ago
    with world.store.write() as work:
        work.leases.take(LEASE, owner="gone", now=until - timedelta(seconds=45), until=until)


def finding(line: CommandLine, name: str) -> str:
    """Return the line about one thing."""
    (found,) = [each for each in line.run("doctor").lines if each[4:].startswith(f"{name}:")]
    return found


def test_silent_timetable_needs_attention(line: CommandLine, world: World) -> None:
    leave_lease(world, ago=timedelta(minutes=2))
    assert finding(line, "jobs").startswith("ok  jobs: last seen ")
    leave_lease(world, ago=timedelta(minutes=20))
    assert finding(line, "jobs").startswith("!!  jobs: last seen ")
    assert finding(line, "jobs").endswith(" UTC: start visitbell jobs again")


def test_mail_server_that_does_not_answer_needs_attention(line: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = line.having(MAIL_URL=f"smtp://127.0.0.1:{port}")
    assert finding(away, "mail") == "!!  mail: nobody takes it: look at VISITBELL_MAIL_URL"


@pytest.mark.each_engine
def test_database_tells_the_time_as_we_do(line: CommandLine) -> None:
    assert finding(line, "clock").startswith("ok  clock: ")


@pytest.mark.parametrize("number", ["0", "1", "many", "2000"])
def test_wrong_number_of_connections_is_refused(anywhere: CommandLine, number: str) -> None:
    assert anywhere.having(DATABASE_CONNECTIONS=number).refused("export", "x") == [
        "VISITBELL_DATABASE_CONNECTIONS: write a number from 2 to 1000."
    ]


def test_no_process_opens_more_connections_than_it_may(database_url: str) -> None:
    engine = database.connect(database_url, connections=2)
    opened: list[object] = []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    with engine.connect(), engine.connect():
        pass
    with engine.connect(), engine.connect():
        pass
    assert len(opened) == 2
    assert engine.pool.status().count("Overflow: 0") == 1
    engine.dispose()


def test_what_a_monitor_is_told_is_told_here_too(line: CommandLine, world: World) -> None:
    world.propose()
    world.approve("robots")
    world.wait(minutes=11)
    world.timetable.settle()
    later = line.having(NOW="2026-11-21T09:41:00-05:00")
    assert [finding(later, name) for name in ("requests", "visits", "busy calendars")] == [
        "ok  requests: 1 booked",
        "ok  visits: 1 invited",
        "ok  busy calendars: none given",
    ]
    assert finding(later, "mail") == "ok  mail: 3 due, the first due 31 minutes ago"
    assert finding(later, "proposals") == "ok  proposals: never asked for"
