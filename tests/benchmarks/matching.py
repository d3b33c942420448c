"""How good the engine's plans are, and what they cost: ``python -m tests.benchmarks.matching``.

One table over made-up instances: the engine beside greedy filling and beside a plain integer
program over all columns, in the same run, each in a process of its own. The engine's seconds are
those of the whole command from cold start; those of the other two leave out all imports. Both
tiers stand apart: together they would hide the second. Machines differ, so that ratios say more
than seconds.

``--sizes`` and ``--families`` choose the instances, ``--seeds 10`` makes ten of each, ``--growth``
prints how time and memory grow with the requests instead.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scheduler.matching.frame import Frame
from scheduler.matching.goal import value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.instances import read_instance
from tests.benchmarks.families import FAMILIES, an_instance_of
from tests.benchmarks.growth import print_growth
from tests.benchmarks.instances import SIZE_BY_NAME
from tests.benchmarks.measuring import Measured, measured, median_seconds, print_table
from tests.benchmarks.monolithic import Found, solve_whole

RUNS = 5
USUAL_SIZES = ("S", "M", "MT")
MOST_COLUMNS_OF_ONE_MODEL = 150_000
HEAD = (
    *("instance", "columns", "filled", "tier 1", "gap 1", "tier 2", "gap 2", "status", "s", "MB"),
    *("greedy 1", "greedy 2", "greedy s", "whole 1", "whole 2", "whole s"),
)


@dataclass(frozen=True)
class Solved:
    """What one run of the command found, and what it cost."""

    status: str
    filled: int
    tiers: tuple[int, int]
    gaps: tuple[float, float]
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Filled:
    """What greedy filling reaches, and how many columns there are."""

    columns: int
    tiers: tuple[int, int]


@dataclass(frozen=True)
class Task:
    """One instance to measure."""

    name: str
    path: Path


def solved(path: Path, seconds: float) -> Solved:
    """Solve an instance's file by the command, as an operator would."""
    plan = path.with_suffix(".plan.json")
    words = ("solve", str(path), "-o", str(plan), "--seconds", str(seconds), "--json")
    begun = time.monotonic()
    command = [sys.executable, "-m", "scheduler.cli", *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    took, told = time.monotonic() - begun, json.loads(ended.stdout)
    return Solved(
        told["status"],
        len(json.loads(plan.read_text())["bookings"]),
        (told["tier1"]["value"], told["tier2"]["value"]),
        (told["tier1"]["gap"], told["tier2"]["gap"]),
        took,
        told["peak_memory_mb"],
    )


def filled_greedily(path: Path) -> Filled:
    """Read an instance's file and fill it greedily."""
    frame = Frame.of(read_instance(path))
    chosen = fill_greedily(frame)
    tiers = (value_of(frame, chosen, tier=1), value_of(frame, chosen, tier=2))
    return Filled(len(frame.columns), tiers)


def solved_whole(path: Path, seconds: float) -> Found:
    """Read an instance's file and solve it as one integer program."""
    return solve_whole(read_instance(path), seconds=seconds)


def row_of(task: Task, *, runs: int, seconds: float) -> tuple[str, ...]:
    """Return an instance's line of the table; the plan is that of the first run."""
    engine = [solved(task.path, seconds) for _ in range(runs)]
    greedy = [measured(filled_greedily, task.path) for _ in range(runs)]
    found, filled = engine[0], greedy[0].result
    whole = ("–", "–", "–")
    if filled.columns <= MOST_COLUMNS_OF_ONE_MODEL:
        whole = _beside_whole(task, found, runs=runs, seconds=seconds)
    return (
        task.name,
        f"{filled.columns:,}",
        f"{found.filled:,}",
        f"{found.tiers[0]:,}",
        f"{found.gaps[0]:.2%}",
        f"{found.tiers[1]:,}",
        f"{found.gaps[1]:.2%}",
        found.status,
        f"{median(each.seconds for each in engine):.1f}",
        f"{max(each.peak_mb for each in engine):.0f}",
        *_ratios(filled.tiers, found.tiers),
        f"{median_seconds(greedy):.1f}",
        *whole,
    )


def main() -> None:
    """Measure what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of one run")
    parser.add_argument("--runs", type=int, default=RUNS, help="of which the median counts")
    parser.add_argument("--seeds", type=int, default=1, help="how many instances of each kind")
    parser.add_argument("--sizes", nargs="+", choices=list(SIZE_BY_NAME), default=USUAL_SIZES)
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=["district"])
    parser.add_argument("--growth", action="store_true", help="print the curve of growth instead")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.growth:
            print_growth(Path(folder), solved, seconds=asked.seconds, runs=asked.runs)
            return
        tasks = list(_tasks(Path(folder), asked.sizes, asked.families, seeds=asked.seeds))
        print_table(HEAD, [row_of(t, runs=asked.runs, seconds=asked.seconds) for t in tasks])


def _tasks(folder: Path, sizes: list[str], families: list[str], *, seeds: int) -> Iterator[Task]:
    for size in sizes:
        for family in families:
            for seed in range(1, seeds + 1):
                path = folder / f"{size}-{family}-{seed}.json"
                instance = an_instance_of(family, SIZE_BY_NAME[size], seed=seed)
                path.write_text(json.dumps(instance))
                yield Task(f"{size} {family} {seed}", path)


def _beside_whole(task: Task, found: Solved, *, runs: int, seconds: float) -> tuple[str, str, str]:
    whole: list[Measured[Found]] = [measured(solved_whole, task.path, seconds) for _ in range(runs)]
    first = whole[0].result
    ratios = _ratios((first.tier1, first.tier2), found.tiers)
    return *ratios, f"{median_seconds(whole):.1f}{'' if first.is_proven else ' (open)'}"


def _ratios(theirs: tuple[int, int | None], ours: tuple[int, int]) -> tuple[str, str]:
    """Return theirs over ours; the second tier compares only where the first is equal."""
    first = f"{theirs[0] / ours[0]:.3f}" if ours[0] else "–"
    is_comparable = theirs[0] == ours[0] and theirs[1] is not None and ours[1] > 0
    second = f"{theirs[1] / ours[1]:.3f}" if is_comparable and theirs[1] is not None else "–"
    return first, second


if __name__ == "__main__":
    main()
