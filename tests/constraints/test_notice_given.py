"""The day lies no sooner than the speaker's notice."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import notice_given
from tests.constraints.snapshots import DAY, NINE, a_session, a_speaker


@pytest.mark.parametrize(("day", "kept"), [(6, False), (7, True), (8, True)])
def test_first_day_of_notice_is_kept(day: int, kept: bool) -> None:
    found = notice_given(a_speaker(earliest_day=7), a_session(day * DAY + NINE))
    assert found == Finding("notice_given", kept, {"day": day, "earliest_day": 7})
