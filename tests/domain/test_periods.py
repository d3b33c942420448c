"""Periods are half-open and kept in UTC; date ranges include both ends; merging is a union."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import InvalidPeriod
from scheduler.domain.periods import DateRange, Period, merge, minute_of, moment_of
from tests.builders import TORONTO, moment, period

MIDNIGHT = datetime(2026, 12, 8, tzinfo=UTC)


def span(start: int, end: int) -> Period:
    return Period(MIDNIGHT + timedelta(minutes=start), MIDNIGHT + timedelta(minutes=end))


def minutes_in(periods: Iterable[Period]) -> set[int]:
    return {minute for p in periods for minute in range(minute_of(p.start), minute_of(p.end))}


spans = st.tuples(st.integers(0, 200), st.integers(1, 60)).map(
    lambda pair: span(pair[0], pair[0] + pair[1])
)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(MIDNIGHT, MIDNIGHT, id="no length"),
        pytest.param(MIDNIGHT, MIDNIGHT - timedelta(seconds=1), id="backwards"),
        pytest.param(
            MIDNIGHT.replace(tzinfo=None), MIDNIGHT + timedelta(hours=1), id="naive start"
        ),
        pytest.param(
            MIDNIGHT, (MIDNIGHT + timedelta(hours=1)).replace(tzinfo=None), id="naive end"
        ),
        pytest.param(
            datetime(2026, 12, 8, 10, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 12, 8, 11, tzinfo=timezone(timedelta(hours=-4))),
            id="no length in UTC",
        ),
    ],
)
def test_period_without_zone_or_length_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(InvalidPeriod):
        Period(start, end)


def test_period_may_end_earlier_by_the_clock_when_the_clock_goes_back() -> None:
    repeated_hour = Period(
        datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo(TORONTO)),
        datetime(2026, 11, 1, 1, 15, fold=1, tzinfo=ZoneInfo(TORONTO)),
    )
    assert repeated_hour.minutes == 45


def test_period_is_equal_in_every_zone() -> None:
    in_zone = Period(
        datetime(2026, 12, 8, 10, 40, tzinfo=ZoneInfo(TORONTO)),
        datetime(2026, 12, 8, 11, 30, tzinfo=ZoneInfo(TORONTO)),
    )
    in_utc = Period(
        datetime(2026, 12, 8, 15, 40, tzinfo=UTC), datetime(2026, 12, 8, 16, 30, tzinfo=UTC)
    )
    assert in_zone == in_utc
    assert hash(in_zone) == hash(in_utc)
    assert in_zone.start.tzinfo is UTC


def test_the_two_hours_that_the_clock_shows_twice_do_not_overlap() -> None:
    first, second = (
        Period(
            datetime(2026, 11, 1, 1, 0, fold=fold, tzinfo=ZoneInfo(TORONTO)),
            datetime(2026, 11, 1, 1, 45, fold=fold, tzinfo=ZoneInfo(TORONTO)),
        )
        for fold in (0, 1)
    )
    assert not first.overlaps(second)
    assert merge([second, first]) == (first, second)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        pytest.param(span(0, 10), False, id="ends when it starts"),
        pytest.param(span(20, 30), False, id="starts when it ends"),
        pytest.param(span(0, 11), True, id="first minute shared"),
        pytest.param(span(19, 30), True, id="last minute shared"),
        pytest.param(span(10, 20), True, id="the same"),
        pytest.param(span(12, 15), True, id="inside"),
        pytest.param(span(0, 30), True, id="around"),
        pytest.param(span(40, 50), False, id="apart"),
    ],
)
def test_touching_is_not_overlapping(other: Period, overlaps: bool) -> None:
    assert span(10, 20).overlaps(other) is overlaps
    assert other.overlaps(span(10, 20)) is overlaps


@pytest.mark.parametrize(
    ("inner", "contained"),
    [
        pytest.param(span(10, 20), True, id="itself"),
        pytest.param(span(12, 20), True, id="equal ends"),
        pytest.param(span(10, 12), True, id="equal starts"),
        pytest.param(span(9, 20), False, id="starts earlier"),
        pytest.param(span(10, 21), False, id="ends later"),
    ],
)
def test_period_contains_what_ends_when_it_ends(inner: Period, contained: bool) -> None:
    assert span(10, 20).contains(inner) is contained


@given(spans, spans)
def test_overlap_means_a_shared_minute(one: Period, other: Period) -> None:
    assert one.overlaps(other) is bool(minutes_in([one]) & minutes_in([other]))
    assert one.contains(other) is (minutes_in([other]) <= minutes_in([one]))


def test_length_is_real_minutes_on_the_days_the_clock_changes() -> None:
    spring = Period(moment("2027-03-14 00:00"), moment("2027-03-15 00:00"))
    autumn = Period(moment("2026-11-01 00:00"), moment("2026-11-02 00:00"))
    assert (spring.minutes, autumn.minutes) == (23 * 60, 25 * 60)


def test_periods_sort_by_start_then_end() -> None:
    assert sorted([span(5, 9), span(0, 9), span(0, 3)]) == [span(0, 3), span(0, 9), span(5, 9)]


def test_merge_joins_touching_and_overlapping_periods() -> None:
    parts = [span(30, 40), span(0, 10), span(10, 20), span(35, 37), span(50, 60)]
    assert merge(parts) == (span(0, 20), span(30, 40), span(50, 60))


def test_merge_of_nothing_is_nothing() -> None:
    assert merge([]) == ()


@given(st.lists(spans))
def test_merge_covers_the_same_minutes(parts: list[Period]) -> None:
    assert minutes_in(merge(parts)) == minutes_in(parts)


@given(st.lists(spans))
def test_merged_periods_are_in_order_and_never_touch(parts: list[Period]) -> None:
    merged = merge(parts)
    assert all(one.end < other.start for one, other in pairwise(merged))


@given(st.lists(spans), st.randoms())
def test_merge_forgets_order_and_repetition(parts: list[Period], random: Random) -> None:
    shuffled = [*parts, *parts]
    random.shuffle(shuffled)
    assert merge(shuffled) == merge(parts) == merge(merge(parts))


def test_date_range_includes_both_ends() -> None:
    days = DateRange(date(2026, 12, 30), date(2027, 1, 2))
    assert tuple(days.days()) == (
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 2),
    )
    assert [day for day in range(28, 32) if date(2026, 12, day) in days] == [30, 31]
    assert [day for day in range(1, 5) if date(2027, 1, day) in days] == [1, 2]


def test_date_range_of_one_day_has_one_day() -> None:
    day = date(2026, 12, 8)
    assert tuple(DateRange(day, day).days()) == (day,)


def test_date_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(InvalidPeriod):
        DateRange(date(2026, 12, 8), date(2026, 12, 7))


@given(st.integers(-10_000_000, 100_000_000))
def test_minutes_and_moments_are_each_others_reverse(minute: int) -> None:
    assert minute_of(moment_of(minute)) == minute
    assert moment_of(minute).tzinfo is UTC


def test_minute_is_rounded_down_before_and_after_1970() -> None:
    assert minute_of(datetime(1970, 1, 1, 0, 1, 59, tzinfo=UTC)) == 1
    assert minute_of(datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC)) == -1


def test_minute_is_the_same_in_every_zone() -> None:
    local = datetime(2026, 12, 8, 10, 40, tzinfo=ZoneInfo(TORONTO))
    assert minute_of(local) == minute_of(period("2026-12-08 10:40-11:30").start)


def test_naive_moment_has_no_minute() -> None:
    with pytest.raises(InvalidPeriod):
        minute_of(datetime(2026, 12, 8, 10, 40))
