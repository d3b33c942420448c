"""Wall time and UTC: the tzdata package's rules, the gap, the fold, and days of odd length."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import UnknownZone
from scheduler.domain.periods import Period
from scheduler.domain.zones import at_wall_time, day_period, is_wall_time, local, zone
from tests.builders import TORONTO

SPRING = date(2027, 3, 14)
AUTUMN = date(2026, 11, 1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone_name", "day", "hours"),
    [
        ("America/Edmonton", date(2026, 10, 31), -6),
        ("America/Edmonton", date(2026, 11, 2), -6),
        ("America/Edmonton", date(2027, 1, 15), -6),
        ("America/Edmonton", date(2027, 7, 15), -6),
        ("America/Winnipeg", date(2026, 12, 8), -5),
        ("America/Vancouver", date(2026, 12, 1), -7),
        ("America/Vancouver", date(2027, 7, 1), -7),
        ("America/Toronto", date(2026, 12, 8), -5),
        ("America/Toronto", date(2027, 7, 1), -4),
        ("America/Regina", date(2026, 12, 8), -6),
        ("America/Phoenix", date(2027, 7, 1), -7),
    ],
)
def test_offsets_are_those_of_the_newest_rules(zone_name: str, day: date, hours: int) -> None:
    assert local(at_wall_time(day, time(12), zone_name), zone_name).utcoffset() == timedelta(
        hours=hours
    )


def test_a_stale_copy_on_the_machine_is_never_used(tmp_path: Path) -> None:
    stale = tmp_path / "America"
    stale.mkdir()
    (stale / "Edmonton").write_bytes(_kathmandu())
    script = (
        "import zoneinfo, datetime as d\n"
        "early = zoneinfo.ZoneInfo('America/Edmonton')\n"
        "noon = d.datetime(2026, 12, 8, 12)\n"
        "from scheduler.domain.zones import at_wall_time\n"
        "print(noon.replace(tzinfo=early).utcoffset())\n"
        "print(at_wall_time(noon.date(), noon.time(), 'America/Edmonton'))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONTZPATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert shown.splitlines() == ["5:45:00", "2026-12-08 18:00:00+00:00"]


def _kathmandu() -> bytes:
    return files("tzdata").joinpath("zoneinfo", "Asia", "Kathmandu").read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Toronto",
        "america/toronto",
        "America",
        "America/",
        "Eastern Standard Time",
        "../America/Toronto",
        "/etc/localtime",
        "zone.tab",
        "__init__.py",
        "America/Toronto\0",
        "\ud800",
        "A" * 100_000,
    ],
)
def test_name_outside_the_database_is_an_unknown_zone(name: str) -> None:
    with pytest.raises(UnknownZone) as caught:
        zone(name)
    assert caught.value.name == name


@given(st.text(max_size=80) | st.sampled_from(sorted(available_timezones())))
def test_any_text_is_a_zone_or_unknown(name: str) -> None:
    if name in available_timezones():
        assert zone(name).key == name
    else:
        with pytest.raises(UnknownZone):
            zone(name)


@pytest.mark.parametrize(
    ("day", "wall", "moment"),
    [
        pytest.param(date(2026, 12, 8), time(10, 40), "2026-12-08 15:40", id="winter"),
        pytest.param(date(2026, 6, 8), time(10, 40), "2026-06-08 14:40", id="summer"),
        pytest.param(date(2026, 12, 31), time(23, 30), "2027-01-01 04:30", id="over the year end"),
        pytest.param(date(2026, 12, 8), time(0), "2026-12-08 05:00", id="midnight"),
        pytest.param(SPRING, time(1, 59), "2027-03-14 06:59", id="minute before the gap"),
        pytest.param(SPRING, time(2, 0), "2027-03-14 07:00", id="gap begins: shown as 3:00"),
        pytest.param(SPRING, time(2, 30), "2027-03-14 07:30", id="in the gap: shown as 3:30"),
        pytest.param(SPRING, time(3, 0), "2027-03-14 07:00", id="minute after the gap"),
        pytest.param(AUTUMN, time(0, 59), "2026-11-01 04:59", id="minute before the fold"),
        pytest.param(AUTUMN, time(1, 30), "2026-11-01 05:30", id="first of the two"),
        pytest.param(AUTUMN, time(2, 0), "2026-11-01 07:00", id="minute after the fold"),
    ],
)
def test_wall_time_is_a_moment_in_utc(day: date, wall: time, moment: str) -> None:
    found = at_wall_time(day, wall, TORONTO)
    assert found == utc(moment)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_the_fold_mark_of_a_given_time_changes_nothing(day: date) -> None:
    for minute in range(60):
        for hour in (1, 2):
            wall = time(hour, minute)
            assert at_wall_time(day, wall.replace(fold=1), TORONTO) == at_wall_time(
                day, wall, TORONTO
            )


@pytest.mark.parametrize(
    ("day", "wall", "exists"),
    [
        pytest.param(SPRING, time(1, 59), True, id="before the gap"),
        pytest.param(SPRING, time(2, 0), False, id="gap begins"),
        pytest.param(SPRING, time(2, 59), False, id="gap ends"),
        pytest.param(SPRING, time(3, 0), True, id="after the gap"),
        pytest.param(AUTUMN, time(1, 30), True, id="repeated"),
        pytest.param(date(2026, 12, 8), time(2, 30), True, id="any other day"),
    ],
)
def test_the_gap_has_no_wall_time(day: date, wall: time, exists: bool) -> None:
    assert is_wall_time(day, wall, TORONTO) is exists


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)),
    st.sampled_from([TORONTO, "Europe/London", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_every_time_that_exists_is_shown_at_its_moment(wall: datetime, zone_name: str) -> None:
    shown = local(at_wall_time(wall.date(), wall.time(), zone_name), zone_name)
    if is_wall_time(wall.date(), wall.time(), zone_name):
        assert (shown.replace(tzinfo=None), shown.fold) == (wall, 0)
    else:
        assert timedelta(0) < shown.replace(tzinfo=None) - wall <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone_name", "day", "start", "end"),
    [
        pytest.param(TORONTO, date(2026, 12, 8), "2026-12-08 05:00", "2026-12-09 05:00", id="24 h"),
        pytest.param(TORONTO, SPRING, "2027-03-14 05:00", "2027-03-15 04:00", id="23 h"),
        pytest.param(TORONTO, AUTUMN, "2026-11-01 04:00", "2026-11-02 05:00", id="25 h"),
        pytest.param(
            "America/Edmonton", AUTUMN, "2026-11-01 06:00", "2026-11-02 06:00", id="no change left"
        ),
        pytest.param(
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            "2026-10-03 13:30",
            "2026-10-04 13:00",
            id="23 h 30 min",
        ),
        pytest.param(
            "Africa/Cairo",
            date(2026, 4, 24),
            "2026-04-23 22:00",
            "2026-04-24 21:00",
            id="midnight in the gap",
        ),
        pytest.param(
            "Atlantic/Azores",
            date(2026, 10, 25),
            "2026-10-25 00:00",
            "2026-10-26 01:00",
            id="midnight twice",
        ),
    ],
)
def test_day_lasts_from_midnight_to_midnight(
    zone_name: str, day: date, start: str, end: str
) -> None:
    assert day_period(day, zone_name) == Period(utc(start), utc(end))


@given(
    st.dates(date(2024, 1, 1), date(2032, 12, 30)),
    st.sampled_from([TORONTO, "Africa/Cairo", "Atlantic/Azores", "Pacific/Auckland"]),
)
def test_each_day_begins_when_the_day_before_ends(day: date, zone_name: str) -> None:
    following = day + timedelta(days=1)
    assert day_period(day, zone_name).end == day_period(following, zone_name).start
