"""The timetable and the searches it works on, as commands: due once, given back, taken over."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.domain.runs import Run, RunState, taken
from scheduler.jobs.timetable import LEASE
from scheduler.services import runs
from scheduler.services.access import COMMAND_LINE
from scheduler.services.runs import NIGHTLY
from tests.builders import DAY, NOW
from tests.cli.command_line import CommandLine, ended
from tests.services.world import World

PATIENCE_SECONDS = 60
QUICKLY = ("--seconds", "1")
ONE_FOUND = "1 of 1 requests have a proposal."


def history(world: World) -> tuple[Run, ...]:
    """Return the runs, newest first."""
    return runs.history(world.store, actor=world.coordinator).runs


def ask(world: World, **changes: object) -> Run:
    """Ask for a run on the page."""
    real = datetime.now(UTC)
    return runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=real, **changes)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def lease_holds(world: World) -> bool:
    """Tell whether a timetable is believed alive."""
    with world.store.read() as work:
        until = work.leases.seen(LEASE)
    return until is not None and until > datetime.now(UTC)


class TestPropose:
    @pytest.mark.each_engine
    def test_command_leaves_a_run_behind(self, line: CommandLine, world: World) -> None:
        line.done("propose", *QUICKLY, "--until", "2026-12-31")
        (run,) = history(world)
        assert (run.asked_by, run.state, run.seconds, run.counts) == (
            COMMAND_LINE,
            RunState.DONE,
            1.0,
            {"found": 1},
        )
        assert (run.first, str(run.last)) == (None, "2026-12-31")

    def test_run_that_waits_is_worked_on_first(self, line: CommandLine, world: World) -> None:
        asked = ask(world, last=DAY - timedelta(1), seconds=1.0)
        assert line.done("propose", *QUICKLY)[0] == ONE_FOUND
        assert [(run.asked_by, run.state) for run in history(world)] == [
            (COMMAND_LINE, RunState.DONE),
            (asked.asked_by, RunState.DONE),
        ]

    def test_run_of_a_dead_worker_is_no_hindrance(self, line: CommandLine, world: World) -> None:
        asked = ask(world)
        silent = datetime.now(UTC) - timedelta(seconds=1)
        lost = taken(asked, owner="dead", at=NOW, alive_until=silent)
        with world.store.write() as work:
            assert work.runs.save(lost, was=asked)
        assert line.done("propose", *QUICKLY)[0] == ONE_FOUND
        assert [run.state for run in history(world)] == [RunState.DONE, RunState.ABANDONED]

    def test_command_waits_for_a_search_that_is_under_way(
        self, line: CommandLine, world: World
    ) -> None:
        asked = ask(world)
        real = datetime.now(UTC)
        other = taken(asked, owner="other", at=NOW, alive_until=real + timedelta(seconds=2))
        with world.store.write() as work:
            assert work.runs.save(other, was=asked)
        said = line.run("propose", *QUICKLY)
        assert (said.status, said.lines[0]) == (0, ONE_FOUND)
        assert said.err == "Another search is at work. This one begins after it.\n"

    def test_command_that_waits_can_be_interrupted(self, line: CommandLine, world: World) -> None:
        asked = ask(world)
        until = datetime.now(UTC) + timedelta(minutes=5)
        with world.store.write() as work:
            work.runs.save(taken(asked, owner="other", at=NOW, alive_until=until), was=asked)
        process = line.process("propose", *QUICKLY)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Another search")
        process.send_signal(signal.SIGINT)
        assert ended(process).status == 1
        assert [run.state for run in history(world)] == [RunState.RUNNING]


class TestOnce:
    def test_night_is_proposed_for_after_three(self, line: CommandLine, world: World) -> None:
        line.done("propose", *QUICKLY)
        before, after = ("--now", "2026-11-22T02:59:00-05:00"), ("--now", "2026-11-22T03:00-05:00")
        assert len(line.done("jobs", "--once", *before)) == 1
        assert line.done("jobs", "--once", *after)[1:] == [ONE_FOUND]
        assert len(line.done("jobs", "--once", *after)) == 1
        assert [run.asked_by for run in history(world)] == [NIGHTLY, COMMAND_LINE]

    def test_run_that_was_asked_for_is_worked_on(self, line: CommandLine, world: World) -> None:
        line.done("propose", *QUICKLY)
        world.wait(minutes=1)
        asked = ask(world, seconds=1.0)
        assert line.done("jobs", "--once")[1:] == [ONE_FOUND]
        assert (history(world)[0].key, history(world)[0].state) == (asked.key, RunState.DONE)


class TestRunningOn:
    def test_run_that_is_asked_for_is_worked_on_within_seconds(
        self, line: CommandLine, world: World
    ) -> None:
        line.done("propose", *QUICKLY)
        process = line.process("jobs")
        wait_until(lambda: lease_holds(world))
        world.wait(minutes=1)
        asked = ask(world, seconds=1.0)
        wait_until(lambda: history(world)[0].state is RunState.DONE)
        process.send_signal(signal.SIGTERM)
        assert ended(process).status == 0
        assert history(world)[0].key == asked.key
