"""A request may name people who shall not come."""

from __future__ import annotations

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import not_excluded
from tests.constraints.snapshots import a_demand, a_speaker


def test_excluded_speaker_is_refused() -> None:
    found = not_excluded(a_speaker(id="ana"), a_demand(excluded=frozenset({"ana"})))
    assert found == Finding("not_excluded", False, {"speaker": "ana"})


def test_exclusion_wins_over_preference() -> None:
    both = a_demand(excluded=frozenset({"ana"}), preferred=frozenset({"ana"}))
    assert not not_excluded(a_speaker(id="ana"), both).kept


def test_others_are_kept() -> None:
    found = not_excluded(a_speaker(id="bo"), a_demand(excluded=frozenset({"ana"})))
    assert found == Finding("not_excluded", True, {"speaker": "bo"})
