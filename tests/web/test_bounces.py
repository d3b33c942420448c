"""An address from which mail comes back is told of where people are looked after, until it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER
from tests.web.conftest import Visitor, main_text

SignIn = Callable[[str], Visitor]
PERSON, AMARA = (f"/{pages}/{reference_of(VOLUNTEER)}" for pages in ("people", "volunteers"))
COMES_BACK = "E-mail to this address comes back."
LISTED = "E-mail comes back"


@pytest.fixture
def marked(store: Store, small_district: object) -> None:
    with store.write() as work:
        for problem in ("", "550 <b>no</b> such person " + "x" * 900):
            work.bounces.mark(VOLUNTEER, at=NOW, problem=problem)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("path", [PERSON, AMARA])
def test_coordinator_reads_what_came_back_and_what_to_do(signed_in_as: SignIn, path: str) -> None:
    text = main_text(signed_in_as(COORDINATOR).page(path))
    assert f"{COMES_BACK} Ask for the right address by phone, and change it." in text
    assert "It came back 2 times, the last time on Sat 21 November 2026." in text
    assert "The other server says: “550 <b>no</b> such person...”" in text
    assert "x" * 300 not in text


@pytest.mark.usefixtures("marked")
def test_mark_ends_with_the_address(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    changed = visitor.send(f"{PERSON}/address", {"email": "amara@new.example"}, on=PERSON)
    assert changed.status_code == 303
    for pages in ("people", "volunteers"):
        page = visitor.page(f"/{pages}/{reference_of('amara@new.example')}")
        assert COMES_BACK not in main_text(page)


@pytest.mark.usefixtures("small_district")
def test_nothing_is_said_where_nothing_came_back(signed_in_as: SignIn) -> None:
    for path in (PERSON, AMARA):
        assert COMES_BACK not in main_text(signed_in_as(COORDINATOR).page(path))


@pytest.mark.usefixtures("marked")
def test_coordinator_who_knows_better_takes_the_mark_away(
    signed_in_as: SignIn, store: Store
) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert LISTED in main_text(visitor.page("/volunteers"))
    sent = visitor.send(f"{PERSON}/address/right", {}, on=AMARA)
    assert (sent.status_code, sent.headers["Location"]) == (303, PERSON)
    for path in (PERSON, AMARA):
        assert COMES_BACK not in main_text(visitor.page(path))
    assert LISTED not in main_text(visitor.page("/volunteers"))
    with store.write() as work:
        work.bounces.mark(VOLUNTEER, at=NOW, problem="550 still no such person")
    assert COMES_BACK in main_text(visitor.page(PERSON))


@pytest.mark.usefixtures("marked")
def test_nobody_else_takes_the_mark_away(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    assert visitor.send(f"{PERSON}/address/right", {}, on="/profile").status_code in (403, 404)
    assert COMES_BACK in main_text(signed_in_as(COORDINATOR).page(PERSON))
