"""Candidates and optimum are exactly those of the description, whoever reads it.

Brute force and exhaustive search use the outside verifier, which shares nothing with the product.
"""

from __future__ import annotations

import pytest

from scheduler.matching.candidates import find_columns
from scheduler.matching.records import raw_of
from tests.benchmarks.families import FAMILIES, an_instance_of
from tests.benchmarks.instances import Size
from tests.benchmarks.monolithic import solve_whole
from tests.matching.files import Json
from tests.matching.reading import optimum, problem_of, verified
from tests.matching.tiny_instances import a_tiny_instance, best_tiers, columns_by_hand

SMALL = Size("small", 12, 16)
CROWDED = Size("crowded", 40, 25)
BATCH = 20


def batches(short: int, *, whole: int) -> list[object]:
    """Return ranges of seeds; those beyond the short form belong to the long one."""
    return [
        pytest.param(
            range(first, min(whole, first + BATCH)),
            marks=() if first < short else pytest.mark.full,
            id=f"from {first}",
        )
        for first in range(0, whole, BATCH)
    ]


def small_instance(seed: int) -> Json:
    """Return a tiny instance, or every other time one of the families."""
    if seed % 2:
        return a_tiny_instance(seed, most_requests=8, most_volunteers=8)
    return an_instance_of(list(FAMILIES)[seed // 2 % len(FAMILIES)], SMALL, seed=seed)


def columns_found(instance: Json) -> set[tuple[object, int, object]]:
    problem = problem_of(instance)
    columns = find_columns(problem)
    return {
        (
            raw_of(problem.demands[columns.demand[column]].id),
            columns.options[columns.option[column]].start,
            raw_of(problem.speakers[columns.speaker[column]].id),
        )
        for column in range(len(columns))
    }


@pytest.mark.parametrize("seeds", batches(40, whole=400))
def test_candidates_equal_brute_force(seeds: range) -> None:
    for seed in seeds:
        instance = small_instance(seed)
        assert columns_found(instance) == columns_by_hand(instance), seed


@pytest.mark.parametrize("seeds", batches(60, whole=500))
def test_both_tiers_equal_exhaustive_search(seeds: range) -> None:
    for seed in seeds:
        instance = a_tiny_instance(seed)
        assert optimum(instance) == best_tiers(instance), seed


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 7))]
)
def test_plans_of_every_family_are_verified_and_proven(family: str, seed: int) -> None:
    plan, bookings = verified(an_instance_of(family, CROWDED, seed=seed))
    assert plan.status == "optimal"
    assert bookings


@pytest.mark.parametrize("family", FAMILIES)
def test_plans_cut_short_are_verified_too(family: str) -> None:
    plan, _ = verified(an_instance_of(family, CROWDED, seed=9), seconds=0.0)
    assert plan.tier1.value <= plan.tier1.bound
    assert plan.tier2.value <= plan.tier2.bound


@pytest.mark.full
@pytest.mark.parametrize("family", FAMILIES)
def test_optimum_equals_that_of_one_plain_integer_program(family: str) -> None:
    for seed in (1, 2):
        instance = an_instance_of(family, CROWDED, seed=seed)
        whole = solve_whole(problem_of(instance), seconds=60)
        assert whole.is_proven
        assert (whole.tier1, whole.tier2) == optimum(instance)


def test_one_plain_integer_program_equals_exhaustive_search() -> None:
    for seed in range(12):
        instance = a_tiny_instance(seed)
        whole = solve_whole(problem_of(instance), seconds=20)
        assert (whole.tier1, whole.tier2) == best_tiers(instance)


def test_brute_force_has_something_to_find() -> None:
    counts = [len(columns_by_hand(small_instance(seed))) for seed in range(40)]
    assert sum(count > 0 for count in counts) > 30
    assert max(best_tiers(a_tiny_instance(seed))[0] for seed in range(20)) > 10
