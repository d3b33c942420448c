"""A search in a process of its own: same plan, told on the way, stopped, killed, never hanging."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import pytest

from scheduler.domain.errors import SearchStopped, SolverFailed
from scheduler.matching import apart
from scheduler.matching.apart import solve_apart
from scheduler.matching.checker import check
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Milestone
from scheduler.matching.solve import solve
from tests.matching.worlds import DAY, PLANE, TOPICS, a_crowd, a_demand, a_speaker

CHECKOUT = Path(__file__).parents[2]
LONG_SECONDS = 100.0
PATIENCE_SECONDS = 50
PARENT = """
from scheduler.matching.apart import solve_apart
from tests.matching.test_apart import LONG_SECONDS, a_throng

if __name__ == "__main__":
    solve_apart(a_throng(), LONG_SECONDS, progress=lambda milestone: print("begun", flush=True))
"""


def a_throng() -> Problem:
    """Return requests and people by the hundred: nobody is done with them in a moment."""
    random = Random(1)
    people = tuple(
        a_speaker(f"v{n}", level_by_topic={random.choice(TOPICS): 2}, max_per_week=1)
        for n in range(400)
    )
    requests = tuple(
        a_demand(
            f"r{n}",
            *(day * DAY + 541 + 60 * random.randint(0, 2) for day in random.sample(range(10), 3)),
            topic=random.choice(TOPICS),
            speakers=random.choice([1, 2, 3]),
            priority=random.randint(1, 3),
        )
        for n in range(1_200)
    )
    return Problem(PLANE, people, requests)


def the_child() -> BaseProcess:
    """Return the one process that this one has started."""
    (child,) = multiprocessing.active_children()
    return child


def kill_the_child(milestone: Milestone) -> None:
    """End the child without warning."""
    number = the_child().pid
    assert number is not None
    os.kill(number, signal.SIGKILL)


@pytest.fixture(autouse=True)
def no_child_is_left() -> None:
    """Fail a test that leaves a process behind."""
    yield
    assert multiprocessing.active_children() == []


def test_plan_is_the_one_that_a_search_in_this_process_finds() -> None:
    problem = a_crowd(1)
    apart_from_us, here = solve_apart(problem, 30.0, seed=3), solve(problem, seconds=30.0, seed=3)
    assert here.status == "optimal"
    assert (apart_from_us.assignments, apart_from_us.tier1, apart_from_us.tier2) == (
        here.assignments,
        here.tier1,
        here.tier2,
    )


def test_every_milestone_arrives_in_order() -> None:
    told: list[Milestone] = []
    here: list[Milestone] = []
    solve_apart(a_crowd(1), 30.0, progress=told.append)
    solve(a_crowd(1), seconds=30.0, progress=here.append)
    assert {each.phase for each in told} == {each.phase for each in here}
    shares = [each.share for each in told]
    assert shares == sorted(shares)


def test_search_that_is_told_to_stop_hands_over_its_best_plan() -> None:
    problem, told = a_throng(), list[str]()
    begun = time.monotonic()
    plan = solve_apart(
        problem,
        LONG_SECONDS,
        progress=lambda milestone: told.append(milestone.phase),
        is_cancelled=lambda: "tier 1" in told,
    )
    assert time.monotonic() - begun < PATIENCE_SECONDS
    assert plan.assignments
    assert check(problem, plan.assignments).violations == ()


def test_search_that_was_done_as_it_was_told_to_stop_hands_over_its_plan() -> None:
    def once_it_is_done() -> bool:
        the_child().join(PATIENCE_SECONDS)
        return True

    assert solve_apart(a_crowd(1), LONG_SECONDS, is_cancelled=once_it_is_done).assignments


def test_search_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "STOP_PATIENCE_SECONDS", 0.0)
    with pytest.raises(SearchStopped):
        solve_apart(a_throng(), LONG_SECONDS, is_cancelled=lambda: True)


def test_search_that_is_long_overdue_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "OVERDUE_SECONDS", -LONG_SECONDS)
    with pytest.raises(SolverFailed, match="long after its time"):
        solve_apart(a_throng(), LONG_SECONDS)


def test_killed_child_is_a_failure_with_a_sentence() -> None:
    with pytest.raises(SolverFailed) as failure:
        solve_apart(a_throng(), LONG_SECONDS, progress=kill_the_child)
    assert str(failure.value) == (
        "The search was killed from outside. The search needs more memory than this machine has."
    )


def test_child_that_ends_by_itself_is_a_failure_with_its_status() -> None:
    def end_the_child(milestone: Milestone) -> None:
        os.kill(the_child().pid, signal.SIGUSR1)

    with pytest.raises(SolverFailed, match=r"ended without an answer \(status -10\)"):
        solve_apart(a_throng(), LONG_SECONDS, progress=end_the_child)


def test_error_of_the_child_is_raised_here_with_its_traceback() -> None:
    broken = replace(a_crowd(1), geography="nowhere")
    with pytest.raises(AttributeError) as failure:
        solve_apart(broken, 1.0)
    (note,) = failure.value.__notes__
    assert "matching/solve.py" in note


def test_error_of_whoever_watches_ends_the_child() -> None:
    def refuse(milestone: Milestone) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_apart(a_throng(), LONG_SECONDS, progress=refuse)


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "begun\n"
        parent.kill()
        begun = time.monotonic()
        # The child holds the other end of this, too: it is at its end when both are gone.
        parent.stdout.read()
        assert time.monotonic() - begun < PATIENCE_SECONDS
