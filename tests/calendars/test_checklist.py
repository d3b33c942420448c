"""Promises to calendar programs that no other module holds, and the page that lists all fifty."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.calendars.texts import Audience
from scheduler.domain.periods import Period
from tests.architecture.source import CHECKOUT
from tests.builders import a_sheet, a_visit, moment
from tests.calendars.golden import confirmed_online, feed, page_url
from tests.outside.ics_checker import feed_faults, instants
from tests.outside.ics_reading import read, unescaped

PAGE = CHECKOUT / "docs" / "calendars.md"
NAMED = re.compile(r"`(tests/\S+?\.py)::(\w+)`")


def rows() -> list[tuple[int, str]]:
    """Return number and text of each row of the page's last table."""
    found = re.findall(r"^\| (\d+) \| (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(int(number), text) for number, text in found]


def test_page_lists_all_fifty_rows_in_order() -> None:
    assert [number for number, _ in rows()] == list(range(1, 51))


@pytest.mark.parametrize(("number", "text"), rows(), ids=lambda value: str(value)[:2])
def test_every_row_names_tests_that_are_there(number: int, text: str) -> None:
    named = NAMED.findall(text)
    assert named, number
    for path, name in named:
        source = (CHECKOUT / path).read_text(encoding="utf-8")
        assert re.search(rf"^ *def {name}\(", source, re.MULTILINE), f"{path}::{name}"


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        ("2026-10-31 22:30", "2026-11-01 03:30", 6),
        ("2026-11-01 00:30", "2026-11-01 02:30", 3),
        ("2027-03-14 01:30", "2027-03-14 03:30", 1),
    ],
)
def test_visit_across_a_change_keeps_its_real_length(starts: str, ends: str, hours: int) -> None:
    visit = a_visit(period=Period(moment(starts), moment(ends)))
    octets = feed(Audience.VOLUNTEER, a_sheet(visit))
    assert feed_faults(octets) == ()
    ((_, begins, finishes),) = instants(octets)
    assert (begins, finishes) == (visit.period.start, visit.period.end)
    assert finishes - begins == timedelta(hours=hours)


def test_time_that_the_clock_skips_is_the_moment_an_hour_later() -> None:
    start = moment("2027-03-14 02:30")
    visit = a_visit(period=Period(start, start + timedelta(minutes=50)))
    octets = feed(Audience.VOLUNTEER, a_sheet(visit))
    assert feed_faults(octets) == ()
    assert instants(octets)[0][1] == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    (event,) = read(octets).named("VEVENT")
    assert event.value("DTSTART") == "20270314T033000"


def test_calendar_says_the_districts_zone() -> None:
    for sheets in ((), (confirmed_online(),)):
        assert read(feed(Audience.TEACHER, *sheets)).value("X-WR-TIMEZONE") == "America/Toronto"


def test_words_stay_plain_text() -> None:
    sheet = a_sheet(title="<b>Bits & bytes</b>", school_name="O’Neill &amp; Co")
    octets = feed(Audience.VOLUNTEER, sheet)
    (event,) = read(octets).named("VEVENT")
    assert unescaped(event.value("SUMMARY")) == (
        "Visit: <b>Bits & bytes</b> – 5A, O’Neill &amp; Co"
    )
    about = unescaped(event.value("DESCRIPTION")).splitlines()
    assert "What: <b>Bits & bytes</b> (Robotics)" in about
    for name in ("X-ALT-DESC", "STYLED-DESCRIPTION"):
        assert event.all(name) == []


def test_place_page_and_video_link_are_where_programs_look() -> None:
    on_site = a_sheet(address="12 Maple Street\r\nToronto")
    (event,) = read(feed(Audience.VOLUNTEER, on_site)).named("VEVENT")
    assert unescaped(event.value("LOCATION")) == "Room 12, Maple School, 12 Maple Street Toronto"
    assert event.value("URL") == page_url(on_site.visit.uid)
    assert event.all("CONFERENCE") == []
    online = replace(confirmed_online(), meeting_url="https://meet.example/1")
    (event,) = read(feed(Audience.VOLUNTEER, online)).named("VEVENT")
    (line,) = event.all("CONFERENCE")
    label = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join the visit online"}
    assert (line.value, line.parameters) == ("https://meet.example/1", label)
    assert event.value("LOCATION") == "https://meet.example/1"
