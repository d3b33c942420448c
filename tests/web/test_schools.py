"""The schools on the pages of those who oversee, with the calendar of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, a_school
from tests.small_district import OFFICE, VIEWER
from tests.web.conftest import Visitor, main_text, text_of

SignIn = Callable[[str], Visitor]
MAPLE = "/schools/maple"


def test_list_is_filtered_and_sorted_by_its_address(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.districts.put_schools((a_school(key="zed", name="Zed School"),))
    visitor = signed_in_as(VIEWER)

    def names(query: str) -> list[str]:
        return [text_of(a) for a in visitor.page(f"/schools{query}").findall(".//tbody//a")]

    assert names("") == ["Maple School", "Zed School"]
    assert names("?order=visits") == ["Zed School", "Maple School"]
    assert names("?text=zed") == ["Zed School"]


@pytest.mark.usefixtures("small_district")
def test_school_shows_bells_classes_and_visits(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(VIEWER).page(MAPLE))
    for words in ("Robots around us", "Amara Okafor", "5A", "Lena Fischer", "10:40–11:30"):
        assert words in said


@pytest.mark.usefixtures("small_district")
def test_calendar_link_is_made_by_a_button_and_replaced_by_another(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)

    def address() -> str:
        page = visitor.page(MAPLE)
        field = page.find(".//input[@id='feed-address']")
        return "" if field is None else field.get("value") or ""

    assert address() == ""
    visitor.send(f"{MAPLE}/calendar", on=MAPLE)
    first = address()
    assert visitor.get(first.removeprefix("http://localhost")).mimetype == "text/calendar"
    visitor.send(f"{MAPLE}/calendar/new-link", on=MAPLE)
    assert address() not in ("", first)


@pytest.mark.usefixtures("small_district")
def test_calendar_link_is_for_coordinators(signed_in_as: SignIn) -> None:
    signed_in_as(COORDINATOR).send(f"{MAPLE}/calendar", on=MAPLE)
    assert "/cal/" not in signed_in_as(VIEWER).get(MAPLE).text
    for email in (VIEWER, TEACHER, OFFICE):
        answer = signed_in_as(email).send(f"{MAPLE}/calendar/new-link", on="/calendars")
        assert answer.status_code == 404


@pytest.mark.usefixtures("small_district")
def test_others_find_no_such_page(signed_in_as: SignIn) -> None:
    for path in ("/schools", MAPLE):
        assert signed_in_as(TEACHER).get(path).status_code == 404
    assert signed_in_as(COORDINATOR).get("/schools/nowhere").status_code == 404
