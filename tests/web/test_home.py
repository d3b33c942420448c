"""Where everybody begins, and what a coordinator sees in the morning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for
from tests.builders import COORDINATOR, DAY, NOW, TEACHER, VOLUNTEER, a_visit
from tests.small_district import VIEWER
from tests.web.conftest import StoppedClock, Visitor, main_text, text_of


def test_start_page_shows_two_ways_in(client: Visitor) -> None:
    main = client.page("/").find(".//main")
    assert main is not None
    assert [(text_of(a), a.get("href")) for a in main.iter("a")] == [
        ("Ask for a speaker", "/requests/new"),
        ("Visit a school", "/join"),
        ("I volunteer already", "/visits"),
    ]


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("email", [COORDINATOR, VIEWER])
def test_morning_is_for_those_who_oversee(
    signed_in_as: Callable[[str], Visitor], email: str
) -> None:
    page = signed_in_as(email).page("/today")
    counts = page.findall(".//ul[@class='counts']//a")
    assert [(text_of(a), a.get("href")) for a in counts] == [
        ("0 proposals to look at", "/proposals"),
        ("0 requests that nobody fits yet", "/proposals?group=nobody"),
        ("1 invitation without an answer", "#silent"),
        ("0 e-mails that did not arrive", "#mail"),
    ]
    assert "Amara Okafor" in text_of(page.find(".//section[@aria-labelledby='silent']"))


def test_morning_counts_visits_on_days_that_were_closed_since(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    with small_district.write() as work:
        work.districts.put_closures((Closure("", DateRange(DAY, DAY), "Snow day"),))
    page = signed_in_as(COORDINATOR).page("/today")
    counts = [(text_of(a), a.get("href")) for a in page.findall(".//ul[@class='counts']//a")]
    assert ("1 visit on a day without school", "/schools/time#visits") in counts


def test_morning_names_visits_that_began_without_a_certain_guest(
    small_district: Store, signed_in_as: Callable[[str], Visitor], clock: StoppedClock
) -> None:
    with small_district.write() as work:
        work.visits.save((a_visit(state=VisitState.MISSED),))
    clock.now = a_visit().period.end + timedelta(days=1)
    page = signed_in_as(COORDINATOR).page("/today")
    counts = [(text_of(a), a.get("href")) for a in page.findall(".//ul[@class='counts']//a")]
    assert ("1 visit that began without a certain guest", "#uncertain") in counts
    said = text_of(page.find(".//section[@aria-labelledby='uncertain']"))
    assert "Robots around us" in said
    assert "Amara Okafor" in said


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("email", [TEACHER, VOLUNTEER])
def test_morning_does_not_exist_for_others(
    signed_in_as: Callable[[str], Visitor], email: str
) -> None:
    assert signed_in_as(email).get("/today").status_code == 404


def test_first_coordinator_of_an_empty_site_is_told_what_to_do(
    store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    link_for(store, COORDINATOR, now=NOW, create="coordinator")
    said = main_text(signed_in_as(COORDINATOR).page("/today"))
    assert "There is no district yet" in said
    assert "Bring your schools in" in said
