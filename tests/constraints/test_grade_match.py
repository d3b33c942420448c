"""A speaker comes only to grades they named; both ends of a range count."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import grade_match
from tests.constraints.snapshots import a_demand, a_speaker


@pytest.mark.parametrize(("grade", "kept"), [(3, False), (4, True), (6, True), (7, False)])
def test_both_ends_of_the_range_are_kept(grade: int, kept: bool) -> None:
    found = grade_match(a_speaker(grades=frozenset({4, 5, 6})), a_demand(grade=grade))
    assert found == Finding("grade_match", kept, {"grade": grade, "grades": (4, 5, 6)})


def test_request_without_a_grade_asks_for_nothing() -> None:
    found = grade_match(a_speaker(grades=frozenset({4})), a_demand(grade=None))
    assert found == Finding("grade_match", True, {"grades": (4,)})
