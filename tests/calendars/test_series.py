"""Events that repeat, instances that were changed, and versions of one event."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.domain.periods import DateRange
from tests.builders import TORONTO, period
from tests.calendars.files import a_file, an_event, at, busy, reading, reasons

WEEKLY = at("20261201T090000", "20261201T100000", zone=TORONTO) + "\nRRULE:FREQ=WEEKLY;COUNT=4"
ONCE = at("20261208T104000Z", "20261208T113000Z")


def test_weekly_event_keeps_its_wall_time_across_the_change() -> None:
    octets = a_file(
        an_event(at("20261025T090000", "20261025T100000", zone=TORONTO), "RRULE:FREQ=WEEKLY")
    )
    window = DateRange(date(2026, 10, 25), date(2026, 11, 1))
    assert reading(octets, window=window).busy == (
        period("2026-10-25 09:00-10:00"),
        period("2026-11-01 09:00-10:00"),
    )


def test_left_out_and_added_dates_count() -> None:
    assert busy(
        an_event(
            WEEKLY,
            "EXDATE;TZID=America/Toronto:20261208T090000",
            "RDATE;TZID=America/Toronto:20261209T090000",
            "RDATE;VALUE=PERIOD:20261210T120000Z/PT30M,20261211T120000Z/20261211T124500Z",
        )
    ) == (
        "12-01 14:00/15:00",
        "12-09 14:00/15:00",
        "12-10 12:00/12:30",
        "12-11 12:00/12:45",
        "12-15 14:00/15:00",
        "12-22 14:00/15:00",
    )


def test_date_in_exdate_takes_out_all_of_that_day() -> None:
    assert busy(an_event(WEEKLY, "EXDATE;VALUE=DATE:20261208")) == (
        "12-01 14:00/15:00",
        "12-15 14:00/15:00",
        "12-22 14:00/15:00",
    )


@pytest.mark.parametrize(
    "until",
    ["20261215", "20261215T140000Z", "20261215T090000"],
    ids=["as a date", "in UTC", "on the event's clock"],
)
def test_last_instance_at_until_counts(until: str) -> None:
    event = an_event(WEEKLY.replace("COUNT=4", f"UNTIL={until}"))
    assert busy(event) == ("12-01 14:00/15:00", "12-08 14:00/15:00", "12-15 14:00/15:00")


def test_moved_instance_counts_at_its_new_time_alone() -> None:
    assert busy(
        an_event(WEEKLY, uid="w"),
        an_event(
            "RECURRENCE-ID;TZID=America/Toronto:20261208T090000",
            at("20261209T130000", "20261209T133000", zone="America/Edmonton"),
            uid="w",
        ),
    ) == ("12-01 14:00/15:00", "12-09 19:00/19:30", "12-15 14:00/15:00", "12-22 14:00/15:00")


def test_instance_moved_into_the_window_counts() -> None:
    master = an_event(
        at("20260601T090000Z", "20260601T100000Z"), "RRULE:FREQ=DAILY;COUNT=2", uid="w"
    )
    change = an_event("RECURRENCE-ID:20260602T090000Z", ONCE, uid="w")
    assert busy(master, change) == ("12-08 10:40/11:30",)


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_instance_that_was_freed_does_not_block(line: str) -> None:
    freed = an_event(
        "RECURRENCE-ID;TZID=America/Toronto:20261208T090000",
        at("20261208T090000", "20261208T100000", zone=TORONTO),
        line,
        uid="w",
    )
    assert busy(an_event(WEEKLY, uid="w"), freed) == (
        "12-01 14:00/15:00",
        "12-15 14:00/15:00",
        "12-22 14:00/15:00",
    )


def test_change_of_this_and_future_instances_moves_them_all() -> None:
    change = an_event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/Toronto:20261215T090000",
        at("20261215T110000", "20261215T123000", zone=TORONTO),
        uid="w",
    )
    assert busy(an_event(WEEKLY, uid="w"), change) == (
        "12-01 14:00/15:00",
        "12-08 14:00/15:00",
        "12-15 16:00/17:30",
        "12-22 16:00/17:30",
    )


def test_changed_instances_without_their_event_count() -> None:
    assert busy(an_event("RECURRENCE-ID:20261208T090000Z", ONCE, uid="w")) == ("12-08 10:40/11:30",)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("SEQUENCE:1\nDTSTAMP:20261201T000000Z", "SEQUENCE:2\nDTSTAMP:20261101T000000Z"),
        ("SEQUENCE:1\nDTSTAMP:20261101T000000Z", "SEQUENCE:1\nDTSTAMP:20261201T000000Z"),
        ("DTSTAMP:20261101T000000Z", "SEQUENCE:1\nDTSTAMP:20261101T000000Z"),
    ],
    ids=["higher SEQUENCE", "later DTSTAMP", "any SEQUENCE"],
)
def test_newest_version_of_an_event_counts(older: str, newer: str) -> None:
    versions = [
        an_event(at("20261201T090000Z", "20261201T100000Z"), older, uid="v"),
        an_event(ONCE, newer, uid="v"),
    ]
    for order in (versions, versions[::-1]):
        assert busy(*order) == ("12-08 10:40/11:30",)
        assert reasons(*order) == ("A newer version of it is in the file.",)


def test_newer_version_outside_the_window_takes_the_older_one_away() -> None:
    moved_far = an_event(at("20280601T090000Z", "20280601T100000Z"), "SEQUENCE:1", uid="v")
    assert busy(an_event(ONCE, uid="v"), moved_far) == ()


def test_versions_that_nothing_tells_apart_all_block() -> None:
    assert busy(
        an_event(at("20261201T090000Z", "20261201T100000Z"), uid="v"),
        an_event(ONCE, uid="v"),
    ) == ("12-01 09:00/10:00", "12-08 10:40/11:30")
