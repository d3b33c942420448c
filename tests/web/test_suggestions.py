"""Who could come: names for those who oversee, a booking in one tap, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.domain.requests import RequestState
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_volunteer, period
from tests.small_district import OTHER_TEACHER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
PAGE = "/requests/bridges/people"


@pytest.fixture
def bruno(small_district: Store) -> str:
    """Let somebody join who could come; return how addresses of pages name him."""
    joined = a_volunteer(email="bruno@robots.example", name="Bruno Silva")
    with small_district.write() as work:
        work.volunteers.put((joined,))
    return reference_of(joined.email)


def state_of(store: Store, key: str = "bridges") -> RequestState:
    with store.read() as work:
        found = work.requests.get(key)
    assert found is not None
    return found.state


def choice(page: str, name: str) -> dict[str, str]:
    """Return what the button with that name sends."""
    for form in parsed(page).iter("form"):
        sent = {each.get("name") or "": each.get("value") or "" for each in form.iter("input")}
        if "reference" in sent and any(name in (b.text or "") for b in form.iter("button")):
            return sent
    raise AssertionError(f"Nobody can book {name}.")


@pytest.mark.usefixtures("bruno")
def test_best_person_is_booked_and_taken_back(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = visitor.get(PAGE).text
    assert "Rules all kept" in main_text(parsed(page))
    booked = visitor.post(PAGE, data=choice(page, "Book Bruno Silva"))
    assert booked.status_code == 303
    assert state_of(small_district) is RequestState.BOOKED
    after = visitor.page(booked.location)
    assert "Booked. E-mails go out in ten minutes. Undo" in main_text(after)
    visitor.send("/proposals/undo", {"request": "bridges"}, on=booked.location)
    assert state_of(small_district) is RequestState.OPEN


def test_person_who_meanwhile_cannot_come_is_not_booked(
    small_district: Store, signed_in_as: SignIn, bruno: str
) -> None:
    visitor = signed_in_as(COORDINATOR)
    sent = choice(visitor.get(PAGE).text, "Book Bruno Silva")
    assert sent["reference"] == bruno
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(email="bruno@robots.example", is_active=False),))
    refused = visitor.post(PAGE, data=sent)
    assert "This person can no longer come then." in main_text(visitor.page(refused.location))
    assert state_of(small_district) is RequestState.OPEN


def test_viewer_sees_names_and_no_button(
    signed_in_as: SignIn, small_district: Store, bruno: str
) -> None:
    viewer = signed_in_as(VIEWER)
    said = main_text(viewer.page(PAGE))
    assert "Bruno Silva" in said
    assert "Book" not in said
    forged = {"reference": bruno, "start": period("2026-12-08 10:40-11:30").start.isoformat()}
    assert viewer.send(PAGE, forged, on="/calendars").status_code == 404
    assert state_of(small_district) is RequestState.OPEN


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("start", ["", "yesterday", "2026-12-08T10:40"])
def test_moment_that_is_none_is_refused(signed_in_as: SignIn, start: str) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.send(PAGE, {"start": start, "reference": "x"}).status_code == 400


@pytest.mark.usefixtures("small_district")
def test_nobody_left_leads_to_what_would_help(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(COORDINATOR).page(PAGE))
    assert "Nobody could come right now" in said
    assert "See what would help" in said


@pytest.mark.usefixtures("small_district")
def test_who_sees_the_page(signed_in_as: SignIn) -> None:
    everyone = (TEACHER, OTHER_TEACHER, COORDINATOR, VIEWER, VOLUNTEER)
    answers = {email: signed_in_as(email).get(PAGE).status_code for email in everyone}
    seen_by = {COORDINATOR, VIEWER}
    assert answers == {email: 200 if email in seen_by else 404 for email in everyone}
    assert signed_in_as(COORDINATOR).get("/requests/nothing/people").status_code == 404
