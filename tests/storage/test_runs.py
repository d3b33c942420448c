"""Runs are kept whole, one is open at a time, and only whoever holds one can change it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.runs import Headway, Run, RunState, ended, given_back, taken
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW
from tests.storage.racers import RACERS, Race, race_on, racers

MINUTE = timedelta(minutes=1)
UNTIL = NOW + MINUTE
WAITING = Run(key="r1", asked_by=COORDINATOR, asked_at=NOW, seconds=60.0)
RUNNING = taken(WAITING, owner="one", at=NOW, alive_until=UNTIL)
HALFWAY = Headway("tier 1", 0.5, 12, 7, 7, 9, None, None)
TURNS = 5
ONE_WINNER = [False] * (RACERS - 1) + [True]


def add(store: SqlStore, run: Run) -> bool:
    with store.write() as work:
        return work.runs.add(run)


def save(store: SqlStore, run: Run, *, was: Run) -> bool:
    with store.write() as work:
        return work.runs.save(run, was=was)


def kept(store: SqlStore, key: str = "r1") -> Run | None:
    with store.read() as work:
        return work.runs.get(key)


def claim(store: SqlStore, owner: str) -> bool:
    """Take the run that waits, after a look at it as everybody has one."""
    with store.read() as work:
        run = work.runs.open()
    if run is None or run.state is not RunState.WAITING:
        return False
    return save(store, taken(run, owner=owner, at=NOW, alive_until=UNTIL), was=run)


def open_one(store: SqlStore, key: str) -> bool:
    """Open a run of one's own."""
    return add(store, replace(WAITING, key=key))


def end_the_open_run(store: SqlStore) -> None:
    """Cancel whatever is open; there has to be something."""
    with store.read() as work:
        run = work.runs.open()
    assert run is not None
    assert save(store, ended(run, RunState.CANCELLED, at=NOW), was=run)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Yield the processes, which start once for all races."""
    with racers() as pool:
        yield pool


@pytest.fixture
def race(pool: ProcessPoolExecutor, empty_store: SqlStore, database_url: str) -> Race:
    """Return a way to run one function in several processes at once."""
    return race_on(database_url, pool)


def test_run_comes_back_as_it_was_stored(empty_store: SqlStore) -> None:
    told = replace(
        ended(RUNNING, RunState.DONE, at=UNTIL),
        first=date(2026, 12, 7),
        last=date(2026, 12, 18),
        attempt=2,
        headway=replace(HALFWAY, tier2_value=-3, tier2_bound=40),
        points={"fit": 120, "travel": -1},
        counts={"found": 1, "kept": 2},
        changed={"found": ["robots"]},
        trouble={"error": "SolverFailed", "sentence": "No."},
        followed_by="r2",
    )
    assert add(empty_store, told)
    assert kept(empty_store) == told


def test_unknown_run_is_none(empty_store: SqlStore) -> None:
    with empty_store.read() as work:
        assert (work.runs.get("r9"), work.runs.open()) == (None, None)
        assert work.runs.recent(limit=5) == ()


@pytest.mark.parametrize("run", [WAITING, RUNNING], ids=["waiting", "running"])
def test_second_run_is_refused_while_one_is_open(empty_store: SqlStore, run: Run) -> None:
    assert add(empty_store, run)
    assert not open_one(empty_store, "r2")
    with empty_store.read() as work:
        assert (work.runs.open(), work.runs.recent(limit=5)) == (run, (run,))


def test_next_run_may_open_once_the_first_has_ended(empty_store: SqlStore) -> None:
    add(empty_store, RUNNING)
    assert save(empty_store, ended(RUNNING, RunState.FAILED, at=UNTIL), was=RUNNING)
    assert open_one(empty_store, "r2")
    assert save(
        empty_store,
        ended(replace(WAITING, key="r2"), RunState.CANCELLED, at=UNTIL),
        was=(replace(WAITING, key="r2")),
    )
    assert open_one(empty_store, "r3")


@pytest.mark.parametrize(
    "meanwhile",
    [
        ended(RUNNING, RunState.ABANDONED, at=UNTIL),
        given_back(RUNNING),
        replace(RUNNING, owner="two"),
    ],
    ids=["abandoned", "given back", "another's"],
)
def test_run_that_left_its_hands_is_not_changed(empty_store: SqlStore, meanwhile: Run) -> None:
    add(empty_store, RUNNING)
    assert save(empty_store, meanwhile, was=RUNNING)
    assert not save(empty_store, ended(RUNNING, RunState.DONE, at=UNTIL), was=RUNNING)
    with empty_store.write() as work:
        assert work.runs.report(RUNNING, headway=HALFWAY, alive_until=UNTIL + MINUTE) is None
    assert kept(empty_store) == meanwhile


def test_report_notes_the_headway_and_brings_back_the_wish_to_stop(empty_store: SqlStore) -> None:
    add(empty_store, RUNNING)
    later = UNTIL + MINUTE
    told = replace(RUNNING, headway=HALFWAY, alive_until=later)
    with empty_store.write() as work:
        assert work.runs.report(RUNNING, headway=HALFWAY, alive_until=later) == told
        work.runs.ask_to_stop("r1", at=NOW)
        assert work.runs.report(RUNNING, headway=HALFWAY, alive_until=later) == (
            replace(told, stop_asked_at=NOW)
        )


def test_first_wish_to_stop_counts_and_outlives_every_save(empty_store: SqlStore) -> None:
    add(empty_store, RUNNING)
    with empty_store.write() as work:
        work.runs.ask_to_stop("r1", at=NOW)
        work.runs.ask_to_stop("r1", at=UNTIL)
    over = ended(RUNNING, RunState.CANCELLED, at=UNTIL)
    assert save(empty_store, over, was=RUNNING)
    assert kept(empty_store) == replace(over, stop_asked_at=NOW)


def test_run_that_nobody_works_on_cannot_be_asked_to_stop(empty_store: SqlStore) -> None:
    add(empty_store, WAITING)
    with empty_store.write() as work:
        work.runs.ask_to_stop("r1", at=NOW)
    assert kept(empty_store) == WAITING


def test_latest_runs_come_newest_first(empty_store: SqlStore) -> None:
    over = [
        replace(ended(RUNNING, state, at=UNTIL), key=f"r{n}", asked_at=NOW + n * MINUTE)
        for n, state in enumerate((RunState.DONE, RunState.DONE, RunState.FAILED))
    ]
    for run in (over[1], over[0], over[2]):
        add(empty_store, run)
    with empty_store.read() as work:
        assert work.runs.recent(limit=2) == (over[2], over[1])


def test_of_several_processes_one_opens_a_run(race: Race, empty_store: SqlStore) -> None:
    for turn in range(TURNS):
        assert sorted(race(open_one, [f"r{turn}.{n}" for n in range(RACERS)])) == ONE_WINNER
        end_the_open_run(empty_store)


def test_of_several_processes_one_has_the_run(race: Race, empty_store: SqlStore) -> None:
    for turn in range(TURNS):
        open_one(empty_store, f"r{turn}")
        assert sorted(race(claim, [f"racer {n}" for n in range(RACERS)])) == ONE_WINNER
        end_the_open_run(empty_store)
