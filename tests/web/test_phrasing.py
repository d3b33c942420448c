"""How times, people and amounts are written."""

from __future__ import annotations

import locale
from datetime import UTC, date, datetime, timedelta
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.periods import DateRange, Period
from scheduler.web.phrasing import (
    FILTERS,
    ago,
    clock,
    date_range,
    day,
    day_with_year,
    first_name,
    grade,
    in_a_row,
    in_days,
    in_words,
    initials,
    joined,
    language_name,
    local_day,
    long_day,
    long_day_with_year,
    number,
    one_line,
    phone_address,
    span,
    tile,
    told,
    web_address,
    zone_label,
)
from tests.builders import NOW, TORONTO, moment, period

TUESDAY = date(2026, 12, 8)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_days() -> None:
    assert day(TUESDAY) == "Tue 8 December"
    assert day_with_year(TUESDAY) == "Tue 8 December 2026"
    assert long_day(TUESDAY) == "Tuesday 8 December"
    assert long_day_with_year(TUESDAY) == "Tuesday 8 December 2026"


def test_days_are_english_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "")
    except locale.Error:
        locale.setlocale(locale.LC_TIME, "C")
    try:
        assert day(date(2026, 10, 7)) == "Wed 7 October"
    finally:
        locale.setlocale(locale.LC_TIME, before)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "Fri 1 January"), (100, "Sat 10 April"), (200, "Mon 19 July"), (365, "Fri 31 December")],
)
def test_days_of_a_year(number: int, expected: str) -> None:
    assert day(date(2020, 12, 31) + number * DAY) == expected


def test_times_are_shown_by_the_clock_of_the_zone() -> None:
    start = moment("2026-12-08 23:40")
    assert clock(start, TORONTO) == "23:40"
    assert clock(start, "America/St_Johns") == "01:10"
    assert local_day(start, TORONTO) == TUESDAY
    assert local_day(start, "America/St_Johns") == date(2026, 12, 9)
    assert span(period("2026-12-08 09:05-11:30"), TORONTO) == "09:05–11:30"


def test_times_follow_the_clock_change() -> None:
    autumn = Period(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC))
    assert span(autumn, TORONTO) == "01:30–02:00"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (TORONTO, "Toronto time (UTC−5)"),
        ("America/Edmonton", "Edmonton time (UTC−6)"),
        ("America/St_Johns", "St Johns time (UTC−3:30)"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time (UTC−3)"),
        ("Asia/Kathmandu", "Kathmandu time (UTC+5:45)"),
        ("Africa/Abidjan", "Abidjan time (UTC)"),
        ("Etc/GMT+6", "UTC−6"),
        ("UTC", "UTC"),
    ],
)
def test_zone_is_named_after_its_city_with_its_offset(zone: str, expected: str) -> None:
    assert zone_label(moment("2026-12-08 10:40"), zone) == expected


def test_zone_offset_is_that_of_the_moment() -> None:
    assert zone_label(moment("2026-07-08 10:40"), TORONTO) == "Toronto time (UTC−4)"


def test_tile_is_what_a_visit_is_known_by() -> None:
    assert tile(moment("2026-12-08 23:40"), TORONTO) == {
        "weekday": "Tue",
        "day": "8",
        "month": "Dec",
        "date": "2026-12-08",
    }


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 12, 14), date(2026, 12, 14), "14 December"),
        (date(2026, 12, 14), date(2026, 12, 18), "14–18 December"),
        (date(2026, 11, 28), date(2026, 12, 2), "28 November – 2 December"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026 – 2 January 2027"),
        (date(2026, 12, 14), date(2027, 12, 14), "14 December 2026 – 14 December 2027"),
    ],
)
def test_date_range_says_month_and_year_once(first: date, last: date, expected: str) -> None:
    assert date_range(DateRange(first, last)) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (7, "in 1 week"), (8, "in 8 days"),
     (14, "in 2 weeks")],
)  # fmt: skip
def test_days_ahead(days: int, expected: str) -> None:
    assert in_days(days) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (MINUTE, "1 minute"),
        (HOUR - timedelta(seconds=1), "59 minutes"),
        (HOUR, "1 hour"),
        (DAY - timedelta(seconds=1), "23 hours"),
        (DAY, "1 day"),
        (13 * DAY, "13 days"),
        (14 * DAY, "2 weeks"),
        (59 * DAY, "8 weeks"),
        (60 * DAY, "2 months"),
        (729 * DAY, "24 months"),
        (730 * DAY, "2 years"),
        (-5 * DAY, "5 days"),
    ],
)
def test_lengths_are_said_in_their_largest_whole_unit(length: timedelta, expected: str) -> None:
    assert in_words(length) == expected


def test_ago() -> None:
    assert ago(NOW - timedelta(seconds=59), NOW) == "just now"
    assert ago(NOW + timedelta(seconds=59), NOW) == "just now"
    assert ago(NOW - 2 * MINUTE, NOW) == "2 minutes ago"
    assert ago(NOW + 3 * HOUR, NOW) == "in 3 hours"


def test_numbers_are_grouped() -> None:
    assert [number(amount) for amount in (0, 999, 1500)] == ["0", "999", "1,500"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(8, "grade 8"), (0, "kindergarten"), (-1, "pre-K"), ("8", "grade 8"), ("K", "kindergarten"),
     ("pre-K", "pre-K"), ("", ""), ("mixed", "mixed")],
)  # fmt: skip
def test_grade(number: int | str, expected: str) -> None:
    assert grade(number) == expected


def test_language_name() -> None:
    assert [language_name(tag) for tag in ("fr", "FR-ca", "xx", "")] == [
        "French",
        "French",
        "xx",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Maya Chen", "MC"), ("zoë de la Novák", "ZN"), ("Cher", "C"), ("Ann Ann", "AA"),
     ("Kim (they)", "K"), ("", ""), ("123", "")],
)  # fmt: skip
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Maya Chen", "Maya"), ("Dr. Maya Chen", "Maya"), ("Cher", "Cher"), ("Dr.", "Dr."), ("", "")],
)
def test_first_name(name: str, expected: str) -> None:
    assert first_name(name) == expected


def test_parts_stand_in_a_row_and_lines_without_a_fact_are_not_told() -> None:
    assert in_a_row(("5A", "", "24 students")) == "5A, 24 students"
    assert in_a_row(()) == ""
    when, phone = {"label": "When", "fact": "Tuesday"}, {"label": "Phone", "fact": ""}
    assert told((when, phone)) == [when]


def test_joined() -> None:
    names = ("Ana", "", "Ben", "Cy")
    assert [joined(names[:n]) for n in range(5)] == [
        "",
        "Ana",
        "Ana",
        "Ana and Ben",
        "Ana, Ben and Cy",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ring\r\nat the\tdoor ", "Ring at the door"),
        ("a\0b\x85c\u2028d\x1be", "a b c d e"),
        ("\u202eecila\u202c", "ecila"),
        ("half \ud83d", "half"),
        ("Zoë 👩‍🏫", "Zoë 👩‍🏫"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(st.text(st.characters(codec=None)))
def test_one_line_is_one_line_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not {category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert one_line(line) == line


@pytest.mark.parametrize(
    "text",
    ["https://meet.example/a?b=c#d", "http://127.0.0.1:5000/x", "  https://meet.example  "],
)
def test_web_address_is_kept(text: str) -> None:
    assert web_address(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meet.example",
        "javascript:alert(1)",
        "JAVASCRIPT://https://x.example/%0aalert(1)",
        "data:text/html,x",
        "//meet.example",
        "https://",
        "https://[::1",
        "https://meet.example/a b",
        "https://meet.example/\u202e",
        "https://meet.example/\nx",
    ],
)
def test_what_is_no_web_address_is_nothing(text: str) -> None:
    assert web_address(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("416-555-0100", "tel:4165550100"),
        ("+1 (416) 555 0100", "tel:+14165550100"),
        ("ask at the office", ""),
        ("٤١٦", ""),
    ],
)
def test_phone_address(text: str, expected: str) -> None:
    assert phone_address(text) == expected


def test_every_phrase_is_a_filter_of_its_own_name() -> None:
    assert {name: phrase.__name__ for name, phrase in FILTERS.items()} == {n: n for n in FILTERS}
    assert set(FILTERS) == {
        *("day", "day_with_year", "long_day", "long_day_with_year", "local_day"),
        *("clock", "span", "zone_label", "tile", "date_range"),
        *("in_days", "in_words", "ago", "number", "grade", "language_name"),
        *("first_name", "initials", "in_a_row", "joined", "lesson", "location", "one_line"),
        *("web_address", "phone_address"),
        *("in_their_language", "told"),
    }
