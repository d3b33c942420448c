"""A pinned booking stays exactly as it is."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Assignment, Finding
from scheduler.domain.constraints import pinned_kept
from tests.constraints.snapshots import a_demand

PINNED = Assignment("r1", 540, ("bo", "ana"))


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (Assignment("r1", 540, ("ana", "bo")), True),
        (Assignment("r1", 600, ("ana", "bo")), False),
        (Assignment("r1", 540, ("ana", "cy")), False),
        (Assignment("r1", 540, ("ana",)), False),
        (None, False),
    ],
    ids=["same team in another order", "moved", "somebody else", "somebody missing", "dropped"],
)
def test_start_and_people_must_be_those_pinned(chosen: Assignment | None, kept: bool) -> None:
    found = pinned_kept(a_demand(), chosen, pinned=PINNED)
    facts = {"start": 540, "speakers": ("ana", "bo")}
    assert found == Finding("pinned_kept", kept, facts)  # type: ignore[arg-type]


def test_request_that_nobody_pinned_is_free() -> None:
    found = pinned_kept(a_demand(), None, pinned=None)
    assert found == Finding("pinned_kept", True, {})
