"""Offered times on the coordinator's page: move the visit, keep it, or be too late."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Visit
from scheduler.services.other_times import offer_times
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.builders import COORDINATOR, NOW, VOLUNTEER, a_request, a_visit, moment
from tests.small_district import VIEWER
from tests.web.conftest import SECRET_KEY, Visitor, main_text, text_of

THURSDAY = moment("2026-12-10 10:40")
UID = a_visit().uid


@pytest.fixture
def key(small_district: Store) -> str:
    """Return the key of an offer that waits."""
    with small_district.write() as work:
        windows = ("2026-12-08 P3", "2026-12-10 P3")
        work.requests.put((a_request(*windows, state=RequestState.BOOKED),))
    token = answer_token(UID, VOLUNTEER, key=SECRET_KEY)
    offer = offer_times(
        small_district, token, starts=(THURSDAY,), words="", now=NOW, key=SECRET_KEY
    )
    return offer.key


def visit(store: Store) -> Visit:
    with store.read() as work:
        found = work.visits.get(UID)
    assert found is not None
    return found


def test_offer_is_shown_and_taken(
    key: str, store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    carla = signed_in_as(COORDINATOR)
    page = carla.page("/other-times")
    main = page.find(".//main")
    assert main is not None
    buttons = [text_of(button) for button in main.iter("button")]
    assert buttons == ["Move to Thu 10 December, 10:40", "Keep the time"]
    fields = {"start": THURSDAY.isoformat()}
    carla.send(f"/other-times/{key}/take", fields, on="/other-times")
    planned = visit(store).pending_move
    assert planned is not None
    assert planned.period.start == THURSDAY
    assert "No other times" in main_text(carla.page("/other-times"))


def test_offers_can_be_taken_along(key: str, signed_in_as: Callable[[str], Visitor]) -> None:
    assert key
    file = signed_in_as(VIEWER).get("/other-times.csv").text
    times = '"2026-12-08 10:40","2026-12-10 10:40",""'
    assert file.splitlines()[1:] == [f'"Robots around us","Amara Okafor","Maple School",{times}']


def test_time_is_kept_and_decided_once(
    key: str, store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    carla = signed_in_as(COORDINATOR)
    for _ in range(2):
        carla.send(f"/other-times/{key}/keep", on="/other-times")
    assert visit(store) == a_visit()
    assert "Somebody decided on this before." in main_text(carla.page("/other-times"))


def test_viewer_reads_and_decides_nothing(
    key: str, store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    vera = signed_in_as(VIEWER)
    main = vera.page("/other-times").find(".//main")
    assert main is not None
    assert list(main.iter("form")) == []
    assert vera.send(f"/other-times/{key}/keep", on="/other-times").status_code == 404
    assert visit(store) == a_visit()


def test_start_that_is_no_moment_is_refused(
    key: str, signed_in_as: Callable[[str], Visitor]
) -> None:
    path = f"/other-times/{key}/take"
    answer = signed_in_as(COORDINATOR).send(path, {"start": "soon"}, on="/other-times")
    assert answer.status_code == 400
