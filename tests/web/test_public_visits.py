"""The page on which a coordinator says what the public may know of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER
from tests.small_district import VIEWER
from tests.web.conftest import Visitor, main_text

SignIn = Callable[[str], Visitor]
PAGE = "/calendars/public"


def public(store: Store) -> frozenset[str]:
    """Return the requests that the public may know of."""
    with store.read() as work:
        return work.requests.public(("robots", "bridges"))


def test_ticks_are_kept(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert "Robots around us" in main_text(visitor.page(PAGE))
    sent = visitor.send(PAGE, {"shown": "robots", "public": "robots"})
    assert (sent.status_code, sent.location) == (303, PAGE)
    assert public(small_district) == {"robots"}
    (box,) = (f for f in visitor.page(PAGE).iter("input") if f.get("name") == "public")
    assert box.get("checked") is not None
    visitor.send(PAGE, {"shown": "robots"})
    assert public(small_district) == frozenset()


@pytest.mark.usefixtures("small_district")
def test_calendars_page_leads_there_for_coordinators_alone(signed_in_as: SignIn) -> None:
    def links(email: str) -> set[str]:
        page = signed_in_as(email).page("/calendars")
        return {link.get("href") or "" for link in page.findall(".//main//a")}

    assert PAGE in links(COORDINATOR)
    assert PAGE not in links(TEACHER)


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("email", [TEACHER, VIEWER])
def test_page_does_not_exist_for_others(signed_in_as: SignIn, email: str) -> None:
    assert signed_in_as(email).get(PAGE).status_code == 404
