"""Busy time from other people's calendars: what blocks, when, and why the rest does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendars.busy import BusyReading, PassedOver, read_busy
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.domain.errors import UnknownZone
from scheduler.domain.periods import DateRange, Period
from tests.builders import TORONTO, period
from tests.calendars.files import DECEMBER, a_file, an_event, at, busy, reading, reasons

ONCE = at("20261208T104000Z", "20261208T113000Z")


def test_reading_holds_merged_periods_reasons_and_how_far_it_knows() -> None:
    octets = a_file(
        an_event(at("20261208T150000Z", "20261208T160000Z")),
        an_event(at("20261208T154000Z", "20261208T163000Z"), "SUMMARY:Private thing"),
        an_event(at("20261209T154000Z", "20261209T163000Z"), "TRANSP:TRANSPARENT"),
    )
    assert reading(octets) == BusyReading(
        busy=(period("2026-12-08 10:00-11:30"),),
        passed_over=(PassedOver("VEVENT, line 13", "It is marked as free."),),
        known_until=date(2026, 12, 31),
    )


def test_busy_time_is_cut_to_the_days_asked_for() -> None:
    octets = a_file(an_event(at("20261101", "20270301").replace("DTSTART", "DTSTART;VALUE=DATE")))
    december = Period(datetime(2026, 12, 1, 5, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert reading(octets).busy == (december,)


def test_days_past_two_years_are_not_known() -> None:
    octets = a_file(an_event(at("20301208T104000Z", "20301208T113000Z")))
    window = DateRange(date(2026, 12, 1), date(2031, 12, 31))
    found = reading(octets, window=window)
    assert (found.busy, found.known_until) == ((), date(2028, 11, 30))


def test_all_day_and_floating_times_are_the_owners() -> None:
    assert busy(
        an_event("DTSTART;VALUE=DATE:20261208"),
        an_event(at("20261210T104000", "20261210T113000")),
    ) == ("12-08 05:00/05:00", "12-10 15:40/16:30")


def test_floating_times_follow_the_calendars_own_zone_and_days_do_not() -> None:
    assert busy(
        an_event("DTSTART;VALUE=DATE:20261208"),
        an_event(at("20261210T104000", "20261210T113000")),
        head=["X-WR-TIMEZONE:Europe/Berlin"],
    ) == ("12-08 05:00/05:00", "12-10 09:40/10:30")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("TRANSP:TRANSPARENT", "It is marked as free."),
        ("STATUS:CANCELLED", "It is cancelled."),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "It is marked as free."),
    ],
)
def test_event_that_blocks_nothing_is_listed(line: str, reason: str) -> None:
    assert busy(an_event(ONCE, line)) == ()
    assert reasons(an_event(ONCE, line)) == (reason,)


@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:OPAQUE",
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
    ],
)
def test_event_that_may_take_place_blocks(line: str) -> None:
    assert busy(an_event(ONCE, line)) == ("12-08 10:40/11:30",)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("SUMMARY:When?", "It has no start."),
        (f"{ONCE}\nDTSTART:20261209T104000Z", "It has more than one start."),
        (at("20261208T113000Z", "20261208T104000Z"), "It ends before it starts."),
        (at("20261208", "20261207"), "It ends before it starts."),
        ("DTSTART:20261208T104000Z\nDURATION:-PT1H", "It ends before it starts."),
        ("DTSTART:20261208T104000Z", "It takes no time."),
        (at("20261208T104000Z", "20261208T104000Z"), "It takes no time."),
        (at("2026-12-08", "20261209"), "It has a date or time that cannot be read."),
        ("DTSTART:20261308T104000Z\nDURATION:PT1H", "It cannot be read."),
        ("DTSTART:20261208T104000Z\nDURATION:1 hour", "It has a length that cannot be read."),
        ("DTSTART:20261208T104000Z\nDURATION:P999999999D", "It cannot be read."),
    ],
)
def test_event_without_a_usable_time_is_passed_over_alone(lines: str, reason: str) -> None:
    octets = a_file(an_event(lines), an_event(ONCE))
    found = reading(octets)
    assert [entry.reason for entry in found.passed_over] == [reason]
    assert found.busy == (period("2026-12-08 10:40-11:30", timezone="UTC"),)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261208\nDTEND;VALUE=DATE:20261210", "12-08 05:00/05:00"),
        ("DTSTART;VALUE=DATE:20261208\nDTEND;VALUE=DATE:20261208", "12-08 05:00/05:00"),
        ("DTSTART;VALUE=DATE:20261208\nDURATION:P1D", "12-08 05:00/05:00"),
        ("DTSTART;VALUE=DATE:20261208\nDURATION:PT10H", "12-08 05:00/15:00"),
        ("DTSTART;VALUE=DATE:20261208\nDTEND:20261208T120000", "12-08 05:00/17:00"),
        ("DTSTART:20261208T104000Z\nDURATION:PT50M", "12-08 10:40/11:30"),
        (f"{ONCE}\nDURATION:PT5H", "12-08 10:40/11:30"),
    ],
)
def test_end_is_what_the_written_rules_say(lines: str, expected: str) -> None:
    assert busy(an_event(lines)) == (expected,)


def test_hours_of_a_duration_are_real_hours_across_the_change() -> None:
    night = "DTSTART;TZID=America/Toronto:20261031T220000\nDURATION:"
    window = DateRange(date(2026, 10, 1), date(2026, 11, 30))
    exact = reading(a_file(an_event(f"{night}PT8H")), window=window).busy
    nominal = reading(a_file(an_event(f"{night}P1D")), window=window).busy
    assert [one.minutes for one in (*exact, *nominal)] == [8 * 60, 25 * 60]


def test_free_busy_component_blocks_but_for_its_free_periods() -> None:
    octets = a_file(
        "\n".join(
            (
                "BEGIN:VFREEBUSY",
                "DTSTART:20261201T000000Z",
                "DTEND:20261215T000000Z",
                "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261208T090000Z/PT1H,20261209T090000Z/PT1H",
                "FREEBUSY;FBTYPE=FREE:20261210T090000Z/PT1H",
                "FREEBUSY:20261211T090000Z/20261211T093000Z",
                "END:VFREEBUSY",
            )
        )
    )
    found = reading(octets)
    assert found.busy == (
        period("2026-12-08 09:00-10:00", timezone="UTC"),
        period("2026-12-09 09:00-10:00", timezone="UTC"),
        period("2026-12-11 09:00-09:30", timezone="UTC"),
    )
    # It ends at seven in the evening of the 14th in Toronto, so that day is not known whole.
    assert found.known_until == date(2026, 12, 13)


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("20261211T050000Z", 10),
        ("20261211T045900Z", 10),
        ("20261211T045800Z", 9),
        ("20261211T170000Z", 10),
        ("nonsense", 31),
    ],
    ids=["midnight", "a minute before", "earlier", "noon", "no moment"],
)
def test_free_busy_time_is_known_to_the_last_day_it_tells_of_whole(end: str, last: int) -> None:
    told = f"BEGIN:VFREEBUSY\nDTSTART:20261201T050000Z\nDTEND:{end}\nEND:VFREEBUSY"
    assert reading(a_file(told)).known_until == date(2026, 12, last)


def test_own_visits_that_come_back_block_nothing() -> None:
    octets = a_file(
        an_event(ONCE, uid="ours"),
        an_event(
            ONCE.replace("20261208", "20261209"), "RECURRENCE-ID:20261208T104000Z", uid="ours"
        ),
        an_event(ONCE.replace("20261208", "20261210"), uid="ours, but longer"),
    )
    found = read_busy(octets, window=DECEMBER, timezone=TORONTO, own_uids={"ours"})
    assert found.busy == (period("2026-12-10 10:40-11:30", timezone="UTC"),)
    assert {entry.reason for entry in found.passed_over} == {"It is one of our own visits."}


def test_tasks_and_notes_are_listed_and_block_nothing() -> None:
    assert reasons(
        "BEGIN:VTODO\nDTSTART:20261208T104000Z\nDUE:20261208T113000Z\nEND:VTODO",
        "BEGIN:VJOURNAL\nDTSTART:20261208T104000Z\nEND:VJOURNAL",
        "BEGIN:VAVAILABILITY\nEND:VAVAILABILITY",
    ) == (
        "It is a task, and only events block time.",
        "It is a note, and only events block time.",
        "It is no event.",
    )


def test_alarm_inside_an_event_changes_nothing() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:PT15M\nREPEAT:2\nEND:VALARM"
    assert busy(an_event(ONCE, alarm)) == ("12-08 10:40/11:30",)


def test_title_never_leaves_the_file() -> None:
    octets = a_file(an_event("SUMMARY:Cardiologist", "LOCATION:Ward 7", uid="ann@home.example"))
    told = repr(reading(octets))
    assert "line 4" in told
    for private in ("Cardiologist", "Ward 7", "ann@home.example"):
        assert private not in told


def test_several_calendars_in_one_file_all_count() -> None:
    second = a_file(an_event(at("20261210T104000Z", "20261210T113000Z")))
    found = reading(a_file(an_event(ONCE)) + second).busy
    assert [one.start.day for one in found] == [8, 10]


def test_file_that_was_cut_off_says_so_and_keeps_what_it_has() -> None:
    octets = a_file(an_event(ONCE), an_event(at("20261210T104000Z", "20261210T113000Z")))
    found = reading(octets[: octets.rindex(b"END:VEVENT")])
    assert found.busy == (period("2026-12-08 10:40-11:30", timezone="UTC"),)
    assert [entry.reason for entry in found.passed_over] == [
        "Its end is missing: the file may be cut off.",
        "It is cut off: its end is missing.",
    ]


def test_reading_twice_gives_the_same() -> None:
    octets = a_file(an_event(ONCE, "RRULE:FREQ=DAILY", uid="w"), an_event(ONCE))
    assert reading(octets) == reading(octets)


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"", "This file is empty."),
        (b"<!DOCTYPE html><p>Sign in</p>", "This is a web page, not a calendar."),
        (b"first,last\r\n", "This is not a calendar file"),
        (a_file(head=["CALSCALE:HEBREW"]), "counts its days in a way we do not know"),
    ],
)
def test_file_that_is_no_calendar_is_refused_in_a_sentence(octets: bytes, sentence: str) -> None:
    with pytest.raises(CalendarUnreadable, match=sentence) as refusal:
        reading(octets)
    assert refusal.value.sentence == str(refusal.value)


def test_more_events_than_anybody_has_are_refused() -> None:
    octets = a_file(*[an_event(ONCE)] * 5_001)
    with pytest.raises(CalendarUnreadable, match="more events than we read"):
        reading(octets)


def test_old_events_do_not_count_towards_the_limit() -> None:
    old = an_event(at("20201208T104000Z", "20201208T113000Z"))
    assert busy(*[old] * 6_000, an_event(ONCE)) == ("12-08 10:40/11:30",)


def test_wild_series_does_not_crowd_out_what_can_be_read() -> None:
    hourly = at("20261201T000000Z", "20261201T000100Z") + "\nRRULE:FREQ=HOURLY"
    series = [an_event(f"{hourly};BYMINUTE={minute}") for minute in range(30)]
    found = reading(a_file(*series, an_event(ONCE)))
    told = {entry.reason for entry in found.passed_over}
    assert told == {"The file has more times on these days than we read."}
    assert any(
        one.start <= datetime(2026, 12, 8, 10, 40, tzinfo=UTC) < one.end for one in found.busy
    )


def test_guard_stops_one_series_and_leaves_the_others() -> None:
    class Impatient:
        opened = 0

        def __enter__(self) -> None:
            Impatient.opened += 1
            if Impatient.opened == 1:
                raise TimeoutError

        def __exit__(self, *problem: object) -> None:
            return None

    octets = a_file(an_event(ONCE), an_event(at("20261210T104000Z", "20261210T113000Z")))
    found = read_busy(octets, window=DECEMBER, timezone=TORONTO, guard=Impatient)
    assert [one.start.day for one in found.busy] == [10]
    assert [entry.reason for entry in found.passed_over] == ["It cannot be read."]


def test_owner_without_a_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        read_busy(a_file(), window=DECEMBER, timezone="Mars/Olympus")


@given(st.binary(max_size=300))
def test_no_octets_end_in_anything_but_a_reading_or_a_refusal(octets: bytes) -> None:
    for file in (octets, b"BEGIN:VCALENDAR\r\n" + octets, a_file(an_event(ONCE)) + octets):
        try:
            found = reading(file)
        except CalendarUnreadable:
            continue
        assert all(one.start < one.end for one in found.busy)


LINES = st.sampled_from(
    [
        *("DTSTART:20261208T104000Z", "DTEND:20261208T113000Z", "DTSTART;VALUE=DATE:20261208"),
        *("DTEND;TZID=Nowhere:20261209T000000", "DURATION:PT1H", "DURATION:P1W2D", "RRULE:"),
        *("RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY;UNTIL=20251208", "RRULE:COUNT=1"),
        *("RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", "RDATE:20261210T104000Z,", "RDATE;VALUE=X:,"),
        *("EXDATE:20261208", "EXDATE;TZID=America/Toronto:20261208T054000", "UID:1", "UID:2"),
        *("RECURRENCE-ID:20261208T104000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261208"),
        *("SEQUENCE:x", "SEQUENCE:3", "TRANSP:", "STATUS:CANCELLED", "BEGIN:VALARM", "END:VEVENT"),
        *("BEGIN:VEVENT", ";;;", "DTSTART", 'DTSTART;TZID="A;B:20261208T104000', "END:VALARM"),
    ]
)


@given(st.lists(LINES, max_size=14))
def test_no_mixture_of_lines_breaks_the_reading(lines: list[str]) -> None:
    found = reading(a_file(an_event(*lines), an_event(*lines[::-1])))
    assert all(
        DECEMBER.first - timedelta(days=1) <= one.start.date() <= one.end.date() <= date(2027, 1, 1)
        for one in found.busy
    )
