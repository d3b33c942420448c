"""Every hard rule is one public function and has one test module."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain import constraints
from tests.constraints.snapshots import PLANE, a_demand, a_speaker, an_option

HERE = Path(__file__).parent


@pytest.mark.parametrize("rule", constraints.ALL_RULES)
def test_each_rule_is_a_public_function_with_its_own_test_module(rule: str) -> None:
    assert callable(getattr(constraints, rule))
    assert rule in constraints.__all__
    assert (HERE / f"test_{rule}.py").is_file()


def test_no_test_module_stands_for_a_rule_that_is_gone() -> None:
    others = {"listed", "sieve"}
    named = {path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")} - others
    assert named == set(constraints.ALL_RULES)


def test_pair_findings_follow_the_order_of_the_sieve() -> None:
    found = constraints.pair_findings(a_speaker(), a_demand(), option=an_option(), geography=PLANE)
    assert tuple(finding.rule for finding in found) == constraints.SIEVE
