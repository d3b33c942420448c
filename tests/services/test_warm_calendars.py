"""Weeks worked out together say what they say one by one, across both clock changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.availability import DaysAway, WeeklyAvailability, expand
from scheduler.domain.periods import DateRange, minute_of
from scheduler.services.warm_calendars import FreeMinutes

# A Canadian school year; clocks change on 1 November and on 14 March.
YEAR = DateRange(date(2026, 9, 1), date(2027, 4, 30))
FREE = FreeMinutes(YEAR)
days = st.dates(YEAR.first - timedelta(days=9), YEAR.last + timedelta(days=9))
clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0)) | st.sampled_from(
    [time(0), time(1, 30), time(2), time(2, 30), time(3), time(9), time(12), time(23, 59)]
)


@st.composite
def blocks(draw: st.DrawFn) -> WeeklyAvailability:
    start, end = sorted(draw(st.lists(clocks, min_size=2, max_size=2, unique=True)))
    first, last = sorted(draw(st.lists(days, min_size=2, max_size=2)))
    return WeeklyAvailability(
        draw(st.integers(0, 6)),
        start,
        end,
        first if draw(st.booleans()) else None,
        last if draw(st.booleans()) else None,
    )


@st.composite
def absences(draw: st.DrawFn) -> DaysAway:
    first = draw(days)
    return DaysAway(DateRange(first, first + timedelta(days=draw(st.integers(0, 40)))))


@given(
    st.lists(blocks(), max_size=6),
    st.lists(absences(), max_size=3),
    st.sampled_from(["America/Toronto", "Pacific/Auckland", "Europe/Dublin", "Asia/Kolkata"]),
)
def test_minutes_are_those_of_the_plain_expansion(
    weekly: list[WeeklyAvailability], away: list[DaysAway], timezone: str
) -> None:
    assert FREE.expand(weekly, away, timezone=timezone) == plain(weekly, away, timezone=timezone)


@given(
    st.lists(blocks().map(lambda each: replace(each, first=None, last=None)), max_size=9),
    st.sampled_from(["America/Toronto", "Pacific/Auckland"]),
)
def test_weeks_all_alike_are_those_of_the_plain_expansion(
    weekly: list[WeeklyAvailability], timezone: str
) -> None:
    assert FREE.expand(weekly, (), timezone=timezone) == plain(weekly, (), timezone=timezone)


def plain(
    weekly: Iterable[WeeklyAvailability], away: Iterable[DaysAway], *, timezone: str
) -> tuple[tuple[int, int], ...]:
    """Return what the domain says, in minutes."""
    found = expand(weekly, away, days=YEAR, timezone=timezone)
    return tuple((minute_of(each.start), minute_of(each.end)) for each in found)
