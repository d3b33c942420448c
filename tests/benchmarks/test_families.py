"""The families are what they say: reproducible, readable, and each another kind of hard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import growth
from tests.benchmarks.families import FAMILIES, an_instance_of
from tests.benchmarks.instances import Size, an_instance
from tests.benchmarks.matching import filled_greedily, solved, solved_whole
from tests.matching.files import written
from tests.matching.reading import problem_of

SMALL = Size("small", 30, 40)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_makes_the_same_instance(family: str) -> None:
    assert an_instance_of(family, SMALL, seed=3) == an_instance_of(family, SMALL, seed=3)
    assert an_instance_of(family, SMALL, seed=3) != an_instance_of(family, SMALL, seed=4)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_sound_and_different(family: str) -> None:
    instance = an_instance_of(family, SMALL)
    problem = problem_of(instance)
    assert (len(problem.demands), len(problem.speakers)) == (SMALL.requests, SMALL.volunteers)
    assert (instance == an_instance(SMALL)) == (family == "district")


def test_the_three_ways_of_one_table_line_agree(tmp_path: Path) -> None:
    path = written(tmp_path, an_instance(SMALL))
    ours, whole = solved(path, 10.0), solved_whole(path, 10.0)
    assert (ours.status, whole.is_proven) == ("optimal", True)
    assert ours.tiers == (whole.tier1, whole.tier2)
    assert ours.tiers >= filled_greedily(path).tiers > (0, 0)


def test_the_curve_has_a_line_for_each_number_of_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(growth, "REQUESTS", (20, 40))
    growth.print_growth(tmp_path, solved, seconds=5.0, runs=1)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["requests", "volunteers", "filled", "gap", "1", "gap", "2", "s", "MB"]
    assert [line.split()[:2] for line in lines] == [["20", "40"], ["40", "80"]]
