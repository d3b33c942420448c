"""A large district is read in within its budget, and the benchmarks' own material is sound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.matching.instances import read_instance
from tests.benchmarks.bundles import imported
from tests.benchmarks.instances import SIZES, Size, an_instance
from tests.benchmarks.large_bundle import (
    BLOCKS_EACH,
    REQUESTS,
    VOLUNTEERS,
    write_large_bundle,
)
from tests.benchmarks.matching import solved
from tests.benchmarks.measuring import measured

IMPORT_SECONDS, IMPORT_MB = 30.0, 600.0


@pytest.mark.benchmark
@pytest.mark.full
@pytest.mark.timeout(300)
def test_a_large_district_is_read_in_within_its_budget(database_url: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    write_large_bundle(bundle)
    run = measured(imported, database_url, bundle)
    assert run.result >= VOLUNTEERS + REQUESTS
    assert run.seconds < IMPORT_SECONDS
    assert run.peak_mb < IMPORT_MB
    assert measured(imported, database_url, bundle).result == 0


def test_the_large_bundle_is_as_large_as_it_says(tmp_path: Path) -> None:
    write_large_bundle(tmp_path)
    rows_by_file = {
        path.name: len(path.read_text(encoding="utf-8").splitlines()) - 1
        for path in tmp_path.glob("*.csv")
    }
    assert rows_by_file["volunteers.csv"] == VOLUNTEERS
    assert rows_by_file["availability.csv"] == VOLUNTEERS * BLOCKS_EACH
    assert rows_by_file["requests.csv"] == REQUESTS


def test_the_same_seed_makes_the_same_material(tmp_path: Path) -> None:
    small = SIZES[0]
    assert an_instance(small, seed=3) == an_instance(small, seed=3)
    assert an_instance(small, seed=3) != an_instance(small, seed=4)
    for name in ("one", "two"):
        write_large_bundle(tmp_path / name, seed=3)
    assert (tmp_path / "one" / "volunteers.csv").read_bytes() == (
        tmp_path / "two" / "volunteers.csv"
    ).read_bytes()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_made_up_instances_are_sound(tmp_path: Path, size: Size) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(an_instance(size)))
    problem = read_instance(path)
    assert (len(problem.demands), len(problem.speakers)) == (size.requests, size.volunteers)


def test_a_small_made_up_instance_has_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(an_instance(SIZES[0])))
    found = solved(path, 2.0)
    assert 0 < found.filled < SIZES[0].requests
