"""Two that want the same, on the page: found by name, page by page, and left for the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.services.ports import Store
from tests.builders import COORDINATOR, a_proposal, period
from tests.small_district import VIEWER
from tests.web.conftest import LATER, Visitor, main_text

SignIn = Callable[[str], Visitor]
PAGE, MANY = "/conflicts", 8


@pytest.fixture
def contested(proposed: Store) -> Store:
    """Return the district with so many proposals for one class and lesson: each two clash."""
    with proposed.write() as work:
        request = work.requests.get("bridges")
        assert request is not None
        keys = [f"bridges-{number}" for number in range(MANY)]
        work.requests.put(replace(request, key=key, title=f"Bridge {key[-1]}") for key in keys)
        lesson = (period(f"{LATER} 10:40-11:30"),)
        work.proposals.put(a_proposal(request=key, sessions=lesson) for key in keys)
        work.proposals.remove(("bridges",))
    return proposed


@pytest.mark.usefixtures("contested")
def test_all_are_reached_page_by_page(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(VIEWER)
    first, last = visitor.page(PAGE), visitor.page(f"{PAGE}?page=2")
    assert "28 pairs want the same at one time." in main_text(first)
    shown = [
        len([e for e in page.iter() if e.get("class") == "panel-two"]) for page in (first, last)
    ]
    assert shown == [20, 8]
    assert [link in main_text(first) for link in ("Next page", "Earlier page")] == [True, False]
    assert [link in main_text(last) for link in ("Next page", "Earlier page")] == [False, True]


@pytest.mark.usefixtures("contested")
def test_words_and_kind_narrow_page_and_file(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(VIEWER)
    said = main_text(visitor.page(f"{PAGE}?text=bridge+3"))
    assert "7 pairs want the same at one time." in said
    assert "A volunteer (0)A class (0)A teacher (7)" in said
    assert len(visitor.get(f"{PAGE}.csv?text=bridge+3").text.splitlines()) == 1 + 7
    assert "No conflict passes this filter" in main_text(visitor.page(f"{PAGE}?kind=class"))


@pytest.mark.usefixtures("contested")
def test_decision_leads_back_to_the_page_it_was_made_on(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = visitor.page(f"{PAGE}?text=bridge&page=2")
    (form, *_) = (f for f in page.iter("form") if (f.get("action") or "").endswith("/approve"))
    fields = {i.get("name"): i.get("value") for i in form.iter("input")}
    answer = visitor.post(form.get("action") or "", data=fields)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?text=bridge&page=2")
