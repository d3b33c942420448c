"""A speaker takes no more sessions in one day than they said."""

from __future__ import annotations

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import max_per_day
from tests.constraints.snapshots import DAY, NINE, a_speaker, an_engagement

SAME = NINE + 60
OTHER = DAY + NINE


def test_cap_is_kept_when_reached() -> None:
    speaker = a_speaker(max_per_day=2)
    found = max_per_day(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_day", True, {"day": 0, "count": 2, "limit": 2})


def test_cap_is_broken_when_passed() -> None:
    speaker = a_speaker(max_per_day=1)
    found = max_per_day(speaker, [an_engagement(NINE)], standing=[an_engagement(SAME)])
    assert found == Finding("max_per_day", False, {"day": 0, "count": 2, "limit": 1})


def test_series_alone_can_break_the_cap() -> None:
    speaker = a_speaker(max_per_day=1)
    assert not max_per_day(speaker, [an_engagement(NINE), an_engagement(SAME)]).kept


def test_another_day_counts_apart() -> None:
    speaker = a_speaker(max_per_day=1)
    assert max_per_day(speaker, [an_engagement(NINE)], standing=[an_engagement(OTHER)]).kept


def test_day_that_nothing_is_added_to_is_not_judged() -> None:
    speaker = a_speaker(max_per_day=1)
    crowded = [an_engagement(NINE), an_engagement(SAME)]
    assert max_per_day(speaker, [an_engagement(OTHER)], standing=crowded).kept


def test_no_cap_limits_nothing() -> None:
    crowd = [an_engagement(NINE)] * 50
    assert max_per_day(a_speaker(max_per_day=None), crowd) == Finding("max_per_day", True, {})


def test_cap_of_nothing_refuses_the_first() -> None:
    assert not max_per_day(a_speaker(max_per_day=0), [an_engagement(NINE)]).kept
