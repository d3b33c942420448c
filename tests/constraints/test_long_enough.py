"""A visit is at least as long as the speaker wants it to be."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import long_enough
from tests.constraints.snapshots import NINE, a_session, a_speaker


@pytest.mark.parametrize(("minutes", "kept"), [(44, False), (45, True), (46, True)])
def test_equal_length_is_kept(minutes: int, kept: bool) -> None:
    found = long_enough(a_speaker(min_minutes=45), a_session(NINE, minutes), format="in_person")
    assert found == Finding("long_enough", kept, {"minutes": minutes, "min_minutes": 45})


@pytest.mark.parametrize(("online", "kept"), [(None, False), (30, True), (31, False)])
def test_video_call_may_be_shorter_where_the_speaker_says_so(
    online: int | None, kept: bool
) -> None:
    speaker = a_speaker(min_minutes=45, min_online_minutes=online)
    assert long_enough(speaker, a_session(NINE, 30), format="virtual").kept is kept
