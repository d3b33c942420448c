"""Our calendars byte for byte, and as a strict reader of the RFCs judges them."""

from __future__ import annotations

import pytest

from tests.calendars.golden import FEEDS, FOLDER, MESSAGES
from tests.outside.ics_checker import faults_between, feed_faults, message_faults


@pytest.mark.parametrize("name", [*FEEDS, *MESSAGES])
def test_calendar_is_the_kept_one_byte_for_byte(name: str) -> None:
    render = (FEEDS | MESSAGES)[name]
    assert render() == (FOLDER / name).read_bytes()


def test_no_kept_calendar_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*FEEDS, *MESSAGES}


@pytest.mark.parametrize("name", FEEDS)
def test_kept_feed_is_without_fault(name: str) -> None:
    assert feed_faults((FOLDER / name).read_bytes()) == ()


@pytest.mark.parametrize("name", MESSAGES)
def test_kept_message_is_without_fault(name: str) -> None:
    assert message_faults((FOLDER / name).read_bytes()) == ()


def test_update_and_cancellation_follow_their_invitation() -> None:
    first = (FOLDER / "request.ics").read_bytes()
    assert faults_between(first, (FOLDER / "request-moved.ics").read_bytes()) == ()
    assert faults_between(first, (FOLDER / "cancel-visit.ics").read_bytes()) == ()
