"""Still right? One tap keeps the week, and opening the link does nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.domain.own_weeks import RIGHT_FOR, WeekCheck
from scheduler.services.own_links import WEEK_DOOR
from scheduler.services.ports import Store
from scheduler.services.tokens import door_token, token_hash
from tests.builders import NOW, VOLUNTEER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text

TOKEN = door_token(WEEK_DOOR, VOLUNTEER, key=SECRET_KEY)
LINK = f"/keep/{TOKEN}"


@pytest.fixture
def asked(small_district: Store, clock: StoppedClock) -> Store:
    """Return the store, ninety days after the volunteer last spoke."""
    with small_district.write() as work:
        work.own_weeks.put_checks((WeekCheck(VOLUNTEER, NOW, NOW + RIGHT_FOR),))
        work.mail_doors.open(WEEK_DOOR, {token_hash(TOKEN): VOLUNTEER})
    clock.now = NOW + RIGHT_FOR + timedelta(hours=1)
    return small_district


def check(store: Store) -> WeekCheck:
    with store.read() as work:
        return work.own_weeks.checks((VOLUNTEER,))[VOLUNTEER]


def test_link_reads_the_week_back_and_changes_nothing(asked: Store, client: Visitor) -> None:
    said = main_text(client.page(LINK))
    assert "You may be asked on Mondays to Fridays from 08:00 to 16:00" in said
    assert "Yes, keep it" in said
    assert check(asked).right_since == NOW


def test_one_tap_keeps_the_week(asked: Store, client: Visitor, clock: StoppedClock) -> None:
    assert client.send(LINK).status_code == 303
    assert check(asked) == WeekCheck(VOLUNTEER, clock.now)
    assert "Thank you, your week stays" in main_text(client.page(LINK))


def test_page_of_the_week_asks_too(
    asked: Store, clock: StoppedClock, signed_in_as: Callable[[str], Visitor]
) -> None:
    clock.now, then = NOW, clock.now
    amara = signed_in_as(VOLUNTEER)
    clock.now = NOW + timedelta(days=29)
    assert "Still right?" not in main_text(amara.page("/availability"))
    with asked.write() as work:
        work.own_weeks.put_checks((WeekCheck(VOLUNTEER, then - 2 * RIGHT_FOR),))
    assert "You last told us on" in main_text(amara.page("/availability"))
    amara.send("/availability/keep", on="/availability")
    assert check(asked).right_since == clock.now


@pytest.mark.usefixtures("small_district")
def test_link_that_is_nobodys_has_ended(client: Visitor) -> None:
    for path in ("/keep/abc", LINK):
        assert client.get(path).status_code == 410
