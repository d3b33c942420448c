"""What was done, on the page: newest first, with the way back where there still is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.domain.requests import RequestState
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER
from tests.small_district import OTHER_TEACHER, VIEWER
from tests.web.conftest import StoppedClock, Visitor, main_text

SignIn = Callable[[str], Visitor]


def test_withdrawal_is_told_and_taken_back(small_district: Store, signed_in_as: SignIn) -> None:
    signed_in_as(OTHER_TEACHER).send("/requests/bridges/withdraw", on="/requests/bridges")
    visitor = signed_in_as(COORDINATOR)
    said = main_text(visitor.page("/activity"))
    assert "Omar Haddad took a request back: How bridges stand" in said
    visitor.send("/requests/bridges/reopen", on="/activity")
    with small_district.read() as work:
        assert work.requests.get("bridges").state is RequestState.OPEN  # type: ignore[union-attr]


@pytest.mark.usefixtures("small_district")
def test_days_are_told_apart(signed_in_as: SignIn, clock: StoppedClock) -> None:
    visitor = signed_in_as(OTHER_TEACHER)
    visitor.send("/requests/bridges/withdraw", on="/requests/bridges")
    overseer = signed_in_as(VIEWER)
    assert "Today" in main_text(overseer.page("/activity"))
    clock.now += timedelta(days=1)
    assert "Saturday 21 November 2026" in main_text(overseer.page("/activity"))


@pytest.mark.usefixtures("small_district")
def test_viewers_read_and_undo_nothing(signed_in_as: SignIn) -> None:
    signed_in_as(OTHER_TEACHER).send("/requests/bridges/withdraw", on="/requests/bridges")
    assert "Undo" not in main_text(signed_in_as(VIEWER).page("/activity"))


@pytest.mark.usefixtures("small_district")
def test_empty_list_says_so(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(COORDINATOR).page("/activity"))
    assert "Nothing has happened yet" in said


@pytest.mark.usefixtures("small_district")
def test_others_find_no_such_page(signed_in_as: SignIn) -> None:
    assert signed_in_as(TEACHER).get("/activity").status_code == 404
