"""Talks and mentoring are served by different kinds of volunteers."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import kind_match
from tests.constraints.snapshots import a_demand, a_speaker


@pytest.mark.parametrize(
    ("kind", "speaker_kind", "kept"),
    [
        ("talk", "speaker", True),
        ("talk", "mentor", True),
        ("talk", "peer", True),
        ("talk", "helper", False),
        ("mentoring", "speaker", False),
        ("mentoring", "mentor", True),
        ("mentoring", "peer", True),
        ("mentoring", "helper", False),
        ("", "helper", True),
        ("juggling", "speaker", False),
    ],
)
def test_kind_of_visit_decides_who_serves_it(kind: str, speaker_kind: str, kept: bool) -> None:
    found = kind_match(a_speaker(kind=speaker_kind), a_demand(kind=kind))
    assert found == Finding("kind_match", kept, {"kind": kind, "speaker_kind": speaker_kind})
