"""Workers on runs for tests: solvers that do what a test says, and processes that can be killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from scheduler.domain.errors import SearchStopped
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Cancelled, Milestone, Plan, Progress, Tier
from scheduler.services import running
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.running import Worked, Worker
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW
from tests.services.world import NoGazetteer, World, solve_quickly

PATIENCE_SECONDS = 30
HALFWAY = Milestone("tier 1", 0.5, filled=1, tier1=Tier(1, 2))
SILENCE = ALIVE_LASTS + timedelta(seconds=1)


@dataclass
class Searches:
    """A solver that does something halfway, and is told to stop or not."""

    meanwhile: Callable[[], object] = lambda: None
    waits_for_the_wish_to_stop: bool = False
    ends_without_plan: bool = False
    problems: list[Problem] = field(default_factory=list)

    def __call__(
        self,
        problem: Problem,
        seconds: float,
        *,
        progress: Progress | None = None,
        is_cancelled: Cancelled | None = None,
    ) -> Plan:
        assert progress is not None
        assert is_cancelled is not None
        self.problems.append(problem)
        progress(HALFWAY)
        self.meanwhile()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.waits_for_the_wish_to_stop and not is_cancelled():
            assert time.monotonic() < give_up
            time.sleep(0.01)
        if self.ends_without_plan:
            raise SearchStopped("No plan yet.")
        return solve_quickly(problem, seconds)


@dataclass
class Fails:
    """A solver that raises what it was given."""

    error: BaseException

    def __call__(self, problem: Problem, seconds: float, **watched: object) -> Plan:
        raise self.error


def a_worker(world: World, **changes: object) -> Worker:
    """Return a worker on the world's clock."""
    usual: dict[str, object] = {
        "owner": "this test",
        "clock": lambda: world.now,
        "lease_clock": lambda: world.now,
        "gazetteer": world.gazetteer,
        "solve": solve_quickly,
    }
    return Worker(**{**usual, **changes})


def work(world: World, **changes: object) -> Worked | None:
    """Work on the run that waits."""
    return running.work_one(world.store, worker=a_worker(world, **changes))


def work_at_once(store: SqlStore, owner: str) -> bool:
    """Work on the run that waits, as one of several processes that do so at the same moment."""
    worker = Worker(
        owner=owner,
        clock=lambda: NOW,
        lease_clock=lambda: NOW,
        gazetteer=NoGazetteer(),
        solve=solve_quickly,
    )
    return running.work_one(store, worker=worker) is not None


def work_and_hang(url: str, found: str) -> None:
    """Begin to work on the run that waits, write this process's number into a file, and hang."""

    def hang() -> None:
        with open(found, "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        time.sleep(PATIENCE_SECONDS)

    engine = connect(url)
    worker = Worker(
        owner="the one to be killed",
        clock=lambda: NOW,
        lease_clock=lambda: NOW,
        gazetteer=NoGazetteer(),
        solve=Searches(meanwhile=hang),
    )
    running.work_one(SqlStore(sessions(engine)), worker=worker)
