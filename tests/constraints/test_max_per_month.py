"""A speaker takes no more sessions in one month than they said."""

from __future__ import annotations

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import max_per_month
from tests.constraints.snapshots import NINE, WEEK, a_speaker, an_engagement

SAME = WEEK + NINE
OTHER = 4 * WEEK + NINE


def test_cap_is_kept_when_reached() -> None:
    speaker = a_speaker(max_per_month=2)
    found = max_per_month(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_month", True, {"month": 0, "count": 2, "limit": 2})


def test_cap_is_broken_when_passed() -> None:
    speaker = a_speaker(max_per_month=1)
    found = max_per_month(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_month", False, {"month": 0, "count": 2, "limit": 1})


def test_series_alone_can_break_the_cap() -> None:
    speaker = a_speaker(max_per_month=1)
    assert not max_per_month(speaker, [an_engagement(NINE), an_engagement(SAME)]).kept


def test_another_month_counts_apart() -> None:
    speaker = a_speaker(max_per_month=1)
    assert max_per_month(speaker, [an_engagement(NINE)], standing=[an_engagement(OTHER)]).kept


def test_month_that_nothing_is_added_to_is_not_judged() -> None:
    speaker = a_speaker(max_per_month=1)
    crowded = [an_engagement(NINE), an_engagement(SAME)]
    assert max_per_month(speaker, [an_engagement(OTHER)], standing=crowded).kept


def test_no_cap_limits_nothing() -> None:
    crowd = [an_engagement(NINE)] * 50
    assert max_per_month(a_speaker(max_per_month=None), crowd) == Finding("max_per_month", True, {})


def test_cap_of_nothing_refuses_the_first() -> None:
    assert not max_per_month(a_speaker(max_per_month=0), [an_engagement(NINE)]).kept
