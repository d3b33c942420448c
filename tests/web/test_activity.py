"""What was done, on the page: newest first, with the way back where there still is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

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


@pytest.mark.usefixtures("small_district")
def test_undo_leads_back_to_the_line_it_stands_in(signed_in_as: SignIn) -> None:
    signed_in_as(OTHER_TEACHER).send("/requests/bridges/withdraw", on="/requests/bridges")
    visitor = signed_in_as(COORDINATOR)
    page = visitor.page("/activity?topic=requests")
    (form,) = (f for f in page.iter("form") if (f.get("action") or "").endswith("/reopen"))
    fields = {i.get("name"): i.get("value") for i in form.iter("input")}
    answer = visitor.post("/requests/bridges/reopen", data=fields)
    assert answer.location == "/activity?topic=requests#deed-withdrew-bridges"
    page = visitor.page("/activity?topic=requests")
    assert page.find(".//*[@id='deed-withdrew-bridges']") is not None


@pytest.mark.usefixtures("small_district")
def test_file_holds_what_the_filter_leaves_by_the_clock_of_the_district(
    signed_in_as: SignIn,
) -> None:
    signed_in_as(OTHER_TEACHER).send("/requests/bridges/withdraw", on="/requests/bridges")
    visitor = signed_in_as(VIEWER)
    line = '"2026-11-21 09:00","Omar Haddad","took a request back","How bridges stand",""'
    assert visitor.get("/activity.csv?topic=requests").text.splitlines()[1:] == [line]
    assert visitor.get("/activity.csv?topic=visits").text.splitlines()[1:] == []
    assert visitor.get(f"/activity.csv?by={COORDINATOR}").text.splitlines()[1:] == []


@pytest.mark.parametrize("by", ["omar", "HADDAD Om", OTHER_TEACHER, OTHER_TEACHER.upper()])
@pytest.mark.usefixtures("small_district")
def test_whoever_did_it_is_found_by_name_or_address(signed_in_as: SignIn, by: str) -> None:
    signed_in_as(OTHER_TEACHER).send("/requests/bridges/withdraw", on="/requests/bridges")
    visitor, query = signed_in_as(VIEWER), urlencode({"by": by})
    assert "Omar Haddad took a request back" in main_text(visitor.page(f"/activity?{query}"))
    assert len(visitor.get(f"/activity.csv?{query}").text.splitlines()) == 2
    assert "Nothing like that lately" in main_text(visitor.page("/activity?by=omarr"))
