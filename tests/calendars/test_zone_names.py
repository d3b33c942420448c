"""Which clock a name in somebody's calendar means."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from scheduler.calendars.windows_zones import iana_name, zones_by_name
from tests.calendars.files import an_event, at, busy, reasons

LYING = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE"""
CUSTOM = """BEGIN:VTIMEZONE
TZID:Our office
BEGIN:STANDARD
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE"""


def in_zone(name: str) -> str:
    return an_event(at("20261208T104000", "20261208T113000", zone=name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("America/Edmonton", "12-08 16:40/17:30"),
        ("america/edmonton", "12-08 16:40/17:30"),
        ("Mountain Standard Time", "12-08 16:40/17:30"),
        ("Mountain Standard Time 1", "12-08 16:40/17:30"),
        ('"(UTC-07:00) Mountain Time (US & Canada)"', "12-08 16:40/17:30"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "12-08 09:40/10:30"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "12-08 13:40/14:30"),
        ("Nobody knows", "12-08 15:40/16:30"),
        ("x" * 10_000, "12-08 15:40/16:30"),
        ("../../../etc/localtime", "12-08 15:40/16:30"),
    ],
)
def test_name_means_that_clock_for_somebody_in_canada(name: str, expected: str) -> None:
    assert busy(in_zone(name)) == (expected,)


def test_windows_name_means_the_zone_of_the_country() -> None:
    assert busy(in_zone("Mountain Standard Time"), country="US") == ("12-08 17:40/18:30",)
    assert busy(in_zone("Mountain Standard Time"), country="") == ("12-08 17:40/18:30",)


@pytest.mark.parametrize("name", ["America/Toronto", "Eastern Standard Time"])
def test_known_name_means_our_zone_whatever_the_file_says_of_it(name: str) -> None:
    assert busy(LYING.format(name=name), in_zone(name)) == ("12-08 15:40/16:30",)


def test_unknown_name_means_the_files_own_block() -> None:
    assert busy(CUSTOM, in_zone("Our office")) == ("12-08 15:40/16:30",)
    assert busy(LYING.format(name="Tokyo office"), in_zone("Tokyo office")) == (
        "12-08 01:40/02:30",
    )


def test_series_in_a_zone_of_the_file_follows_its_changes() -> None:
    weekly = at("20261026T090000", "20261026T100000", zone="Our office")
    octets = busy(CUSTOM, an_event(weekly, "RRULE:FREQ=WEEKLY;COUNT=7"))
    assert octets == ("12-07 14:00/15:00",)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0", "FREQ=DAILY"])
def test_block_that_changes_all_the_time_is_not_followed(rule: str) -> None:
    block = CUSTOM.replace("FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", rule)
    assert reasons(block, in_zone("Our office")) == (
        "Its time zone changes in a way we do not follow.",
    )


def test_block_without_a_usable_offset_passes_its_events_over() -> None:
    block = CUSTOM.replace("TZOFFSETTO:-0400", "TZOFFSETTO:soon")
    assert reasons(block, in_zone("Our office")) == ("Its time zone cannot be read.",)


def test_more_zones_than_a_calendar_has_are_not_read() -> None:
    blocks = [LYING.format(name=f"Office {n}") for n in range(60)]
    events = [in_zone(f"Office {n}") for n in range(60)]
    assert reasons(*blocks, *events) == ("The file has more time zones than we read.",) * 10


def test_every_windows_name_means_zones_of_our_own_data() -> None:
    assert len(zones_by_name()) == 139
    zones = {zone for by_country in zones_by_name().values() for zone in by_country.values()}
    assert zones <= available_timezones()


def test_number_behind_a_name_is_passed_over_unless_the_name_has_one() -> None:
    assert iana_name("Eastern Standard Time 2", country="CA") == "America/Toronto"
    assert iana_name("Russia Time Zone 10", country="") == "Asia/Srednekolymsk"


def test_label_means_the_same_as_its_windows_name() -> None:
    assert iana_name("Eastern Time (US & Canada)", country="CA") == "America/Toronto"
    assert iana_name("(GMT-03:30) Newfoundland", country="CA") == "America/St_Johns"
    assert iana_name("Lunch time", country="CA") is None
