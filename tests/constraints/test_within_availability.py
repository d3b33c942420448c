"""One free stretch holds the whole session; unknown is not free."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding, merged
from scheduler.domain.constraints import within_availability
from tests.constraints.snapshots import a_session, a_speaker


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (540, 600, True),
        (541, 599, True),
        (539, 600, False),
        (540, 601, False),
        (590, 660, False),
        (600, 640, False),
        (700, 760, True),
        (0, 30, False),
    ],
)
def test_both_equal_ends_fit_and_nothing_beyond(start: int, end: int, kept: bool) -> None:
    speaker = a_speaker(free=((540, 600), (640, 660), (700, 760)))
    found = within_availability(speaker, a_session(start, end - start))
    facts = {"start": start, "end": end} | ({} if kept else {"reason": "not_free"})
    assert found == Finding("within_availability", kept, facts)


def test_unknown_availability_is_not_free() -> None:
    found = within_availability(a_speaker(free=None), a_session(540, 60))
    facts = {"start": 540, "end": 600, "reason": "unknown"}
    assert found == Finding("within_availability", False, facts)


def test_no_free_time_is_known_not_to_be_free() -> None:
    found = within_availability(a_speaker(free=()), a_session(540, 60))
    assert found.facts["reason"] == "not_free"


@pytest.mark.parametrize(("start", "reason"), [(540, "not_free"), (541, "calendar_unknown")])
def test_beyond_what_a_calendar_tells_is_unknown_and_not_busy(start: int, reason: str) -> None:
    found = within_availability(a_speaker(free=(), known_until=600), a_session(start, 60))
    assert (found.kept, found.facts["reason"]) == (False, reason)


def test_touching_stretches_become_one() -> None:
    assert merged([(600, 660), (540, 600), (700, 720), (710, 715)]) == ((540, 660), (700, 720))
