"""Working on runs: everything is kept or nothing is, whoever dies, stops or leaves meanwhile."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.errors import IllegalTransition, SolverFailed
from scheduler.domain.runs import ATTEMPTS, Headway, Run, RunState
from scheduler.services import running, runs
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.running import Worked
from tests.builders import COORDINATOR, DAY, NOW, VOLUNTEER, a_volunteer
from tests.processes import quick_processes
from tests.services.dying import Dying
from tests.services.searchers import (
    HALFWAY,
    PATIENCE_SECONDS,
    SILENCE,
    Fails,
    Searches,
    a_worker,
    work,
    work_and_hang,
    work_at_once,
)
from tests.services.world import World, elsewhere
from tests.storage.racers import RACERS, race_on, racers


@pytest.fixture(autouse=True)
def reports_without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report headway a hundred times a second, so that no test waits for it."""
    monkeypatch.setattr("scheduler.services.heartbeat.REPORT_SECONDS", 0.01)


def ask(world: World) -> Run:
    return runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=world.now)


def kept(world: World, run: Run) -> Run:
    with world.store.read() as work:
        found = work.runs.get(run.key)
    assert found is not None
    return found


def wait_until_told(world: World, run: Run) -> Run:
    """Return the run as soon as it was reported to be halfway."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (told := kept(world, run)).headway.share:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return told


class TestWork:
    @pytest.mark.each_engine
    def test_run_is_done_and_its_proposals_are_kept(self, world: World) -> None:
        run = ask(world)
        world.put_requests(elsewhere(language="fr"))
        worked = work(world)
        assert worked is not None
        assert worked.proposed is not None
        assert (worked.proposed.proposed, worked.proposed.requests) == (("robots",), 2)
        assert world.proposal() is not None
        done = kept(world, run)
        assert worked.run == done
        worth = sum(done.points.values())
        assert done == replace(
            run,
            state=RunState.DONE,
            owner="this test",
            begun_at=NOW,
            ended_at=NOW,
            headway=Headway("", 1.0, 2, 1, 1, 1, worth, worth),
            points=worked.proposed.plan.points,
            counts={"found": 1, "nobody": 1},
            changed={"found": ["robots"]},
        )

    def test_nothing_waits_nothing_is_done(self, world: World) -> None:
        assert work(world) is None

    def test_run_that_somebody_works_on_is_left_alone(self, world: World) -> None:
        ask(world)
        others: list[Worked | None] = []
        work(world, solve=Searches(meanwhile=lambda: others.append(work(world))))
        assert others == [None]

    def test_search_is_told_the_days_and_the_time(self, world: World) -> None:
        searches = Searches()
        runs.ask(
            world.store,
            actor=world.coordinator,
            now=NOW,
            lease_now=NOW,
            first=DAY.replace(day=DAY.day + 1),
        )
        worked = work(world, solve=searches)
        assert worked is not None
        assert worked.proposed is not None
        assert worked.proposed.proposed == ()
        assert [len(problem.demands) for problem in searches.problems] == [1]

    def test_what_changed_is_compared_with_the_proposals_before(self, world: World) -> None:
        ask(world)
        work(world)
        again = ask(world)
        work(world)
        assert kept(world, again).counts == {"kept": 1}
        world.put_volunteers(a_volunteer(languages=("fr",)))
        third = ask(world)
        work(world)
        assert (kept(world, third).counts, kept(world, third).changed) == (
            {"lost": 1},
            {"lost": ["robots"]},
        )

    def test_headway_is_told_while_the_search_goes_on(self, world: World) -> None:
        run = ask(world)
        told: list[Run] = []
        work(world, solve=Searches(meanwhile=lambda: told.append(wait_until_told(world, run))))
        assert told == [
            replace(
                run,
                state=RunState.RUNNING,
                owner="this test",
                begun_at=NOW,
                alive_until=NOW + ALIVE_LASTS,
                headway=Headway("tier 1", 0.5, 1, 1, 1, 2),
            )
        ]
        assert HALFWAY.tier1 is not None


class TestStop:
    def test_best_plan_so_far_is_kept(self, world: World) -> None:
        run = ask(world)

        def stop() -> None:
            runs.stop(world.store, run.key, actor=world.coordinator, now=NOW, lease_now=NOW)

        worked = work(world, solve=Searches(meanwhile=stop, waits_for_the_wish_to_stop=True))
        assert worked is not None
        stopped = kept(world, run)
        assert (stopped.state, stopped.stop_asked_at, stopped.counts) == (
            RunState.CANCELLED,
            NOW,
            {"found": 1},
        )
        assert world.proposal() is not None

    def test_search_that_has_no_plan_changes_nothing(self, world: World) -> None:
        run = ask(world)

        def stop() -> None:
            runs.stop(world.store, run.key, actor=world.coordinator, now=NOW, lease_now=NOW)

        worked = work(
            world,
            solve=Searches(meanwhile=stop, waits_for_the_wish_to_stop=True, ends_without_plan=True),
        )
        assert worked == Worked(kept(world, run))
        assert (kept(world, run).state, kept(world, run).counts) == (RunState.CANCELLED, {})
        assert world.proposal() is None


class TestFailure:
    def test_what_went_wrong_is_kept_as_data(self, world: World) -> None:
        run = ask(world)
        with pytest.raises(SolverFailed):
            work(world, solve=Fails(SolverFailed("The search was killed.")))
        failed = kept(world, run)
        assert (failed.state, failed.trouble) == (
            RunState.FAILED,
            {"error": "SolverFailed", "sentence": "The search was killed."},
        )

    def test_words_of_strange_errors_are_not_for_everybody(self, world: World) -> None:
        run = ask(world)
        with pytest.raises(ZeroDivisionError):
            work(world, solve=Fails(ZeroDivisionError("secret")))
        assert kept(world, run).trouble == {"error": "ZeroDivisionError", "sentence": ""}

    def test_next_run_is_not_in_the_way_of_a_failed_one(self, world: World) -> None:
        ask(world)
        with pytest.raises(SolverFailed):
            work(world, solve=Fails(SolverFailed("No.")))
        ask(world)
        assert work(world) is not None


class TestLeaving:
    def test_run_is_given_back_and_worked_on_by_the_next(self, world: World) -> None:
        run = ask(world)
        worked = work(world, solve=Searches(), is_leaving=lambda: True)
        assert worked == Worked(run)
        assert (kept(world, run), world.proposal()) == (run, None)
        assert work(world) is not None
        assert kept(world, run).state is RunState.DONE

    def test_search_that_was_broken_off_is_given_back(self, world: World) -> None:
        run = ask(world)
        searches = Searches(waits_for_the_wish_to_stop=True, ends_without_plan=True)
        assert work(world, solve=searches, is_leaving=lambda: True) == Worked(run)
        assert kept(world, run) == run

    def test_interrupted_worker_gives_the_run_back(self, world: World) -> None:
        run = ask(world)
        with pytest.raises(KeyboardInterrupt):
            work(world, solve=Fails(KeyboardInterrupt()))
        assert kept(world, run) == run


class TestDeath:
    @pytest.mark.each_engine
    def test_run_is_abandoned_and_tried_again(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        run = ask(world)
        self.kill_a_worker(database_url, tmp_path / "found")
        assert work(world) is None
        world.now += SILENCE
        worked = work(world)
        assert worked is not None
        lost, followed = kept(world, run), worked.run
        assert (lost.state, lost.followed_by) == (RunState.ABANDONED, followed.key)
        assert (followed.state, followed.attempt, followed.asked_by) == (
            RunState.DONE,
            2,
            COORDINATOR,
        )
        assert world.proposal() is not None

    def test_run_is_not_tried_for_ever(self, world: World) -> None:
        ask(world)
        for _ in range(ATTEMPTS - 1):
            assert self.die(world) is not None
        last = self.die(world)
        assert work(world) is None
        assert (kept(world, last).state, kept(world, last).followed_by) == (
            RunState.ABANDONED,
            "",
        )

    @pytest.mark.each_engine
    def test_worker_that_was_given_up_keeps_nothing(self, world: World) -> None:
        run = ask(world)

        def be_given_up() -> None:
            world.now += SILENCE
            runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=world.now)

        with pytest.raises(IllegalTransition):
            work(world, solve=Searches(meanwhile=be_given_up), lease_clock=lambda: NOW)
        assert kept(world, run).state is RunState.ABANDONED
        assert world.proposal() is None

    def die(self, world: World) -> Run:
        """Take the run that waits, or follow up the one before, and never be heard of again."""
        dying = Dying(world.store)
        with pytest.raises(ConnectionError):
            running.work_one(dying, worker=a_worker(world, solve=Searches(meanwhile=dying.die)))
        world.now += SILENCE
        with world.store.read() as present:
            run = present.runs.open()
        assert run is not None
        return run

    def kill_a_worker(self, url: str, found: Path) -> None:
        """Kill a process without warning while it works on the run that waits."""
        process = quick_processes().Process(target=work_and_hang, args=(url, str(found)))
        process.start()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not (found.exists() and found.read_text()):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        os.kill(int(found.read_text()), signal.SIGKILL)
        process.join()


class TestAtOnce:
    def propose(self, world: World, **changes: object) -> Worked | None:
        return running.propose_at_once(
            world.store,
            actor=world.coordinator,
            worker=a_worker(world, **changes),
            seconds=1.0,
            last=date(2026, 12, 31),
        )

    def test_run_is_begun_and_ended_by_whoever_asks(self, world: World) -> None:
        worked = self.propose(world)
        assert worked is not None
        assert worked.proposed is not None
        assert worked.proposed.proposed == ("robots",)
        assert kept(world, worked.run) == worked.run
        assert (worked.run.state, worked.run.last) == (RunState.DONE, date(2026, 12, 31))

    def test_it_is_not_begun_while_another_is_open(self, world: World) -> None:
        ask(world)
        assert self.propose(world) is None

    def test_interrupted_it_is_cancelled(self, world: World) -> None:
        with pytest.raises(KeyboardInterrupt):
            self.propose(world, solve=Fails(KeyboardInterrupt()))
        (run,) = runs.history(world.store, actor=world.coordinator).runs
        assert run.state is RunState.CANCELLED


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Yield the processes, which start once for all races."""
    with racers() as pool:
        yield pool


@pytest.mark.each_engine
def test_of_several_processes_one_works(
    world: World, database_url: str, pool: ProcessPoolExecutor
) -> None:
    race = race_on(database_url, pool)
    for _ in range(3):
        run = ask(world)
        worked = race(work_at_once, [f"racer {n}" for n in range(RACERS)])
        assert sorted(worked) == [False] * (RACERS - 1) + [True]
        assert kept(world, run).state is RunState.DONE
    proposal = world.proposal()
    assert proposal is not None
    assert [speaker.email for speaker in proposal.speakers] == [VOLUNTEER]
