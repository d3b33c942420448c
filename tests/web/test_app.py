"""What every page shares: the name, the way around, and errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask, abort

from scheduler.domain.errors import (
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    NotAllowed,
    SchedulerError,
    SolverFailed,
    Unknown,
)
from tests.architecture.source import CHECKOUT
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("email", "most"), [(TEACHER, 3), (VOLUNTEER, 3), (COORDINATOR, 7), (VIEWER, 7)]
)
def test_way_around_is_short_and_every_step_of_it_leads_somewhere(
    signed_in_as: Callable[[str], Visitor], email: str, most: int
) -> None:
    visitor = signed_in_as(email)
    main = ".//nav[@aria-label='Main']//a"
    links = visitor.page(visitor.get("/").location).findall(main)
    assert 0 < len(links) <= most
    for link in links:
        page = visitor.page(link.get("href") or "")
        (current,) = (a for a in page.findall(main) if a.get("aria-current"))
        assert text_of(current) == text_of(link)


def test_site_has_a_name_before_there_is_a_district(client: Visitor) -> None:
    assert text_of(client.page("/").find(".//title")) == "Welcome – School visits"


@pytest.mark.usefixtures("small_district")
def test_site_is_called_what_the_district_calls_itself(client: Visitor) -> None:
    assert text_of(client.page("/").find(".//title")) == "Welcome – Lakeshore District"


def test_page_that_is_not_there_says_so(client: Visitor) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "We can’t find that page" in main_text(parsed(answer.text))


def test_every_address_that_a_page_names_is_there(app: Flask) -> None:
    named = {
        endpoint
        for file in (CHECKOUT / "templates").rglob("*.html")
        for endpoint in re.findall(r"""url_for\(\s*["']([\w.]+)["']""", file.read_text("utf-8"))
    }
    assert len(named) > 100
    assert named - set(app.view_functions) == set()


@pytest.fixture
def start_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], str]], None]:
    """Return a way to have another view answer at the start page, for this test."""
    return partial(monkeypatch.setitem, app.view_functions, "home.start")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (Unknown("visit", "x"), 404, "It may have moved, or it is not yours to see."),
        (NotAllowed("look"), 404, "It may have moved, or it is not yours to see."),
        (DoubleBooked(), 409, "Somebody else booked this person"),
        (ConstraintViolated("It", ()), 409, "It would break"),
        (
            IllegalTransition(subject="visit", state="over", step="moved"),
            409,
            "A visit that is over cannot be moved.",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_refusal_is_a_page_that_says_what_was_refused(
    start_page: Callable[[Callable[[], str]], None],
    client: Visitor,
    error: SchedulerError,
    code: int,
    sentence: str,
) -> None:
    def refuse() -> str:
        raise error

    start_page(refuse)
    answer = client.get("/")
    assert (answer.status_code, sentence in main_text(parsed(answer.text))) == (code, True)


def test_fault_of_our_own_is_not_phrased_as_a_refusal(
    app: Flask,
    start_page: Callable[[Callable[[], str]], None],
    client: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> str:
        raise SolverFailed("broke a promise")

    start_page(fail)
    with pytest.raises(SolverFailed):
        client.get("/")
    monkeypatch.setitem(app.config, "TESTING", False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "broke a promise" not in answer.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "too old"),
        (403, "The district’s office can tell you who may do it."),
        (415, "We did not understand what your browser sent."),
        (429, "Wait a few minutes, then try again."),
        (502, "It is our fault."),
    ],
)
def test_each_kind_of_failure_has_true_words(
    client: Visitor,
    start_page: Callable[[Callable[[], str]], None],
    code: int,
    words: str,
) -> None:
    start_page(lambda: abort(code))
    answer = client.get("/")
    assert answer.status_code == code
    assert words in main_text(parsed(answer.text))
