"""A sheet says in one line where a visit is, and finds each speaker's own line."""

from __future__ import annotations

import pytest

from scheduler.domain.visit_sheets import SpeakerOnSheet
from scheduler.domain.visits import Booking, Partstat
from scheduler.domain.volunteers import Format
from tests.builders import VOLUNTEER, a_sheet, a_visit


@pytest.mark.parametrize(
    ("room", "location"),
    [
        pytest.param("12", "Room 12, Maple School, 12 Maple Street, Toronto", id="number"),
        pytest.param("2B", "Room 2B, Maple School, 12 Maple Street, Toronto", id="number first"),
        pytest.param("Gym", "Gym, Maple School, 12 Maple Street, Toronto", id="name"),
        pytest.param("", "Maple School, 12 Maple Street, Toronto", id="none"),
    ],
)
def test_place_is_one_line_of_room_school_and_address(room: str, location: str) -> None:
    assert a_sheet(a_visit(room=room)).location == location


def test_missing_address_leaves_no_gap() -> None:
    assert a_sheet(address="").location == "Room 12, Maple School"


@pytest.mark.parametrize(
    ("meeting_url", "location"),
    [("https://meet.example/robots", "https://meet.example/robots"), ("", "Online")],
)
def test_place_of_a_virtual_visit_is_its_link(meeting_url: str, location: str) -> None:
    sheet = a_sheet(a_visit(format=Format.VIRTUAL), meeting_url=meeting_url)
    assert (sheet.is_virtual, sheet.location) == (True, location)


def test_link_is_no_place_of_a_visit_in_person() -> None:
    sheet = a_sheet(meeting_url="https://meet.example/robots")
    assert sheet.is_virtual is False
    assert "meet.example" not in sheet.location


def test_each_speaker_has_a_line() -> None:
    sheet = a_sheet()
    assert sheet.speaker(VOLUNTEER) == SpeakerOnSheet(
        VOLUNTEER, "Amara", "Robots & Co", Partstat.NEEDS_ACTION
    )
    assert sheet.speaker("stranger@robots.example") is None


def test_someone_who_left_and_came_back_is_told_by_their_latest_line() -> None:
    left = Booking(VOLUNTEER, Partstat.DECLINED, removed=True)
    sheet = a_sheet(a_visit(bookings=(left, Booking(VOLUNTEER))))
    assert sheet.speaker(VOLUNTEER) == SpeakerOnSheet(
        VOLUNTEER, "Amara", "Robots & Co", Partstat.NEEDS_ACTION
    )


@pytest.mark.parametrize(
    ("visits", "own", "location"),
    [
        (Format.IN_PERSON, Format.VIRTUAL, "https://meet.example/robots"),
        (Format.IN_PERSON, None, "Room 12, Maple School, 12 Maple Street, Toronto"),
        (Format.VIRTUAL, Format.IN_PERSON, "Room 12, Maple School, 12 Maple Street, Toronto"),
        (Format.VIRTUAL, None, "https://meet.example/robots"),
    ],
)
def test_each_speaker_is_sent_where_they_take_part(
    visits: Format, own: Format | None, location: str
) -> None:
    visit = a_visit(format=visits, bookings=(Booking(VOLUNTEER, format=own),))
    sheet = a_sheet(visit, meeting_url="https://meet.example/robots")
    assert sheet.location_for(VOLUNTEER) == location
    assert sheet.is_virtual_for("stranger@robots.example") is sheet.is_virtual
