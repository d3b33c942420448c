"""Textbook instances are solved to their optimum, found here by other means."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from scheduler.matching.instances import read_instance
from scheduler.matching.solve import solve
from tests.matching.files import Json
from tests.matching.or_library import (
    Generalised,
    a_generalised_text,
    an_assignment_text,
    assignment_instance,
    generalised_instance,
    read_assignment,
    read_generalised,
)
from tests.matching.reading import verified

Costs = tuple[tuple[int, ...], ...]


def proven_profit(instance: Json) -> int:
    """Return the second tier of a proven plan that fills everything."""
    plan, bookings = verified(instance)
    assert plan.status == "optimal"
    assert len(bookings) == plan.tier1.value == len(instance["requests"])
    return plan.tier2.value


def least_cost(costs: Costs) -> int:
    """Return the cost of the best assignment: shortest augmenting paths, row by row.

    Source: Jonker and Volgenant (1987), without their initialisation; cubic.
    """
    size = len(costs)
    row_price, column_price = [0] * (size + 1), [0] * (size + 1)
    row_of, way = [0] * (size + 1), [0] * (size + 1)
    for row in range(1, size + 1):
        row_of[0], column = row, 0
        least, seen = [10**9] * (size + 1), [False] * (size + 1)
        while row_of[column]:
            seen[column] = True
            here, step, nearest = row_of[column], 10**9, 0
            for other in range(1, size + 1):
                if not seen[other]:
                    reach = costs[here - 1][other - 1] - row_price[here] - column_price[other]
                    if reach < least[other]:
                        least[other], way[other] = reach, column
                    if least[other] < step:
                        step, nearest = least[other], other
            for other in range(size + 1):
                if seen[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            row_of[column], column = row_of[way[column]], way[column]
    return sum(costs[row_of[each] - 1][each - 1] for each in range(1, size + 1))


def most_profit(problem: Generalised) -> int:
    """Return the profit of the best way to do all jobs, or a large loss if there is none."""

    @cache
    def best(job: int, left: tuple[int, ...]) -> int:
        if job == len(problem.profits[0]):
            return 0
        return max(
            (
                problem.profits[agent][job]
                + best(job + 1, (*left[:agent], left[agent] - needed, *left[agent + 1 :]))
                for agent, line in enumerate(problem.resources)
                if (needed := line[job]) <= left[agent]
            ),
            default=-(10**9),
        )

    return best(0, problem.capacities)


def test_texts_are_read_as_the_library_writes_them() -> None:
    assert read_assignment(" 2\n 3 1\n 4 9\n") == ((3, 1), (4, 9))
    (one, two) = read_generalised(
        "2\n 2 3\n 1 2 3\n 4 5 6\n 7 8 9\n 1 1 1\n 9 3\n 1 1\n 5\n 2\n 4\n"
    )
    assert one == Generalised(((1, 2, 3), (4, 5, 6)), ((7, 8, 9), (1, 1, 1)), (9, 3))
    assert two == Generalised(((5,),), ((2,),), (4,))


def test_the_yardsticks_agree_with_trying_everything() -> None:
    for seed in range(10):
        costs = read_assignment(an_assignment_text(5, seed=seed))
        tried = [sum(costs[r][c] for r, c in enumerate(order)) for order in permutations(range(5))]
        assert least_cost(costs) == min(tried)


@pytest.mark.parametrize("size", [1, 2, 8, 25, 60])
def test_assignments_cost_the_least(size: int) -> None:
    costs = read_assignment(an_assignment_text(size, seed=1))
    assert proven_profit(assignment_instance(costs)) == -least_cost(costs)


@pytest.mark.full
@pytest.mark.parametrize("size", [100, 200])
def test_large_assignments_cost_the_least(size: int) -> None:
    costs = read_assignment(an_assignment_text(size, seed=1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.json"
        path.write_text(json.dumps(assignment_instance(costs)))
        plan = solve(read_instance(path), seconds=60)
    assert (plan.status, plan.tier1.value, plan.tier2.value) == (
        "optimal",
        size,
        -least_cost(costs),
    )


@pytest.mark.parametrize("kind", ["c", "d"])
@pytest.mark.parametrize(("agents", "jobs"), [(1, 3), (2, 8), (3, 10), (4, 9)])
def test_generalised_assignments_earn_the_most(agents: int, jobs: int, kind: str) -> None:
    for seed in range(3):
        (problem,) = read_generalised(a_generalised_text(agents, jobs, seed=seed, kind=kind))
        most = most_profit(problem)
        if most > 0:
            assert proven_profit(generalised_instance(problem)) == most


def test_jobs_too_large_for_all_agents_are_left_out() -> None:
    problem = Generalised(profits=((9, 5), (1, 1)), resources=((4, 3), (9, 9)), capacities=(6, 8))
    plan, bookings = verified(generalised_instance(problem))
    assert (plan.tier1.value, plan.tier2.value) == (1, 9)
    assert [each["volunteers"] for each in bookings] == [[0]]


def test_capacity_is_kept_to_the_minute() -> None:
    fits = Generalised(profits=((5, 5),), resources=((4, 3),), capacities=(7,))
    short = Generalised(profits=((5, 5),), resources=((4, 3),), capacities=(6,))
    filled = [verified(generalised_instance(each))[0].tier1.value for each in (fits, short)]
    assert filled == [2, 1]
