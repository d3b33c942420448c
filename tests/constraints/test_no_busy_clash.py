"""The speaker's buffer lies between a session and all busy time."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import no_busy_clash
from tests.constraints.snapshots import a_session, a_speaker


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (500, 585, True),
        (500, 586, False),
        (610, 620, False),
        (590, 670, False),
        (674, 700, False),
        (675, 700, True),
    ],
)
def test_buffer_is_kept_on_both_sides(start: int, end: int, kept: bool) -> None:
    speaker = a_speaker(busy=((0, 60), (600, 660)), buffer_minutes=15)
    found = no_busy_clash(speaker, a_session(start, end - start))
    facts: dict[str, object] = {"start": start, "end": end, "buffer_minutes": 15}
    if not kept:
        facts["busy"] = (600, 660)
    assert found == Finding("no_busy_clash", kept, facts)  # type: ignore[arg-type]


def test_without_a_buffer_touching_is_kept() -> None:
    speaker = a_speaker(busy=((600, 660),), buffer_minutes=0)
    assert no_busy_clash(speaker, a_session(550, 50)).kept
    assert no_busy_clash(speaker, a_session(660, 50)).kept
    assert not no_busy_clash(speaker, a_session(551, 50)).kept
