"""Calendar links on the page: right for each program, private, and replaced only by their owner."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import OFFICE
from tests.web.conftest import Visitor, main_text

PAGE = "/calendars"
MINE = {"kind": "volunteer", "owner": VOLUNTEER}


@pytest.fixture
def amara(small_district: Store, signed_in_as: Callable[[str], Visitor]) -> Visitor:
    assert small_district
    return signed_in_as(VOLUNTEER)


def address(visitor: Visitor) -> str:
    (field,) = visitor.page(PAGE).findall(".//input[@id='feed-1-address']")
    return field.get("value") or ""


def test_link_is_made_by_a_button_and_opens_the_feed(amara: Visitor) -> None:
    assert amara.page(PAGE).findall(".//input[@readonly]") == []
    assert amara.send(PAGE, MINE).status_code == 303
    feed = amara.get(urlsplit(address(amara)).path)
    assert (feed.status_code, feed.mimetype) == (200, "text/calendar")


def test_each_program_gets_the_form_it_understands(amara: Visitor) -> None:
    amara.send(PAGE, MINE)
    https = address(amara)
    webcal = https.replace("http:", "webcal:", 1)
    apple, google, outlook = (
        a.get("href") or "" for a in amara.page(PAGE).findall(".//ul[@class='feed-apps']//a")
    )
    assert apple == webcal
    assert google.startswith("https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Flocalhost")
    assert parse_qs(urlsplit(google).query) == {"cid": [webcal]}
    assert parse_qs(urlsplit(outlook).query) == {"url": [https]}


def test_new_link_stops_the_old_one(amara: Visitor) -> None:
    amara.send(PAGE, MINE)
    old = address(amara)
    assert amara.send(f"{PAGE}/new-link", MINE, on=PAGE).status_code == 303
    assert address(amara) != old
    assert "Robots around us" not in amara.get(urlsplit(old).path).text
    assert "Robots around us" in amara.get(urlsplit(address(amara)).path).text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/new-link"])
@pytest.mark.parametrize(
    "fields", [{"kind": "teacher", "owner": TEACHER}, {"kind": "school", "owner": "maple"}, {}]
)
def test_link_of_somebody_else_is_not_found(
    amara: Visitor, path: str, fields: dict[str, str]
) -> None:
    assert amara.send(path, fields, on=PAGE).status_code == 404


@pytest.mark.usefixtures("small_district")
def test_office_sees_its_schools(signed_in_as: Callable[[str], Visitor]) -> None:
    olive = signed_in_as(OFFICE)
    olive.send(PAGE, {"kind": "school", "owner": "maple"})
    assert "Visits at Maple School" in main_text(olive.page(PAGE))
    assert "Robots around us" in olive.get(urlsplit(address(olive)).path).text


@pytest.mark.usefixtures("small_district")
def test_whoever_has_no_calendar_is_told(signed_in_as: Callable[[str], Visitor]) -> None:
    assert "You have no calendar here" in main_text(signed_in_as(COORDINATOR).page(PAGE))
