"""Asking for a run: one at a time, by those who may, seen by all who oversee, and stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import InvalidPeriod, Unknown
from scheduler.domain.runs import Headway, Run, RunState, ended, taken
from scheduler.services import runs
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.runs import TIMETABLE
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.actors import VERA
from tests.builders import COORDINATOR, NOW
from tests.services.searchers import SILENCE, work
from tests.services.world import World


def ask(world: World, **changes: object) -> Run:
    """Ask as the coordinator, with what the test says differently."""
    asked = {"actor": world.coordinator, "now": world.now, "lease_now": world.now}
    return runs.ask(world.store, **{**asked, **changes})


def kept(world: World, key: str) -> Run:
    with world.store.read() as work:
        run = work.runs.get(key)
    assert run is not None
    return run


def stop(world: World, run: Run) -> Run:
    """Stop a run as the coordinator."""
    now = world.now
    return runs.stop(world.store, run.key, actor=world.coordinator, now=now, lease_now=now)


def begun(world: World) -> Run:
    """Return the run that was asked for, in a worker's hands."""
    asked = ask(world)
    run = taken(asked, owner="w", at=world.now, alive_until=world.now + ALIVE_LASTS)
    with world.store.write() as work:
        assert work.runs.save(run, was=asked)
    return run


class TestAsking:
    @pytest.mark.each_engine
    def test_run_waits_for_somebody_to_work_on_it(self, world: World) -> None:
        run = ask(world, first=date(2026, 12, 7), last=date(2026, 12, 18), seconds=5.0)
        assert kept(world, run.key) == run
        assert run == Run(
            key=run.key,
            asked_by=COORDINATOR,
            asked_at=NOW,
            seconds=5.0,
            first=date(2026, 12, 7),
            last=date(2026, 12, 18),
        )

    @pytest.mark.each_engine
    def test_second_who_asks_is_shown_the_first(self, world: World) -> None:
        first = ask(world)
        world.wait(minutes=1)
        assert ask(world) == first
        assert runs.history(world.store, actor=VERA).runs == (first,)

    def test_next_may_be_asked_for_once_the_first_has_ended(self, world: World) -> None:
        first = ask(world)
        work(world)
        assert ask(world).key != first.key

    def test_it_is_written_down_who_asked(self, world: World) -> None:
        run = ask(world)
        with world.store.read() as work:
            (line,) = work.activities.recent(limit=5)
        assert (line.actor, line.deed, line.subject) == (
            COORDINATOR,
            "asked for proposals",
            f"run:{run.key}",
        )

    def test_run_whose_worker_died_makes_way(self, world: World) -> None:
        lost = begun(world)
        world.now += SILENCE
        run = ask(world)
        assert kept(world, lost.key) == replace(
            lost,
            state=RunState.ABANDONED,
            ended_at=world.now,
            alive_until=None,
            followed_by=run.key,
        )
        assert run.state is RunState.WAITING

    @pytest.mark.parametrize(
        "days",
        [
            {"first": date(2026, 12, 9), "last": date(2026, 12, 8)},
            {"last": date(2026, 11, 20)},
            {"first": date(2026, 11, 1), "last": date(2026, 11, 20)},
        ],
        ids=["end before they begin", "over", "begun and over"],
    )
    def test_days_that_cannot_be_are_refused(self, world: World, days: dict[str, date]) -> None:
        with pytest.raises(InvalidPeriod):
            ask(world, **days)
        assert runs.history(world.store, actor=VERA).runs == ()

    def test_without_a_district_there_is_nothing_to_ask(self, sqlite_url: str) -> None:
        engine = connect(sqlite_url)
        with pytest.raises(Unknown):
            ask(World(SqlStore(sessions(engine))))
        engine.dispose()


class TestStopping:
    def test_run_that_waits_never_begins(self, world: World) -> None:
        run = ask(world)
        world.wait(minutes=1)
        stopped = stop(world, run)
        assert stopped == ended(run, RunState.CANCELLED, at=world.now)
        assert work(world) is None

    def test_run_that_is_worked_on_is_asked_to_stop(self, world: World) -> None:
        run = begun(world)
        stopped = stop(world, run)
        assert stopped == replace(run, stop_asked_at=world.now)

    def test_run_whose_worker_died_ends_at_once(self, world: World) -> None:
        run = begun(world)
        world.now += SILENCE
        assert stop(world, run) == ended(run, RunState.CANCELLED, at=world.now)

    def test_run_that_has_ended_stays_as_it_is(self, world: World) -> None:
        run = ask(world)
        work(world)
        done = kept(world, run.key)
        assert stop(world, run) == done

    def test_run_that_does_not_exist_cannot_be_stopped(self, world: World) -> None:
        other = replace(ask(world), key="r9")
        with pytest.raises(Unknown):
            stop(world, other)


class TestLooking:
    def look(self, world: World, run: Run) -> runs.Sight:
        return runs.look(world.store, run.key, actor=VERA, lease_now=world.now)

    def test_one_sees_who_asked_and_that_the_timetable_was_never_seen(self, world: World) -> None:
        run = ask(world)
        assert self.look(world, run) == runs.Sight(
            run=run,
            asker="Carla Meyer",
            timezone="America/Toronto",
            title_by_request={},
            timetable_until=None,
            is_timetable_alive=False,
        )

    def test_one_sees_whether_the_timetable_is_alive(self, world: World) -> None:
        run, until = ask(world), world.now + timedelta(seconds=45)
        with world.store.write() as work:
            work.leases.take(TIMETABLE, owner="jobs", now=world.now, until=until)
        seen = self.look(world, run)
        assert (seen.timetable_until, seen.is_timetable_alive) == (until, True)
        world.now = until
        assert not self.look(world, run).is_timetable_alive

    def test_one_sees_that_the_worker_fell_silent(self, world: World) -> None:
        run = begun(world)
        assert not self.look(world, run).is_silent
        world.now += SILENCE
        assert self.look(world, run).is_silent

    def test_changed_requests_are_named(self, world: World) -> None:
        run = ask(world)
        work(world)
        seen = self.look(world, run)
        assert seen.run.changed == {"found": ["robots"]}
        assert seen.title_by_request == {"robots": world.request().title}

    def test_latest_is_the_open_one_else_the_last(self, world: World) -> None:
        def latest() -> Run | None:
            seen = runs.latest(world.store, actor=VERA, lease_now=world.now)
            return seen.run if seen else None

        assert latest() is None
        run = ask(world)
        assert latest() == run
        work(world)
        assert latest() == kept(world, run.key)

    @pytest.mark.each_engine
    def test_history_holds_the_last_twenty(self, world: World) -> None:
        for _ in range(runs.RECENT + 1):
            world.wait(minutes=1)
            last = stop(world, ask(world))
        told = runs.history(world.store, actor=VERA)
        assert (len(told.runs), told.runs[0], told.name_by_email) == (
            runs.RECENT,
            last,
            {COORDINATOR: "Carla Meyer"},
        )


def test_run_that_does_not_exist_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        runs.look(world.store, "r9", actor=VERA, lease_now=NOW)


def test_headway_of_a_new_run_is_nothing(world: World) -> None:
    assert ask(world).headway == Headway()
