"""A usual week in wall time becomes free periods in UTC; days away win; nothing means unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.availability import DaysAway, WeeklyAvailability, expand
from scheduler.domain.errors import InvalidPeriod, UnknownZone
from scheduler.domain.periods import DateRange, Period
from tests.builders import DAY, TORONTO, a_volunteer, a_week, period
from tests.domain.wall_clocks import MINUTE, changes, wall_clock

CHANGES_BY_ZONE = {
    "America/Toronto": 18,
    "America/St_Johns": 18,
    "America/Vancouver": 5,
    "America/Edmonton": 5,
    "Europe/London": 18,
    "Asia/Jerusalem": 18,
    "Africa/Cairo": 18,
    "Africa/Casablanca": 7,
    "Atlantic/Azores": 18,
    "America/Santiago": 18,
    "Pacific/Auckland": 18,
    "Australia/Lord_Howe": 18,
    "Antarctica/Troll": 18,
}
NEAR_A_CHANGE = timedelta(hours=3)
QUARTERS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))


def a_day(day: date) -> DateRange:
    return DateRange(day, day)


def away(first: date, last: date) -> DaysAway:
    return DaysAway(DateRange(first, last))


def test_usual_week_is_free_in_utc() -> None:
    tuesday = WeeklyAvailability(1, time(9), time(11, 30))
    friday = WeeklyAvailability(4, time(13), time(15))
    fortnight = DateRange(date(2026, 12, 7), date(2026, 12, 20))
    assert expand([friday, tuesday], [], days=fortnight, timezone=TORONTO) == (
        period("2026-12-08 09:00-11:30"),
        period("2026-12-11 13:00-15:00"),
        period("2026-12-15 09:00-11:30"),
        period("2026-12-18 13:00-15:00"),
    )


def test_wall_time_stays_while_utc_moves_when_the_clock_changes() -> None:
    friday = WeeklyAvailability(4, time(9), time(10))
    free = expand(
        [friday], [], days=DateRange(date(2026, 10, 30), date(2026, 11, 6)), timezone=TORONTO
    )
    assert [p.start.hour for p in free] == [13, 14]


def test_blocks_that_touch_or_overlap_become_one() -> None:
    blocks = [
        WeeklyAvailability(1, time(9), time(10)),
        WeeklyAvailability(1, time(10), time(11)),
        WeeklyAvailability(1, time(10, 30), time(12)),
    ]
    assert expand(blocks, [], days=a_day(DAY), timezone=TORONTO) == (
        period("2026-12-08 09:00-12:00"),
    )


def test_time_is_that_of_the_volunteers_zone() -> None:
    tuesday = [WeeklyAvailability(1, time(9), time(10))]
    in_edmonton = expand(tuesday, [], days=a_day(DAY), timezone="America/Edmonton")
    assert in_edmonton == (period("2026-12-08 10:00-11:00", timezone=TORONTO),)


def test_days_away_win_and_include_both_ends() -> None:
    free = expand(
        a_week(time(9), time(10)),
        [away(date(2026, 12, 8), date(2026, 12, 10))],
        days=DateRange(date(2026, 12, 7), date(2026, 12, 11)),
        timezone=TORONTO,
    )
    assert free == (period("2026-12-07 09:00-10:00"), period("2026-12-11 09:00-10:00"))


def test_days_away_that_reach_beyond_the_horizon_count_inside_it() -> None:
    free = expand(
        a_week(time(9), time(10)),
        [away(date(2026, 1, 1), date(2026, 12, 7)), away(date(2026, 12, 9), date(2099, 1, 1))],
        days=DateRange(date(2026, 12, 7), date(2026, 12, 9)),
        timezone=TORONTO,
    )
    assert free == (period("2026-12-08 09:00-10:00"),)


def test_days_away_outside_the_horizon_take_nothing() -> None:
    free = expand(
        a_week(time(9), time(10)),
        [away(date(2026, 11, 1), date(2026, 12, 7)), away(date(2026, 12, 9), date(2026, 12, 9))],
        days=a_day(DAY),
        timezone=TORONTO,
    )
    assert free == (period("2026-12-08 09:00-10:00"),)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        pytest.param(None, None, True, id="always"),
        pytest.param(DAY, DAY, True, id="this day alone"),
        pytest.param(None, DAY, True, id="until this day"),
        pytest.param(DAY, None, True, id="from this day"),
        pytest.param(DAY + timedelta(1), None, False, id="from tomorrow"),
        pytest.param(None, DAY - timedelta(1), False, id="until yesterday"),
    ],
)
def test_open_ends_mean_always_and_given_ends_are_included(
    first: date | None, last: date | None, holds: bool
) -> None:
    block = WeeklyAvailability(DAY.weekday(), time(9), time(10), first, last)
    assert block.holds_on(DAY) is holds
    assert bool(expand([block], [], days=a_day(DAY), timezone=TORONTO)) is holds


def test_block_holds_on_its_weekday_alone() -> None:
    tuesday = WeeklyAvailability(1, time(9), time(10))
    week = DateRange(date(2026, 12, 7), date(2026, 12, 13)).days()
    assert [day for day in week if tuesday.holds_on(day)] == [DAY]


@pytest.mark.parametrize("end", [time(9), time(8, 59), time(0)])
def test_block_without_length_is_refused(end: time) -> None:
    with pytest.raises(InvalidPeriod):
        WeeklyAvailability(1, time(9), end)


def test_block_whose_last_day_is_before_its_first_is_refused() -> None:
    with pytest.raises(InvalidPeriod):
        WeeklyAvailability(1, time(9), time(10), DAY, DAY - timedelta(1))


def test_no_rows_mean_unknown_and_not_always() -> None:
    assert a_volunteer(weekly=(), away=(away(DAY, DAY),)).has_availability is False
    assert a_volunteer().has_availability is True
    assert expand([], [], days=a_day(DAY), timezone=TORONTO) == ()


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        expand(a_week(time(9), time(10)), [], days=a_day(DAY), timezone="Toronto")


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        pytest.param(time(1, 30), time(3, 30), ("06:30", "07:30"), id="around the gap"),
        pytest.param(time(2), time(3), None, id="the gap itself has no length"),
        pytest.param(time(2, 30), time(3, 15), None, id="from the gap, over before it begins"),
        pytest.param(time(2, 15), time(4), ("07:15", "08:00"), id="from the gap, moved on"),
        pytest.param(time(1), time(2, 30), ("06:00", "07:30"), id="until the gap, moved on"),
    ],
)
def test_gap_moves_the_ends_of_a_block_forward(
    start: time, end: time, free: tuple[str, str] | None
) -> None:
    sunday = WeeklyAvailability(6, start, end)
    found = expand([sunday], [], days=a_day(date(2027, 3, 14)), timezone=TORONTO)
    expected = [period(f"2027-03-14 {free[0]}-{free[1]}", timezone="UTC")] if free else []
    assert found == tuple(expected)


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        pytest.param(time(0), time(3), ("04:00", "08:00"), id="around the fold: four hours"),
        pytest.param(time(1), time(2), ("05:00", "07:00"), id="both of the two hours"),
        pytest.param(time(1, 30), time(2), ("05:30", "07:00"), id="from the first of the two"),
        pytest.param(time(1), time(1, 30), ("05:00", "05:30"), id="until the first of the two"),
    ],
)
def test_fold_means_the_first_of_the_two_hours(
    start: time, end: time, free: tuple[str, str]
) -> None:
    sunday = WeeklyAvailability(6, start, end)
    found = expand([sunday], [], days=a_day(date(2026, 11, 1)), timezone=TORONTO)
    assert found == (period(f"2026-11-01 {free[0]}-{free[1]}", timezone="UTC"),)


@pytest.mark.parametrize("zone_name", CHANGES_BY_ZONE)
def test_every_quarter_hour_near_every_clock_change_is_as_the_clock_shows(zone_name: str) -> None:
    found = changes(zone_name)
    assert len(found) == CHANGES_BY_ZONE[zone_name]
    for change in found:
        assert_as_the_clock_shows(zone_name, change)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_every_quarter_hour_near_every_clock_change_of_the_world_is_as_the_clock_shows() -> None:
    zones_by_changes = {(changes(name), _offsets(name)): name for name in available_timezones()}
    assert len(zones_by_changes) > 30
    for (found, _), zone_name in sorted(zones_by_changes.items(), key=lambda pair: pair[1]):
        for change in found:
            assert_as_the_clock_shows(zone_name, change)


def assert_as_the_clock_shows(zone_name: str, change: datetime) -> None:
    zone = ZoneInfo(zone_name)
    after = change.astimezone(zone).replace(tzinfo=None)
    before = (change - MINUTE).astimezone(zone).replace(tzinfo=None) + MINUTE
    for day in sorted({(before - MINUTE).date(), after.date()}):
        clock = wall_clock(zone_name, day, day)
        walls = [
            wall
            for wall in (datetime.combine(day, quarter) for quarter in QUARTERS)
            if min(before, after) - NEAR_A_CHANGE <= wall <= max(before, after) + NEAR_A_CHANGE
        ]
        for start, end in ((s, e) for s in walls for e in walls if s < e):
            begun, ended = clock.moment_of(start), clock.moment_of(end)
            block = WeeklyAvailability(day.weekday(), start.time(), end.time())
            assert expand([block], [], days=a_day(day), timezone=zone_name) == (
                (Period(begun, ended),) if begun < ended else ()
            )


def _offsets(zone_name: str) -> tuple[timedelta | None, ...]:
    return tuple(
        change.astimezone(ZoneInfo(zone_name)).utcoffset() for change in changes(zone_name)
    )


WEEKS = [
    ("America/Toronto", date(2026, 10, 29)),
    ("America/Toronto", date(2027, 3, 11)),
    ("America/Edmonton", date(2026, 10, 29)),
    ("Australia/Lord_Howe", date(2027, 4, 1)),
    ("Africa/Cairo", date(2028, 4, 26)),
    ("Pacific/Auckland", date(2026, 12, 28)),
]
days_of_week = st.integers(0, 6)
day_times = st.times(time(4, 30), time(22, 30)).map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def blocks(draw: st.DrawFn, first_day: date) -> WeeklyAvailability:
    start, end = sorted(draw(st.tuples(day_times, day_times).filter(lambda p: p[0] != p[1])))
    bounds = st.none() | st.integers(0, 6).map(lambda n: first_day + timedelta(n))
    first, last = draw(bounds), draw(bounds)
    if first and last and last < first:
        first, last = last, first
    return WeeklyAvailability(draw(days_of_week), start, end, first, last)


@given(st.data(), st.sampled_from(WEEKS))
def test_a_minute_is_free_when_the_clock_shows_a_time_of_the_week(
    data: st.DataObject, week: tuple[str, date]
) -> None:
    zone_name, first_day = week
    days = DateRange(first_day, first_day + timedelta(days=6))
    weekly = data.draw(st.lists(blocks(first_day), max_size=6))
    gone = data.draw(st.sets(days_of_week, max_size=2).map(lambda ns: _days(ns, first_day)))
    expected = {
        moment
        for moment, wall in wall_clock(zone_name, days.first, days.last).readings
        if wall.date() in days and wall.date() not in gone and _is_shown_in(weekly, wall)
    }
    absences = [away(day, day) for day in gone]
    free = expand(weekly, absences, days=days, timezone=zone_name)
    assert _minutes(free) == expected


def _days(numbers: Iterable[int], first_day: date) -> set[date]:
    return {first_day + timedelta(days=number) for number in numbers}


def _is_shown_in(weekly: Iterable[WeeklyAvailability], wall: datetime) -> bool:
    return any(
        block.weekday == wall.weekday()
        and block.start <= wall.time() < block.end
        and (block.first or date.min) <= wall.date() <= (block.last or date.max)
        for block in weekly
    )


def _minutes(free: Iterable[Period]) -> set[datetime]:
    return {p.start + n * MINUTE for p in free for n in range(p.minutes)}
