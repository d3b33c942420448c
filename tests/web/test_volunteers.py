"""The volunteers on the pages of those who oversee."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.asking import reference_of
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import Visitor, main_text, text_of

SignIn = Callable[[str], Visitor]


@pytest.mark.usefixtures("small_district")
def test_list_finds_people_by_what_the_address_says(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)

    def names(query: str) -> list[str]:
        rows = visitor.page(f"/volunteers{query}").findall(".//tbody//a")
        return [text_of(a) for a in rows]

    assert names("") == ["Amara Okafor", "Ben Ito"]
    assert names("?text=amara") == ["Amara Okafor"]
    assert names("?care=no_times") == ["Ben Ito"]
    assert names("?care=nonsense&page=-3") == ["Amara Okafor", "Ben Ito"]
    assert names("?text=zebra") == []


@pytest.mark.usefixtures("small_district")
def test_person_is_shown_with_visits_clearance_and_times(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(VIEWER).page(f"/volunteers/{reference_of(VOLUNTEER)}"))
    for words in ("Robots around us", "Waiting for a yes", "Monday", "Fri 31 December 2027"):
        assert words in said


@pytest.mark.usefixtures("small_district")
def test_person_whose_times_are_unknown_is_marked(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(VIEWER).page(f"/volunteers/{reference_of(OTHER_VOLUNTEER)}"))
    assert "We do not know when they can visit, so they are never proposed." in said


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("path", ["/volunteers", f"/volunteers/{reference_of(VOLUNTEER)}"])
def test_others_find_no_such_page(signed_in_as: SignIn, path: str) -> None:
    for email in (TEACHER, VOLUNTEER):
        assert signed_in_as(email).get(path).status_code == 404


@pytest.mark.usefixtures("small_district")
def test_address_of_a_person_opens_nothing(signed_in_as: SignIn) -> None:
    assert signed_in_as(COORDINATOR).get(f"/volunteers/{VOLUNTEER}").status_code == 404
