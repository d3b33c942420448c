"""A sheet finds each speaker's own line, and how they take part."""

from __future__ import annotations

import pytest

from scheduler.domain.visit_sheets import SpeakerOnSheet
from scheduler.domain.visits import Booking, Partstat
from scheduler.domain.volunteers import Format
from tests.builders import VOLUNTEER, a_sheet, a_visit


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
    ("visits", "own", "is_virtual"),
    [
        (Format.IN_PERSON, Format.VIRTUAL, True),
        (Format.IN_PERSON, None, False),
        (Format.VIRTUAL, Format.IN_PERSON, False),
        (Format.VIRTUAL, None, True),
    ],
)
def test_each_speaker_takes_part_in_their_own_way(
    visits: Format, own: Format | None, is_virtual: bool
) -> None:
    sheet = a_sheet(a_visit(format=visits, bookings=(Booking(VOLUNTEER, format=own),)))
    assert sheet.is_virtual_for(VOLUNTEER) is is_virtual
    assert sheet.is_virtual_for("stranger@robots.example") is sheet.is_virtual
