"""Closures from a calendar file: whole days, both ends included."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.calendars.busy import PassedOver
from scheduler.calendars.closures import read_days
from scheduler.calendars.errors import CalendarUnreadable
from tests.calendars.files import a_file, an_event, at

BREAK = (date(2026, 12, 21), date(2027, 1, 3), "Winter break")


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART;VALUE=DATE:20261221\nDTEND;VALUE=DATE:20270104",
        "DTSTART;VALUE=DATE:20261221\nDURATION:P14D",
        at("20261221T000000", "20270104T000000"),
        at("20261221T000000", "20270104T000000", zone="America/Toronto"),
        at("20261221T000000Z", "20270104T000000Z"),
    ],
    ids=["days", "length", "floating midnights", "midnights of a zone", "midnights of UTC"],
)
def test_end_is_the_day_school_begins_again(lines: str) -> None:
    assert read_days(a_file(an_event(lines, "SUMMARY:Winter break"))).certain_days() == (BREAK,)


def test_single_day_needs_no_end_and_a_closure_no_name() -> None:
    octets = a_file(an_event("DTSTART;VALUE=DATE:20261111"))
    assert read_days(octets).certain_days() == ((date(2026, 11, 11), date(2026, 11, 11), "Closed"),)


def test_closures_come_in_order_with_their_names_as_written() -> None:
    octets = a_file(
        an_event("DTSTART;VALUE=DATE:20270219", "SUMMARY:Family\\, friends\\n and  \\\\Day"),
        an_event("DTSTART;VALUE=DATE:20261111", "SUMMARY:Remembrance Day", "TRANSP:TRANSPARENT"),
    )
    assert read_days(octets).certain_days() == (
        (date(2026, 11, 11), date(2026, 11, 11), "Remembrance Day"),
        (date(2027, 2, 19), date(2027, 2, 19), "Family, friends and \\Day"),
    )


def test_hours_of_a_day_close_no_school() -> None:
    assert (
        read_days(a_file(an_event(at("20261209T180000", "20261209T200000")))).certain_days() == ()
    )


def test_cancelled_closure_is_none() -> None:
    octets = a_file(an_event("DTSTART;VALUE=DATE:20261111", "STATUS:CANCELLED"))
    assert read_days(octets).certain_days() == ()


def test_newer_version_replaces_the_older() -> None:
    octets = a_file(
        an_event("DTSTART;VALUE=DATE:20261111", "SEQUENCE:0", "SUMMARY:Day", uid="a"),
        an_event("DTSTART;VALUE=DATE:20261113", "SEQUENCE:1", "SUMMARY:Day", uid="a"),
    )
    assert read_days(octets).certain_days() == ((date(2026, 11, 13), date(2026, 11, 13), "Day"),)


def test_yearly_holiday_is_followed_for_two_years() -> None:
    octets = a_file(an_event("DTSTART;VALUE=DATE:20261111", "SUMMARY:Day", "RRULE:FREQ=YEARLY"))
    assert [first for first, _, _ in read_days(octets).certain_days()] == [
        date(2026, 11, 11),
        date(2027, 11, 11),
    ]


def test_day_taken_out_of_a_repetition_is_open() -> None:
    octets = a_file(
        an_event(
            "DTSTART;VALUE=DATE:20261204",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE;VALUE=DATE:20261211",
            "SUMMARY:Friday",
        )
    )
    assert [first for first, _, _ in read_days(octets).certain_days()] == [
        date(2026, 12, 4),
        date(2026, 12, 18),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("DTSTART;VALUE=DATE:20261131", "VEVENT, line 4: "),
        ("SUMMARY:When", "VEVENT, line 4: It has no start."),
        (
            "DTSTART;VALUE=DATE:20261111\nRRULE:FREQ=SECONDLY",
            "VEVENT, line 4: It repeats every second or minute.",
        ),
        (
            "DTSTART;VALUE=DATE:20261111\nRRULE:FREQ=YEARLY;BYMONTH=x",
            "VEVENT, line 4: It repeats in a way that cannot be read.",
        ),
    ],
)
def test_closure_that_cannot_be_read_refuses_the_file(line: str, reason: str) -> None:
    with pytest.raises(CalendarUnreadable, match=reason):
        read_days(a_file(an_event(line))).certain_days()


def test_file_cut_off_inside_a_closure_is_refused() -> None:
    octets = a_file(an_event("DTSTART;VALUE=DATE:20261111"))
    with pytest.raises(CalendarUnreadable, match="cut off"):
        read_days(octets[: octets.index(b"END:VEVENT")]).certain_days()


def test_reader_who_looks_line_by_line_is_told_what_was_passed_over() -> None:
    octets = a_file(
        an_event("DTSTART;VALUE=DATE:20261111", "SUMMARY:Remembrance Day"),
        an_event(at("20261209T180000", "20261209T200000"), "SUMMARY:Concert"),
        an_event("DTSTART;VALUE=DATE:20261301", "SUMMARY:Nonsense"),
    )
    found = read_days(octets)
    assert found.days == ((date(2026, 11, 11), date(2026, 11, 11), "Remembrance Day"),)
    assert [entry.component for entry in found.unreadable] == ["VEVENT, line 13"]
    assert found.passed_over == (
        PassedOver("Concert", "It has hours. Only entries that last whole days count."),
    )
