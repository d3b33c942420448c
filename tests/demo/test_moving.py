"""The made-up district is importable on any day, and its dates lie around that day."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.bundle.values import Bundle
from scheduler.demo.moving import MADE_UP, materialise
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from tests.bundle import sample
from tests.trying import examples

SATURDAY = date(2026, 11, 21)


@contextmanager
def moved(today: date) -> Iterator[Path]:
    """Lay out the district as of that day."""
    with TemporaryDirectory() as folder:
        materialise(Path(folder), today)
        yield Path(folder)


@pytest.fixture(scope="module")
def district() -> Iterator[Bundle]:
    """Yield the district of a Saturday in November."""
    with moved(SATURDAY) as folder:
        yield sample.read(folder).merged


def cells(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@examples(12)
@given(st.dates(date(2025, 1, 1), date(2040, 1, 1)))
def test_district_is_importable_on_any_day(today: date) -> None:
    with moved(today) as folder:
        reading = sample.read(folder)
    assert reading.merged.district is not None
    year = reading.merged.district.year
    assert year is not None
    assert year.first < today < year.last


def test_it_is_a_whole_small_district(district: Bundle) -> None:
    counts = {
        name: len(getattr(district, name))
        for name in ("schools", "classes", "organizations", "volunteers", "requests")
    }
    assert counts == {
        "schools": 9,
        "classes": 67,
        "organizations": 15,
        "volunteers": 120,
        "requests": 72,
    }


def test_sixty_requests_wait_and_the_others_are_booked(district: Bundle) -> None:
    assert district.requests is not None
    states = [request.state for request in district.requests.values()]
    assert states.count(RequestState.OPEN) == 60
    assert states.count(RequestState.BOOKED) == 12


def test_visits_that_stand_lie_ahead_and_the_others_are_over(district: Bundle) -> None:
    assert district.bookings is not None
    ahead = {b.status for b in district.bookings if b.start.date() > SATURDAY}
    over = {b.status for b in district.bookings if b.start.date() <= SATURDAY}
    assert ahead == {VisitState.CONFIRMED}
    assert over == {VisitState.HAPPENED, VisitState.MISSED}


def test_volunteers_differ_as_they_do_in_life(district: Bundle) -> None:
    assert district.volunteers is not None
    people = district.volunteers.values()
    assert sum(not person.has_availability for person in people) == 10
    assert sum(person.busy is not None for person in people) == 6
    assert sum(not any(check.counts for check in person.clearances) for person in people) >= 8
    assert any(person.coordinates is None and person.postal_code for person in people)
    assert any(person.away for person in people)


def test_every_address_is_nobodys(district: Bundle) -> None:
    assert district.staff is not None
    assert district.volunteers is not None
    addresses = {*district.staff, *district.volunteers}
    assert [email for email in addresses if not email.endswith("@example.org")] == []


def test_token_becomes_the_day_of_that_week() -> None:
    with moved(SATURDAY) as folder:
        closures = cells(folder, "closures.csv")
        calendar = (folder / "busy" / "isla.tremaine@example.org.ics").read_text()
    breaks = [row for row in closures if row["name"] == "Mid-year break"]
    assert breaks == [
        {
            "school": "",
            "first_date": "2026-12-21",
            "last_date": "2027-01-01",
            "name": "Mid-year break",
        }
    ]
    assert "DTSTART;TZID=America/Halifax:20261209T083000" in calendar


def test_monday_begins_the_present_week() -> None:
    with moved(date(2026, 11, 16)) as monday, moved(date(2026, 11, 22)) as sunday:
        assert cells(monday, "requests.csv") == cells(sunday, "requests.csv")


def test_moment_has_the_offset_of_its_own_day() -> None:
    with moved(SATURDAY) as folder:
        offsets = {row["start"][:10]: row["start"][-6:] for row in cells(folder, "bookings.csv")}
    # The clocks of Halifax went back on 1 November 2026.
    assert {offset for day, offset in offsets.items() if day < "2026-11-01"} == {"-03:00"}
    assert {offset for day, offset in offsets.items() if day > "2026-11-01"} == {"-04:00"}


def test_day_types_take_turns_over_the_school_days() -> None:
    with moved(SATURDAY) as folder:
        rows = cells(folder, "day_types.csv")
        year = tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert {row["bell_schedule"] for row in rows} == {"secondary"}
    assert [row["day_type"] for row in rows] == ["AB"[turn % 2] for turn in range(len(rows))]
    assert days == sorted(set(days))
    closed = [date(2026, 12, 21) + timedelta(days=number) for number in range(12)]
    assert not {*closed, date(2026, 12, 4)} & set(days)
    assert year["year_start"] <= days[0] < days[-1] <= year["year_end"]
    assert all(day.weekday() < 5 for day in days)


def test_files_hold_no_fixed_date_and_leave_no_token() -> None:
    dated = re.compile(r"\b20\d\d-?[01]\d-?[0-3]\d\b")
    token = re.compile(r"@-?\d")
    shipped = {path: path.read_text(encoding="utf-8") for path in MADE_UP.rglob("*.*")}
    assert [path.name for path, text in shipped.items() if dated.search(text)] == []
    with moved(SATURDAY) as folder:
        laid = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}
    assert [path.name for path, text in laid.items() if token.search(text)] == []
    assert any(dated.search(text) for text in laid.values())
