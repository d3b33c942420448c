"""An organization's page: whom to ask, its places, and what it gave by term."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element

import pytest

from scheduler.domain.districts import Contact, Organization, Site, Term
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, VOLUNTEER, a_request, a_visit, period
from tests.small_district import VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of

PAGE = "/organizations/robots"
SignedInAs = Callable[[str], Visitor]
NIA = Contact("Nia Roy", "People and culture", "nia@robots.example", "555 0100")
BO = Contact("Bo Lund", phone="555 0199")
NIAS = {
    "contact_name": "Nia Roy",
    "contact_role": "People and culture",
    "contact_email": "Nia@Robots.example",
    "contact_phone": "555 0100",
}
BOS = {"contact_name": "Bo Lund", "contact_phone": "555 0199"}
WORKS = {"site_name": "Works", "site_address": "2 Bay Street", "site_postal_code": "M5V 2T6"}


def robots(store: Store) -> Organization:
    with store.read() as work:
        return work.districts.organizations()["robots"]


@pytest.fixture
def carla(small_district: Store, signed_in_as: SignedInAs) -> Visitor:
    """Return the browser of the coordinator."""
    assert small_district
    return signed_in_as(COORDINATOR)


def undo(visitor: Visitor, page: Element) -> None:
    (form,) = page.findall(".//div[@class='undo-note']/form")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert visitor.post(form.get("action"), data=fields).status_code == 303


def test_first_contact_with_an_address_is_asked_first(carla: Visitor, store: Store) -> None:
    carla.send(f"{PAGE}/contacts", BOS, on=PAGE)
    carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    assert robots(store).contacts == (BO, NIA)
    assert robots(store).contact_email == "nia@robots.example"
    assert [text_of(line) for line in contacts(carla.page(PAGE))] == [
        "Nia Roy, People and culturenia@robots.example555 0100Ask this person first",
        "Bo Lund555 0199",
    ]


def test_what_changes_nothing_is_not_noted(carla: Visitor, store: Store) -> None:
    for _ in range(2):
        carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    with store.read() as work:
        noted = work.diary.history(("organization:robots",))
    assert [each.deed for each in noted] == ["changed an organization"]


def test_contact_is_replaced_by_the_address_and_can_be_put_first(
    carla: Visitor, store: Store
) -> None:
    carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    carla.send(f"{PAGE}/contacts", {**BOS, "contact_email": "bo@robots.example"}, on=PAGE)
    changed = {**NIAS, "contact_role": "Head of people"}
    carla.send(f"{PAGE}/contacts", changed, on=PAGE)
    assert [each.role for each in robots(store).contacts] == ["Head of people", ""]
    first = {**BOS, "contact_email": "bo@robots.example", "is_main": "y"}
    carla.send(f"{PAGE}/contacts", first, on=PAGE)
    assert robots(store).everybody_to_ask[0].name == "Bo Lund"


def test_main_contact_that_leaves_is_followed_and_comes_back_by_undo(
    carla: Visitor, store: Store
) -> None:
    carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    bos = {**BOS, "contact_email": "bo@robots.example"}
    carla.send(f"{PAGE}/contacts", bos, on=PAGE)
    nias = {**NIAS, "contact_email": NIA.email, "is_main": "y"}
    carla.send(f"{PAGE}/contacts/remove", nias, on=PAGE)
    assert robots(store).contact_email == "bo@robots.example"
    undo(carla, carla.page(PAGE))
    assert robots(store).contact_email == NIA.email
    assert NIA in robots(store).contacts


def test_address_alone_that_came_with_the_files_is_shown_and_can_go(
    carla: Visitor, store: Store
) -> None:
    with store.write() as work:
        known = replace(robots(store), contact_email="desk@robots.example")
        work.districts.put_organizations((known,))
    assert "desk@robots.example" in main_text(carla.page(PAGE))
    carla.send(f"{PAGE}/contacts/remove", {"contact_email": "desk@robots.example"}, on=PAGE)
    assert robots(store).contact_email == ""


@pytest.mark.parametrize(
    ("path", "fields", "field", "message"),
    [
        ("contacts", {**NIAS, "contact_name": " "}, "contact_name", "Tell us who it is"),
        (
            "contacts",
            {"contact_name": "Nia"},
            "contact_phone",
            "Write an e-mail address or a telephone number",
        ),
        (
            "contacts",
            {**NIAS, "contact_email": "nia"},
            "contact_email",
            "Write an e-mail address such as name@example.org",
        ),
        ("sites", {"site_name": ""}, "site_name", "Tell us what the place is called"),
        (
            "sites",
            {**WORKS, "site_postal_code": "x" * 13},
            "site_postal_code",
            "Use at most 12 letters",
        ),
        (
            "",
            {"visits_per_term": "many"},
            "visits_per_term",
            "Write a whole number from 0 to 1000",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    carla: Visitor, store: Store, path: str, fields: dict[str, str], field: str, message: str
) -> None:
    before = robots(store)
    answer = carla.send(f"{PAGE}/{path}".rstrip("/"), fields, on=PAGE)
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert [(a.get("href"), text_of(a)) for a in page.findall(".//*[@role='alert']//a")] == [
        (f"#{field}", message)
    ]
    assert text_of(page.find(f".//*[@id='{field}-error']")) == message
    assert robots(store) == before


def test_site_gets_the_point_of_its_postal_code(carla: Visitor, store: Store) -> None:
    carla.send(f"{PAGE}/sites", WORKS, on=PAGE)
    (site,) = robots(store).sites
    assert (site.name, site.address, site.postal_code) == ("Works", "2 Bay Street", "M5V 2T6")
    assert site.coordinates is not None
    assert (round(site.coordinates.latitude, 1), round(site.coordinates.longitude, 1)) == (
        43.7,
        -79.4,
    )
    assert "Works2 Bay Street, M5V 2T6" in main_text(carla.page(PAGE))
    carla.send(f"{PAGE}/sites/remove", WORKS, on=PAGE)
    assert robots(store).sites == ()
    undo(carla, carla.page(PAGE))
    assert robots(store).sites == (site,)


def test_site_whose_code_nobody_knows_has_no_point(carla: Visitor, store: Store) -> None:
    carla.send(f"{PAGE}/sites", {"site_name": "Yard", "site_postal_code": "?"}, on=PAGE)
    assert robots(store).sites == (Site("Yard", postal_code="?"),)


def test_visits_are_counted_by_term_against_the_promise(carla: Visitor, store: Store) -> None:
    terms = (
        Term("Fall", DateRange(date(2026, 9, 1), date(2026, 11, 30))),
        Term("Winter", DateRange(date(2026, 12, 1), date(2027, 3, 31))),
    )
    given = a_visit(
        uid="given",
        request="before",
        period=period("2026-11-10 10:40-11:30"),
        state=VisitState.HAPPENED,
    )
    with store.write() as work:
        district = work.districts.get()
        assert district is not None
        work.districts.put(replace(district, terms=terms))
        work.requests.put((a_request(key="before"),))
        work.visits.add((given,))
        work.districts.put_organizations((replace(robots(store), visits_per_term=3),))
    table = carla.page(PAGE).find(".//section[@aria-labelledby='terms']//tbody")
    assert table is not None
    assert [[text_of(cell) for cell in row] for row in table.iter("tr")] == [
        ["Fall 1 September – 30 November", "3", "1", "0", "2 to go"],
        ["Winter 1 December 2026 – 31 March 2027", "3", "0", "1", "2 to go"],
    ]


def test_viewer_reads_and_changes_nothing(
    carla: Visitor, store: Store, signed_in_as: SignedInAs
) -> None:
    carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    carla.send(f"{PAGE}/sites", WORKS, on=PAGE)
    before = robots(store)
    viewer = signed_in_as(VIEWER)
    said = main_text(viewer.page(PAGE))
    assert "555 0100" in said
    assert "Add a contact" not in said
    for path, fields in (
        ("", {"visits_per_term": "9"}),
        ("/contacts", BOS),
        ("/contacts/remove", NIAS),
        ("/sites", WORKS),
        ("/sites/remove", WORKS),
    ):
        assert viewer.send(PAGE + path, fields, on="/settings").status_code in (403, 404)
    assert robots(store) == before


def test_telephone_of_a_contact_is_told_to_nobody_but_the_office(
    carla: Visitor, signed_in_as: SignedInAs
) -> None:
    amara = {"contact_name": "Amara", "contact_email": VOLUNTEER}
    carla.send(f"{PAGE}/contacts", amara, on=PAGE)
    carla.send(f"{PAGE}/contacts", NIAS, on=PAGE)
    page = signed_in_as(VOLUNTEER).get(PAGE).text
    assert ("Nia Roy" in page, "555 0100" in page) == (True, False)


def contacts(page: Element) -> list[Element]:
    section = page.find(".//section[@aria-labelledby='contacts']")
    assert section is not None
    return [line for item in section.iter("li") if (line := item.find("span")) is not None]
