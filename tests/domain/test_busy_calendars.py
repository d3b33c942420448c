"""How far a lent calendar can be believed, and what checks do to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.domain.busy_calendars import BusyCalendar, Trust, last_known_day
from scheduler.domain.volunteers import BusySource
from tests.builders import NOW, TORONTO, VOLUNTEER, moment, period

HOUR = timedelta(hours=1)


def a_calendar(**changes: Any) -> BusyCalendar:
    kept = BusyCalendar(
        key="k",
        owner=VOLUNTEER,
        added_at=NOW,
        busy=(period("2026-12-08 10:40-11:30"),),
        known_until=date(2026, 12, 31),
        read_at=NOW,
        address="https://calendar.example/a.ics",
    )
    return replace(kept, **changes)


@pytest.mark.parametrize(
    ("calendar", "later", "trust"),
    [
        (a_calendar(), timedelta(), Trust.FRESH),
        (a_calendar(), 24 * HOUR, Trust.FRESH),
        (a_calendar(), 25 * HOUR, Trust.STALE),
        (a_calendar(problem="The site did not answer."), timedelta(), Trust.STALE),
        (a_calendar(address=""), 30 * 24 * HOUR, Trust.FRESH),
        (a_calendar(address="", known_until=date(2026, 11, 20)), timedelta(), Trust.UNKNOWN),
        (a_calendar(known_until=date(2026, 11, 20)), timedelta(), Trust.UNKNOWN),
    ],
    ids=["read", "a day old", "older", "failed", "file", "file at its end", "end reached"],
)
def test_trust_is_fresh_stale_or_unknown(
    calendar: BusyCalendar, later: timedelta, trust: Trust
) -> None:
    assert calendar.trust(NOW + later, TORONTO) is trust


def test_last_day_lasts_until_midnight_on_the_owners_clock() -> None:
    calendar = a_calendar(address="")
    assert calendar.trust(moment("2026-12-31 23:59"), TORONTO) is Trust.FRESH
    assert calendar.trust(moment("2027-01-01 00:00"), TORONTO) is Trust.UNKNOWN


def test_failure_keeps_all_that_was_known() -> None:
    failed = a_calendar(failures=2).failed("It is down.", now=NOW + HOUR)
    assert failed == a_calendar(
        problem="It is down.", failures=3, next_check=NOW + HOUR + timedelta(minutes=60)
    )


def test_many_failures_never_wait_longer_than_a_day() -> None:
    failed = a_calendar(failures=10**6).failed("It is down.", now=NOW)
    assert failed.next_check == NOW + 24 * HOUR


def test_success_forgets_the_failures() -> None:
    again = a_calendar(problem="It is down.", failures=3).confirmed(NOW + HOUR)
    assert again == a_calendar(read_at=NOW + HOUR, next_check=NOW + 2 * HOUR)


def test_file_is_never_looked_for_again() -> None:
    assert a_calendar(address="").confirmed(NOW).next_check is None


@pytest.mark.parametrize(
    ("source", "calendars", "day"),
    [
        (None, (), None),
        (BusySource(b"", ()), (), None),
        (BusySource(b"", (), date(2026, 12, 1)), (), date(2026, 12, 1)),
        (BusySource(b"", ()), (a_calendar(),), date(2026, 12, 31)),
        (BusySource(b"", (), date(2027, 1, 1)), (a_calendar(),), date(2026, 12, 31)),
    ],
)
def test_what_is_known_ends_with_the_calendar_that_tells_least(
    source: BusySource | None, calendars: tuple[BusyCalendar, ...], day: date | None
) -> None:
    assert last_known_day(source, calendars) == day
