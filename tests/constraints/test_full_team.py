"""A request gets all the speakers it asks for, or none."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import full_team
from tests.constraints.snapshots import a_demand


@pytest.mark.parametrize(
    ("team", "kept"),
    [
        (("ana", "bo"), True),
        (("ana",), False),
        (("ana", "bo", "cy"), False),
        (("ana", "ana"), False),
        ((), False),
    ],
)
def test_exactly_the_number_of_different_people_is_kept(team: tuple[str, ...], kept: bool) -> None:
    found = full_team(a_demand(speakers=2), team)
    assert found == Finding("full_team", kept, {"needed": 2, "speakers": team})
