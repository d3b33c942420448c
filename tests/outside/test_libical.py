"""libical finds no fault in our calendars, and finds those that are planted."""

from __future__ import annotations

import pytest

from scheduler.calendars.texts import Audience
from tests.calendars.golden import FOLDER, feed
from tests.calendars.histories import life
from tests.outside.libical import NoLibical, libical_faults

pytestmark = pytest.mark.full

KEPT = sorted(FOLDER.glob("*.ics"))
LIVES = 2_000


@pytest.fixture(autouse=True)
def _needs_libical() -> None:
    try:
        libical_faults(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    except NoLibical as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_kept_calendars_and_messages_are_without_fault(path: object) -> None:
    assert libical_faults(path.read_bytes()) == ()


@pytest.mark.timeout(600)
def test_random_lives_are_without_fault() -> None:
    faults = [
        f"seed {seed}: {fault}"
        for seed in range(LIVES)
        for fault in libical_faults(feed(Audience.VOLUNTEER, *life(seed)[-1:]))
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("request", b"ATTENDEE", b"X-ATTENDEE"),
        ("request", b"ORGANIZER", b"X-ORGANIZER"),
        ("cancel-visit", b"SEQUENCE", b"X-SEQUENCE"),
        ("request", b"DTSTAMP", b"X-DTSTAMP"),
        ("feed-volunteer", b"DTEND;TZID", b"DURATION:PT1H\r\nDTEND;TZID"),
    ],
)
def test_planted_fault_is_found(name: str, old: bytes, new: bytes) -> None:
    octets = (FOLDER / f"{name}.ics").read_bytes()
    assert libical_faults(octets.replace(old, new)) != ()
