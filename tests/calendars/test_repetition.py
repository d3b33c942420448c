"""Repetitions that are followed, and bombs that are refused for their shape."""

from __future__ import annotations

import pytest

from tests.calendars.files import an_event, at, busy, reasons

START = at("20261201T090000Z", "20261201T091000Z")


def numbers(first: int, last: int) -> str:
    return ",".join(str(number) for number in range(first, last + 1))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "It repeats every second or minute."),
        ("FREQ=SECONDLY;COUNT=1", "It repeats every second or minute."),
        ("freq=minutely", "It repeats every second or minute."),
        ("FREQ=DAILY;INTERVAL=0", "It repeats in steps of nothing."),
        ("FREQ=DAILY;INTERVAL=-1", "It repeats in steps of nothing."),
        ("COUNT=3", "It repeats in a way that cannot be read."),
        ("FREQ=SOMETIMES", "It repeats in a way that cannot be read."),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "It repeats in a way that cannot be read."),
        ("FREQ=YEARLY;BYYEARDAY=1,0", "It repeats in a way that cannot be read."),
        ("RSCALE=HEBREW;FREQ=YEARLY", "It repeats by a calendar that we do not know."),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "It repeats on a day that never comes."),
        ("FREQ=DAILY;BYMONTH=4,6;BYMONTHDAY=31,-31", "It repeats on a day that never comes."),
        (
            f"FREQ=YEARLY;COUNT=1;BYHOUR={numbers(0, 23)};BYMINUTE={numbers(0, 59)};"
            f"BYSECOND={numbers(0, 59)};BYMONTHDAY={numbers(1, 31)}",
            "It repeats more often than we follow.",
        ),
    ],
)
def test_rule_is_refused_for_its_shape_and_the_first_time_counts(rule: str, reason: str) -> None:
    event = an_event(START, f"RRULE:{rule}")
    assert reasons(event) == (reason,)
    assert busy(event) == ("12-01 09:00/09:10",)


def test_series_that_is_refused_blocks_where_its_own_words_say_so() -> None:
    free = an_event(START, "RRULE:FREQ=SECONDLY", "TRANSP:TRANSPARENT", uid="s")
    moved = START.replace("20261201", "20261203")
    assert busy(free) == ()
    assert busy(free, an_event("RECURRENCE-ID:20261202T090000Z", moved, uid="s")) == (
        "12-03 09:00/09:10",
    )


def test_hourly_rule_since_long_ago_is_refused() -> None:
    event = an_event(at("19900101T090000Z", "19900101T091000Z"), "RRULE:FREQ=HOURLY")
    assert reasons(event) == ("It repeats every hour since long ago.",)


def test_more_dates_than_we_follow_are_refused() -> None:
    dates = ",".join(["20261201T090000Z"] * 20_001)
    assert reasons(an_event(START, f"RDATE:{dates}")) == ("It repeats more often than we follow.",)


def test_more_rules_than_we_follow_are_refused() -> None:
    rules = ["RRULE:FREQ=DAILY"] * 21
    assert reasons(an_event(START, *rules)) == ("It has more rules of repetition than we follow.",)


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=HOURLY;INTERVAL=6;COUNT=10", 10),
        ("FREQ=DAILY", 31),
        ("FREQ=DAILY;BYHOUR=9,12,15", 93),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=5", 6),
        ("FREQ=MONTHLY;BYDAY=-1TH", 2),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 2),
        ("FREQ=YEARLY;BYMONTH=2,12;BYMONTHDAY=30", 2),
        ("FREQ=DAILY;UNTIL=20251201T000000Z", 0),
        ("FREQ=DAILY;RSCALE=GREGORIAN;SKIP=OMIT", 31),
        # A part that nobody knows ends nothing: better busy than free by a slip of the pen.
        ("FREQ=DAILY;UNTL=20261203T000000Z", 31),
    ],
)
def test_rule_of_people_is_followed(rule: str, count: int) -> None:
    """DTSTART counts as an instance even where its rule would not name it."""
    event = an_event(START, f"RRULE:{rule}")
    assert reasons(event) == ()
    assert len(busy(event)) == count


def test_daily_event_since_1601_is_followed() -> None:
    event = an_event(at("16010101T090000Z", "16010101T091000Z"), "RRULE:FREQ=DAILY")
    assert len(busy(event)) == 31
