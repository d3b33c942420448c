"""Our VTIMEZONEs against zoneinfo: read by the letter of the RFC, and by dateutil."""

from __future__ import annotations

import io
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendars.timezones import vtimezone, yearly_rules, zoned_lines
from scheduler.domain.errors import UnknownZone
from tests.outside.ics_reading import Component, read
from tests.outside.ics_zones import offset_at

# Both halves of the globe, half-hours, a law that ends the changes, an onset at midnight and
# one on the eve of its day, Ireland's winter exception, and zones that stand still.
ZONES = (
    *("America/Toronto", "America/Edmonton", "America/Vancouver", "America/St_Johns"),
    *("America/Phoenix", "America/Santiago", "America/Nuuk", "America/Havana"),
    *("Europe/Berlin", "Europe/Dublin", "Europe/London", "Atlantic/Azores"),
    *("Africa/Cairo", "Africa/Casablanca", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kolkata"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham"),
)
FIRST, LAST = date(2025, 1, 1), date(2032, 12, 31)
HALF_HOUR = timedelta(minutes=30)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2032, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def block_of(name: str, *, first: date = FIRST, last: date = LAST) -> Component:
    text = vtimezone(name, first=first, last=last)
    (block,) = read(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n".encode()).parts
    return block


def is_shown_once(wall: datetime) -> bool:
    return wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset()


def half_hours_of_change(name: str) -> list[datetime]:
    """Return the wall times around each change from FIRST to LAST that are shown once."""
    zone = ZoneInfo(name)
    day = datetime(FIRST.year, 1, 1, tzinfo=UTC)
    walls = []
    while day.date() <= LAST:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            steps = ((day + step * HALF_HOUR).astimezone(zone) for step in range(-2, 52))
            walls += [wall for wall in steps if is_shown_once(wall)]
        day = following
    return walls


@pytest.mark.parametrize("name", ZONES)
def test_block_is_right_each_half_hour_around_every_change(name: str) -> None:
    block = block_of(name)
    for wall in half_hours_of_change(name):
        assert (wall, offset_at(block, wall.replace(tzinfo=None))) == (wall, wall.utcoffset())


@given(st.sampled_from(ZONES), MOMENTS)
def test_block_of_a_short_feed_is_right_for_its_events(name: str, moment: datetime) -> None:
    wall = moment.astimezone(ZoneInfo(name))
    block = block_of(name, first=wall.date(), last=wall.date() + timedelta(days=30))
    later = (moment + timedelta(days=29)).astimezone(ZoneInfo(name))
    for shown in filter(is_shown_once, (wall, later)):
        assert offset_at(block, shown.replace(tzinfo=None)) == shown.utcoffset()


@given(st.sampled_from(ZONES), MOMENTS)
def test_dateutil_reads_the_block_as_zoneinfo_does(name: str, moment: datetime) -> None:
    text = vtimezone(name, first=FIRST, last=LAST).replace("\r\n", "\n")
    read_zone = tzical(io.StringIO(text)).get()
    wall = moment.astimezone(ZoneInfo(name))
    if is_shown_once(wall):
        assert wall.replace(tzinfo=read_zone).utcoffset() == wall.utcoffset()


def test_zone_with_yearly_changes_has_two_rules_by_the_clock_before_them() -> None:
    assert vtimezone("America/Toronto", first=date(2026, 9, 1), last=date(2027, 6, 30)) == (
        "BEGIN:VTIMEZONE\r\n"
        "TZID:America/Toronto\r\n"
        "BEGIN:DAYLIGHT\r\n"
        "DTSTART:20250309T020000\r\n"
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n"
        "TZOFFSETFROM:-0500\r\n"
        "TZOFFSETTO:-0400\r\n"
        "TZNAME:EDT\r\n"
        "END:DAYLIGHT\r\n"
        "BEGIN:STANDARD\r\n"
        "DTSTART:20251102T020000\r\n"
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n"
        "TZOFFSETFROM:-0400\r\n"
        "TZOFFSETTO:-0500\r\n"
        "TZNAME:EST\r\n"
        "END:STANDARD\r\n"
        "END:VTIMEZONE\r\n"
    )


def test_alberta_stops_changing_its_clocks_in_november_2026() -> None:
    block = block_of("America/Edmonton", first=date(2026, 8, 20), last=date(2027, 12, 31))
    minus_six, minus_seven = timedelta(hours=-6), timedelta(hours=-7)
    walls = (
        datetime(2026, 2, 1),
        datetime(2026, 9, 1),
        datetime(2026, 12, 1),
        datetime(2027, 7, 1),
    )
    assert [offset_at(block, wall) for wall in walls] == [minus_seven, *[minus_six] * 3]
    assert "RRULE" not in vtimezone("America/Edmonton", first=FIRST, last=LAST)


def test_rule_counts_from_the_year_of_its_law() -> None:
    block = block_of("America/Toronto", first=date(2006, 1, 1), last=date(2008, 12, 31))
    shown = {wall: offset_at(block, wall) for wall in (datetime(y, 3, 20) for y in (2006, 2007))}
    assert shown == {
        datetime(2006, 3, 20): timedelta(hours=-5),
        datetime(2007, 3, 20): timedelta(hours=-4),
    }


def test_no_block_lists_dates() -> None:
    for name in sorted(zoneinfo.available_timezones()):
        assert "RDATE" not in vtimezone(name, first=date(2026, 8, 1), last=date(2027, 12, 31))


def test_zone_that_stands_still_has_one_standard_time() -> None:
    assert [part.name for part in block_of("America/Phoenix").parts] == ["STANDARD"]


def test_ireland_has_its_daylight_time_in_summer() -> None:
    names = {part.name: part.value("TZNAME") for part in block_of("Europe/Dublin").parts}
    assert names == {"DAYLIGHT": "IST", "STANDARD": "GMT"}


def test_onset_on_another_day_than_its_rule_names_is_no_yearly_rule() -> None:
    assert yearly_rules("America/Nuuk") == ()
    assert len(yearly_rules("Europe/Berlin")) == 2


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        vtimezone("../../etc/passwd", first=FIRST, last=LAST)


def test_time_shown_twice_is_written_in_utc_both_times() -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    lines, names_zone = zoned_lines(first, second, timezone="America/Toronto")
    assert lines == "DTSTART:20261101T053000Z\r\nDTEND:20261101T063000Z\r\n"
    assert not names_zone


def test_end_in_the_repeated_hour_puts_the_start_in_utc_too() -> None:
    start, end = datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert zoned_lines(start, end, timezone="America/Toronto") == (
        "DTSTART:20261101T040000Z\r\nDTEND:20261101T050000Z\r\n",
        False,
    )


def test_other_times_name_their_zone() -> None:
    start, end = datetime(2026, 12, 8, 15, tzinfo=UTC), datetime(2026, 12, 8, 16, tzinfo=UTC)
    assert zoned_lines(start, end, timezone="America/Toronto") == (
        "DTSTART;TZID=America/Toronto:20261208T100000\r\n"
        "DTEND;TZID=America/Toronto:20261208T110000\r\n",
        True,
    )


def test_utc_is_never_named_as_a_zone() -> None:
    start, end = datetime(2026, 12, 8, 15, tzinfo=UTC), datetime(2026, 12, 8, 16, tzinfo=UTC)
    lines, names_zone = zoned_lines(start, end, timezone="Etc/UTC")
    assert (lines, names_zone) == ("DTSTART:20261208T150000Z\r\nDTEND:20261208T160000Z\r\n", False)
