"""A speaker takes no more sessions in one week than they said."""

from __future__ import annotations

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import max_per_week
from tests.constraints.snapshots import DAY, NINE, WEEK, a_speaker, an_engagement

SAME = DAY + NINE
OTHER = WEEK + NINE


def test_cap_is_kept_when_reached() -> None:
    speaker = a_speaker(max_per_week=2)
    found = max_per_week(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_week", True, {"week": 0, "count": 2, "limit": 2})


def test_cap_is_broken_when_passed() -> None:
    speaker = a_speaker(max_per_week=1)
    found = max_per_week(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_week", False, {"week": 0, "count": 2, "limit": 1})


def test_series_alone_can_break_the_cap() -> None:
    speaker = a_speaker(max_per_week=1)
    assert not max_per_week(speaker, [an_engagement(NINE), an_engagement(SAME)]).kept


def test_another_week_counts_apart() -> None:
    speaker = a_speaker(max_per_week=1)
    assert max_per_week(speaker, [an_engagement(NINE)], standing=[an_engagement(OTHER)]).kept


def test_week_that_nothing_is_added_to_is_not_judged() -> None:
    speaker = a_speaker(max_per_week=1)
    crowded = [an_engagement(NINE), an_engagement(SAME)]
    assert max_per_week(speaker, [an_engagement(OTHER)], standing=crowded).kept


def test_no_cap_limits_nothing() -> None:
    crowd = [an_engagement(NINE)] * 50
    assert max_per_week(a_speaker(max_per_week=None), crowd) == Finding("max_per_week", True, {})


def test_cap_of_nothing_refuses_the_first() -> None:
    assert not max_per_week(a_speaker(max_per_week=0), [an_engagement(NINE)]).kept
