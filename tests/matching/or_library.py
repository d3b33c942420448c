"""Textbook problems as instances: assignment, and generalised assignment, in OR-Library's format.

Beasley (1990), "OR-Library: distributing test problems by electronic mail". Weights are zero and
every request counts one, so the first tier fills all requests and the second is the textbook's
own objective: the profit, or the cost below zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from scheduler.matching.problem import Weights
from tests.matching.files import Json, a_request, a_volunteer

DAY, NOON = 1440, 720
PLENTY = 10**6


@dataclass(frozen=True)
class Generalised:
    """Agents with capacities; ``profits`` and ``resources`` by agent, then job."""

    profits: tuple[tuple[int, ...], ...]
    resources: tuple[tuple[int, ...], ...]
    capacities: tuple[int, ...]


def read_assignment(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the costs by row; the text holds the number of rows, then all costs."""
    numbers = map(int, text.split())
    size = next(numbers)
    return tuple(_take(numbers, size) for _ in range(size))


def read_generalised(text: str) -> tuple[Generalised, ...]:
    """Return the problems of one file: their number; then agents, jobs and three tables each."""
    numbers = map(int, text.split())
    return tuple(_read_one(numbers) for _ in range(next(numbers)))


def assignment_instance(costs: tuple[tuple[int, ...], ...]) -> Json:
    """Return one volunteer a row and one request a column, all at noon of one day."""
    return {
        **_horizon(days=1),
        "volunteers": [
            _agent(row, avail=[[0, 0, DAY]], max_week=1, max_month=1) for row in range(len(costs))
        ],
        "requests": [_job(column, start=NOON) for column in range(len(costs))],
        "pair_scores": [
            [column, row, -cost]
            for row, line in enumerate(costs)
            for column, cost in enumerate(line)
        ],
    }


def generalised_instance(problem: Generalised) -> Json:
    """Return one volunteer an agent and one request a job, each on a day of its own.

    A visit takes one minute; what a job takes beyond that is the pair's.
    """
    jobs = range(len(problem.profits[0]))
    return {
        **_horizon(days=len(jobs)),
        "volunteers": [
            _agent(agent, avail=[[weekday, 0, DAY] for weekday in range(7)], budget_minutes=most)
            for agent, most in enumerate(problem.capacities)
        ],
        "requests": [_job(job, start=job * DAY + NOON) for job in jobs],
        "pair_scores": [
            [job, agent, profit]
            for agent, line in enumerate(problem.profits)
            for job, profit in enumerate(line)
        ],
        "pair_minutes": [
            [job, agent, resource - 1]
            for agent, line in enumerate(problem.resources)
            for job, resource in enumerate(line)
        ],
    }


def an_assignment_text(size: int, *, seed: int) -> str:
    """Return made-up costs from 1 to 100 as OR-Library would write them."""
    random = Random(f"assignment {size} {seed}")
    lines = [" ".join(str(random.randint(1, 100)) for _ in range(size)) for _ in range(size)]
    return "\n".join([f" {size}", *lines]) + "\n"


def a_generalised_text(agents: int, jobs: int, *, seed: int, kind: str = "c") -> str:
    """Return one made-up problem as OR-Library would write it.

    The kinds are the usual ones: ``c`` has tight capacities, in ``d`` (harder) what is dear
    also pays.
    """
    random = Random(f"generalised {agents} {jobs} {seed} {kind}")
    resources = [[random.randint(5, 25) for _ in range(jobs)] for _ in range(agents)]
    profits = [[random.randint(15, 25) for _ in range(jobs)] for _ in range(agents)]
    if kind == "d":
        resources = [[random.randint(1, 100) for _ in range(jobs)] for _ in range(agents)]
        profits = [[each + random.randint(-10, 10) for each in line] for line in resources]
    capacities = [sum(line) * 8 // (10 * agents) for line in resources]
    rows = [[1], [agents, jobs], *profits, *resources, capacities]
    return "\n".join(" ".join(map(str, row)) for row in rows) + "\n"


def _read_one(numbers: Iterator[int]) -> Generalised:
    agents, jobs = next(numbers), next(numbers)
    return Generalised(
        profits=tuple(_take(numbers, jobs) for _ in range(agents)),
        resources=tuple(_take(numbers, jobs) for _ in range(agents)),
        capacities=_take(numbers, agents),
    )


def _take(numbers: Iterator[int], count: int) -> tuple[int, ...]:
    return tuple(next(numbers) for _ in range(count))


def _horizon(*, days: int) -> Json:
    return {
        "meta": {"days": days, "speed_km_per_min": 1, "version": 1},
        "month_of_day": [0] * days,
        "schools": [{"id": 0, "x": 0, "y": 0, "need": 1, "bells": [], "period": 1}],
        "weights": dict.fromkeys(Weights.names(), 0),
    }


def _agent(number: int, **changes: object) -> Json:
    facts: Json = {"formats": ["virtual"], "notice_days": 0, "buffer": 0}
    caps = {"max_week": PLENTY, "max_month": PLENTY}
    return a_volunteer(number, **{**facts, **caps, **changes})


def _job(number: int, *, start: int) -> Json:
    return a_request(number, format="virtual", duration=1, options=[[start, 1]])
