"""Lending one's own calendar through the page: the three states in words, and their buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.services import busy_calendars
from scheduler.services.ports import Store
from scheduler.services.ports.fetching import Fetched, FetchFailed, Validators
from scheduler.web.desk import EXTENSION
from tests.actors import AMARA
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, period
from tests.calendars.files import a_file, an_event, at
from tests.services.world import SmallWeb
from tests.small_district import OTHER_VOLUNTEER
from tests.web.conftest import StoppedClock, Visitor, main_text, parsed, text_of

PAGE = "/availability"
ADDRESS = "https://calendar.example/private-0a1b/basic.ics"
DENTIST = an_event(at("20261208T154000Z", "20261208T163000Z"), "SUMMARY:Dentist")


@pytest.fixture
def web(app: Flask) -> SmallWeb:
    """Return the web that the site sees: one calendar."""
    small = SmallWeb()
    small.answer_by_address[ADDRESS] = Fetched(a_file(DENTIST), Validators('"v1"'))
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], fetch=small)
    return small


@pytest.fixture
def amara(small_district: Store, web: SmallWeb, signed_in_as: Callable[[str], Visitor]) -> Visitor:
    """Return the browser of a volunteer."""
    assert small_district
    return signed_in_as(VOLUNTEER)


def add(visitor: Visitor, address: str = ADDRESS) -> str:
    answer = visitor.send(f"{PAGE}/calendars", {"calendar_address": address}, on=PAGE)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#calendars")
    return main_text(visitor.page(PAGE))


def upload(visitor: Visitor, octets: bytes) -> str:
    file = {"calendar_file": (BytesIO(octets), "mine.ics")}
    return visitor.send(f"{PAGE}/calendars/file", file, on=PAGE).text


def kept(store: Store) -> tuple[BusyCalendar, ...]:
    return busy_calendars.my_calendars(store, actor=AMARA)


def refresh(store: Store, web: SmallWeb, clock: StoppedClock, **later: float) -> None:
    clock.now += timedelta(**later)
    busy_calendars.refresh_due(store, fetch=web, clock=clock)


def part(page: Element) -> str:
    """Return what the part about calendars says."""
    (found,) = (each for each in page.iter("section") if each.get("aria-labelledby") == "calendars")
    return text_of(found)


def press(visitor: Visitor, action: str) -> None:
    """Press the button with that action on the page."""
    (form,) = (each for each in visitor.page(PAGE).iter("form") if each.get("action") == action)
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert visitor.post(action, data=fields).status_code == 303


def test_page_says_what_lending_a_calendar_means(amara: Visitor) -> None:
    said = part(amara.page(PAGE))
    assert "We keep only when you are busy, not what you do or where." in said
    assert "Remove" not in said


def test_address_is_read_at_once_and_shown_by_its_host_alone(amara: Visitor, store: Store) -> None:
    said = add(amara)
    assert "We read your calendar: 1 busy time in the next 30 days." in said
    assert "calendar.example Last checked just now: 1 busy time in the next 30 days." in said
    assert "Up to date" in said
    assert "private-0a1b" not in amara.get(PAGE).text
    (calendar,) = kept(store)
    assert (calendar.address, calendar.busy) == (ADDRESS, (period("2026-12-08 10:40-11:30"),))


def test_file_is_read_and_says_how_far_it_goes(amara: Visitor, store: Store) -> None:
    upload(amara, a_file(DENTIST))
    said = part(amara.page(PAGE))
    assert "A calendar file Given just now: 1 busy time in the next 30 days." in said
    assert "It tells us about the time until Sun 26 December 2027." in said
    assert [calendar.address for calendar in kept(store)] == [""]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "Paste the address of your calendar."),
        ("my calendar", "This address has characters that no address has."),
        ("https://other.example/", "The site did not answer."),
        ("https://me:secret@other.example/", "We keep no passwords."),
    ],
)
def test_address_that_tells_nothing_comes_back_with_the_reason(
    amara: Visitor, store: Store, written: str, said: str
) -> None:
    answer = amara.send(f"{PAGE}/calendars", {"calendar_address": written}, on=PAGE)
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert said in part(page)
    (field,) = (each for each in page.iter("input") if each.get("name") == "calendar_address")
    assert (field.get("value"), field.get("aria-invalid")) == (written, "true")
    assert "#calendar_address" in {link.get("href") for link in page.iter("a")}
    assert kept(store) == ()


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"<!doctype html><title>Calendar</title>", "This is a web page, not a calendar."),
        (b"BEGIN:VCALENDAR\r\n", "The end of the calendar is missing"),
        (b"", "This file is empty."),
    ],
)
def test_file_that_is_no_calendar_comes_back_with_the_reason(
    amara: Visitor, store: Store, octets: bytes, said: str
) -> None:
    assert said in part(parsed(upload(amara, octets)))
    assert kept(store) == ()


def test_form_without_a_file_says_so(amara: Visitor) -> None:
    answer = amara.send(f"{PAGE}/calendars/file", {}, on=PAGE)
    assert answer.status_code == 422
    assert "Choose a file first." in part(parsed(answer.text))


def test_calendar_that_fails_says_since_when_and_why(
    amara: Visitor, store: Store, web: SmallWeb, clock: StoppedClock
) -> None:
    add(amara)
    web.answer_by_address[ADDRESS] = FetchFailed("The site did not answer.")
    refresh(store, web, clock, hours=1)
    said = part(amara.page(PAGE))
    assert "Not read since Sat 21 November, 09:00" in said
    assert "What it said then still counts." in said
    assert "The site did not answer. We try again in 15 minutes." in said


def test_file_beyond_its_last_day_is_out_of_date(
    amara: Visitor, store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    told = "BEGIN:VFREEBUSY\nDTSTART:20261101T050000Z\nDTEND:20261121T050000Z\nEND:VFREEBUSY"
    upload(amara, a_file(told))
    said = part(amara.page(PAGE))
    assert "Out of date" in said
    assert "It told us about the time until Fri 20 November 2026." in said


def test_calendar_can_be_read_again_at_once(amara: Visitor, store: Store, web: SmallWeb) -> None:
    add(amara)
    web.answer_by_address[ADDRESS] = Fetched(a_file(DENTIST.replace("20261208", "20261209")))
    press(amara, f"{PAGE}/calendars/check")
    assert "We read your calendar: 1 busy time" in main_text(amara.page(PAGE))
    assert kept(store)[0].busy == (period("2026-12-09 10:40-11:30"),)


def test_reading_again_that_fails_says_why_and_forgets_nothing(
    amara: Visitor, store: Store, web: SmallWeb
) -> None:
    add(amara)
    web.answer_by_address[ADDRESS] = FetchFailed("The site did not answer.")
    press(amara, f"{PAGE}/calendars/check")
    assert "We could not read it. The site did not answer." in main_text(amara.page(PAGE))
    assert kept(store)[0].busy == (period("2026-12-08 10:40-11:30"),)


def test_calendar_can_be_taken_back(amara: Visitor, store: Store) -> None:
    add(amara)
    press(amara, f"{PAGE}/calendars/remove")
    assert "Removed. We forgot all that it told us." in main_text(amara.page(PAGE))
    assert kept(store) == ()


def test_calendar_of_somebody_else_is_nobodys_business(
    amara: Visitor, store: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    add(amara)
    (calendar,) = kept(store)
    ben = signed_in_as(OTHER_VOLUNTEER)
    for action, status in (("check", 404), ("remove", 303)):
        answer = ben.send(f"{PAGE}/calendars/{action}", {"key": calendar.key}, on=PAGE)
        assert answer.status_code == status
    assert kept(store) == (calendar,)
    assert "calendar.example" not in ben.get(PAGE).text


@pytest.mark.parametrize("path", ["", "/file", "/check", "/remove"])
def test_only_volunteers_have_calendars_to_lend(
    small_district: Store, signed_in_as: Callable[[str], Visitor], path: str
) -> None:
    assert small_district
    teacher = signed_in_as(TEACHER)
    answer = teacher.send(f"{PAGE}/calendars{path}", {"key": "x"}, on="/requests/new")
    assert answer.status_code == 404


def test_coordinator_sees_how_a_calendar_stands_and_not_where_it_is(
    amara: Visitor,
    store: Store,
    web: SmallWeb,
    clock: StoppedClock,
    signed_in_as: Callable[[str], Visitor],
) -> None:
    add(amara)
    web.answer_by_address[ADDRESS] = FetchFailed("The site did not answer.")
    refresh(store, web, clock, hours=1)
    carla = signed_in_as(COORDINATOR)
    listed = carla.page("/volunteers?care=calendar")
    (link,) = (a for a in listed.iter("a") if "Amara" in text_of(a))
    answer = carla.get(link.get("href"))
    said = part(parsed(answer.text))
    assert "A calendar on the web What it said then still counts." in said
    assert "Not read since Sat 21 November, 09:00" in said
    assert "Remove" not in said
    assert "calendar.example" not in answer.text


def test_list_of_old_calendars_leaves_out_those_that_are_read(
    amara: Visitor, signed_in_as: Callable[[str], Visitor]
) -> None:
    add(amara)
    said = main_text(signed_in_as(COORDINATOR).page("/volunteers?care=calendar"))
    assert "0 volunteers found." in said


def test_coordinators_activity_names_no_address(
    amara: Visitor, signed_in_as: Callable[[str], Visitor]
) -> None:
    add(amara)
    answer = signed_in_as(COORDINATOR).get("/activity")
    assert "lent us a calendar" in text_of(parsed(answer.text))
    assert "calendar.example" not in answer.text
