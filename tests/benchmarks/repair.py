"""How long a repair takes, and what it moves: ``python -m tests.benchmarks.repair``.

A greedy plan stands. Then people cancel, one at a time and each from the same plan, and ten
schools close on the day on which they have most visits. Give ``--instance`` for a file of
one's own; else one is made up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from scheduler.domain.assignments import Assignment
from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.instances import read_instance
from scheduler.matching.problem import Problem
from scheduler.matching.repair import RepairDesk, Repaired, repair
from scheduler.matching.solve import assignments_of
from tests.benchmarks.instances import SIZES, an_instance
from tests.benchmarks.measuring import print_table

CANCELLATIONS = 50
CLOSED_SCHOOLS = 10
HEAD = ("what", "times", "median s", "worst s", "lost", "refilled", "moved", "most moved")


@dataclass(frozen=True)
class Answered:
    """One repair and the seconds it took."""

    plan: Repaired
    seconds: float


def cancellations(desk: RepairDesk, plan: Iterable[Assignment], *, seed: int) -> list[Answered]:
    """Let fifty people who are booked cancel, each from the plan as it stands."""
    booked = sorted({key for each in plan for key in each.speaker_ids})
    answers = []
    for key in Random(seed).sample(booked, min(CANCELLATIONS, len(booked))):
        begun = time.monotonic()
        found = desk.without(key)
        answers.append(Answered(found, time.monotonic() - begun))
    return answers


def closed(problem: Problem, plan: Iterable[Assignment]) -> tuple[Problem, int]:
    """Return the problem without one day of ten schools, and how many bookings it breaks."""
    taken = [
        (demand.school, option.sessions[0].day)
        for each in plan
        if (option := (demand := problem.demand_by_id[each.demand_id]).option_at(each.start))
    ]
    ((day, _),) = Counter(day for _, day in taken).most_common(1)
    busiest = Counter(school for school, on in taken if on == day).most_common(CLOSED_SCHOOLS)
    schools = {school for school, _ in busiest}
    demands = tuple(
        replace(
            demand,
            options=tuple(
                option
                for option in demand.options
                if all(session.day != day for session in option.sessions)
            ),
        )
        if demand.school in schools
        else demand
        for demand in problem.demands
    )
    return replace(problem, demands=demands), sum(count for _, count in busiest)


def row_of(what: str, answers: list[Answered]) -> tuple[str, ...]:
    """Return a line of the table."""
    seconds = [each.seconds for each in answers]
    moved = [len(each.plan.moved) for each in answers]
    lost = sum(len(each.plan.broken) for each in answers)
    empty = sum(len(set(each.plan.unfilled) & set(each.plan.broken)) for each in answers)
    return (
        what,
        str(len(answers)),
        f"{statistics.median(seconds):.3f}",
        f"{max(seconds):.3f}",
        f"{lost:,}",
        f"{lost - empty:,}",
        f"{sum(moved):,}",
        str(max(moved)),
    )


def main() -> None:
    """Repair after cancellations and a closed day, and print both lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instance", type=Path, help="a file to use in place of a made-up one")
    parser.add_argument("--size", choices=[size.name for size in SIZES], default=SIZES[-1].name)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    problem = read_instance(asked.instance) if asked.instance else made_up(asked.size, asked.seed)
    frame = Frame.of(problem)
    plan = assignments_of(frame, fill_greedily(frame))
    begun = time.monotonic()
    desk = RepairDesk(problem, plan)
    ready = time.monotonic() - begun
    answers = cancellations(desk, plan, seed=asked.seed)
    snowed_in, broken = closed(problem, plan)
    begun = time.monotonic()
    found = repair(snowed_in, plan, most_moves=10, seconds=20.0)
    snow = Answered(found, time.monotonic() - begun)
    assert not check(snowed_in, found.assignments).violations
    print(f"{len(plan):,} of {len(problem.demands):,} requests booked; desk ready in {ready:.2f} s")
    print_table(
        HEAD, (row_of("cancellation", answers), row_of(f"{CLOSED_SCHOOLS} schools", [snow]))
    )
    print(f"the closed day broke {broken} bookings")


def made_up(name: str, seed: int) -> Problem:
    """Return an instance of that size."""
    (size,) = (each for each in SIZES if each.name == name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.json"
        path.write_text(json.dumps(an_instance(size, seed=seed)))
        return read_instance(path)


if __name__ == "__main__":
    main()
