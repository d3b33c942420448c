"""The coordinator's other pages, each opened and used: care for people, places and the site."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from scheduler.domain.people import RoleName
from scheduler.domain.visits import VisitState
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import (
    COORDINATOR,
    DAY,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_clearance,
    a_person,
    a_visit,
    a_volunteer,
)
from tests.small_district import OFFICE, OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import StoppedClock, Visitor, main_text, parsed, text_of, version_on

SignIn = Callable[[str], Visitor]
SAM = "sam@river.example"
PERSON = f"/people/{reference_of(TEACHER)}"
AMARA = f"/volunteers/{reference_of(VOLUNTEER)}"
PAGES = (
    "/more",
    "/organizations",
    "/organizations/robots",
    "/clearances",
    "/people",
    PERSON,
    "/settings",
    "/search?q=ro",
    "/day",
    "/activity?topic=visits",
)
FILES = (
    *("volunteers", "schools", "organizations", "clearances", "people", "activity", "day"),
    *("all-requests", "proposals", "conflicts", "runs", "stand-ins", "other-times"),
    *("mail", "inbox", "joining"),
)
# Links to other pages, and what is being tried out: nothing to take along.
NO_FILE = frozenset({"more.every", "repairs.every"})


def rows_of(markup: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(markup.removeprefix("\ufeff"))))


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("path", PAGES)
def test_page_is_for_those_who_oversee(signed_in_as: SignIn, path: str) -> None:
    for email in (COORDINATOR, VIEWER):
        signed_in_as(email).page(path)
    if not path.startswith("/search"):
        assert signed_in_as(OTHER_TEACHER).get(path).status_code == 404


@pytest.mark.usefixtures("small_district")
def test_every_link_of_more_opens_for_who_reads_it(signed_in_as: SignIn) -> None:
    links = {}
    for email in (COORDINATOR, VIEWER):
        visitor = signed_in_as(email)
        main = visitor.page("/more").find(".//main")
        assert main is not None
        links[email] = [a.get("href") or "" for a in main.iter("a")]
        assert [visitor.get(path).status_code for path in links[email]] == [200] * len(links[email])
    assert set(links[COORDINATOR]) - set(links[VIEWER]) == {"/closing", "/imports"}
    assert "/schools/time" in links[VIEWER]


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    "path", [PERSON, AMARA, "/schools/maple", "/settings", "/organizations/robots", "/people"]
)
def test_viewers_read_and_change_nothing(signed_in_as: SignIn, path: str) -> None:
    main = signed_in_as(VIEWER).page(path).find(".//main")
    assert main is not None
    assert [form for form in main.iter("form") if form.get("method") == "post"] == []


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("name", FILES)
def test_every_list_is_a_file_too(signed_in_as: SignIn, name: str) -> None:
    answer = signed_in_as(VIEWER).get(f"/{name}.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    heading, *lines = rows_of(answer.text)
    assert {len(line) for line in lines} <= {len(heading)}
    assert signed_in_as(TEACHER).get(f"/{name}.csv").status_code == 404


def test_no_list_is_without_its_file(app: Flask) -> None:
    lists = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.endswith(".every")}
    missing = {each for each in lists if f"{each}_file" not in app.view_functions}
    assert (len(lists) > 10, missing) == (True, NO_FILE)


def test_file_holds_what_the_list_shows_and_no_formula(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(name="=HYPERLINK(1)"),))
    _, *lines = rows_of(signed_in_as(VIEWER).get("/volunteers.csv?topic=robotics").text)
    assert [line[0] for line in lines] == ["Ben Ito", "' =HYPERLINK(1)"]
    _, *lines = rows_of(signed_in_as(VIEWER).get("/volunteers.csv?care=no_times").text)
    assert [line[0] for line in lines] == ["Ben Ito"]


@pytest.mark.usefixtures("small_district")
def test_volunteers_are_filtered_by_organization_topic_and_clearance(
    signed_in_as: SignIn,
) -> None:
    visitor = signed_in_as(VIEWER)

    def names(query: str) -> list[str]:
        rows = visitor.page(f"/volunteers{query}").findall(".//tbody//a")
        return [text_of(a) for a in rows]

    assert names("?organization=robots") == ["Amara Okafor"]
    assert names("?topic=engineering") == ["Amara Okafor", "Ben Ito"]
    assert names("?topic=painting") == []
    assert names("?standing=none") == []
    assert names("?order=visits") == ["Ben Ito", "Amara Okafor"]


@pytest.mark.usefixtures("small_district")
def test_clearance_is_entered_approved_and_withdrawn(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    fields = {"kind": "First aid", "state": "pending"}
    assert visitor.send(f"{AMARA}/clearances", fields, on=AMARA).status_code == 303
    assert "First aid Waiting" in main_text(visitor.page(AMARA))
    visitor.send(f"{AMARA}/clearances/approve", {"place": 1}, on=AMARA)
    assert "First aid Approved Sat 21 November 2026" in main_text(visitor.page(AMARA))
    visitor.send(f"{AMARA}/clearances/withdraw", {"place": 1}, on=AMARA)
    assert "First aid Withdrawn" in main_text(visitor.page(AMARA))


@pytest.mark.usefixtures("small_district")
def test_clearance_without_its_first_day_is_asked_again(signed_in_as: SignIn) -> None:
    fields = {"kind": "", "state": "approved"}
    answer = signed_in_as(COORDINATOR).send(f"{AMARA}/clearances", fields, on=AMARA)
    assert answer.status_code == 422
    said = main_text(parsed(answer.text))
    assert "Say what kind of check it is" in said
    assert "Write the day from which it holds" in said


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("page", "place", "fields", "words"),
    [
        (
            *(AMARA, "clearances"),
            {"approved": "2026-12-02", "expires": "2026-12-01"},
            "It ends before it begins",
        ),
        (
            *("/schools/maple", "closures"),
            {"name": "Fair", "first": "2026-12-09", "last": "2026-12-08"},
            "The last day is before the first",
        ),
    ],
    ids=["clearance", "closure"],
)
def test_days_that_run_backwards_are_asked_again(
    signed_in_as: SignIn, page: str, place: str, fields: dict[str, str], words: str
) -> None:
    answer = signed_in_as(COORDINATOR).send(f"{page}/{place}", fields, on=page)
    assert answer.status_code == 422
    assert words in main_text(parsed(answer.text))


def test_whoever_is_ticked_is_asked_to_renew_once_a_day(
    small_district: Store, signed_in_as: SignIn
) -> None:
    soon = a_clearance(expires=date(2026, 12, 10))
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(clearances=(soon,)),))
    visitor = signed_in_as(COORDINATOR)
    for _ in range(2):
        visitor.send("/clearances/renew", {"who": reference_of(VOLUNTEER)}, on="/clearances")
    with small_district.read() as work:
        rows = work.outbox.of_subjects(("clearance",))
    assert [(row.purpose, row.recipient) for row in rows] == [("renew_clearance", VOLUNTEER)]
    assert "just now" in main_text(visitor.page("/clearances"))


@pytest.mark.usefixtures("small_district")
def test_school_has_its_note_and_closures_changed_and_put_back(signed_in_as: SignIn) -> None:
    visitor, maple = signed_in_as(COORDINATOR), "/schools/maple"
    visitor.send(f"{maple}/contact", {"phone": "1", "arrival_note": "Blue door."}, on=maple)
    assert "Blue door." in main_text(visitor.page(maple))
    fields = {"name": "Fair", "first": "2026-12-07", "last": "2026-12-09"}
    visitor.send(f"{maple}/closures", fields, on=maple)
    said = main_text(visitor.page(maple))
    assert "Fair: 7–9 December" in said
    assert "1 visit lies on these days." in said
    visitor.send(f"{maple}/closures/remove", fields, on=maple)
    assert "No closed days are known." in main_text(visitor.page(maple))


def test_snow_day_is_two_taps_from_today_and_can_be_taken_back(
    small_district: Store, signed_in_as: SignIn, clock: StoppedClock
) -> None:
    clock.now = NOW + timedelta(days=16)
    visitor = signed_in_as(COORDINATOR)
    links = [a.get("href") or "" for a in visitor.page("/today").iter("a")]
    assert "/closing" in links
    page = f"/closing?day={DAY.isoformat()}"
    said = main_text(visitor.page(page))
    assert "Close every school on Tuesday 8 December 2026" in said
    assert "1 visit is called off" in said
    assert "2 people are told at once" in said
    fields = {"scope": "", "day": DAY.isoformat(), "name": "Snow", "afterwards": "new_time"}
    assert visitor.send("/closing", fields, on=page).location == "/today"
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid).state is VisitState.CANCELLED  # type: ignore[union-attr]
    assert "Snow" in main_text(signed_in_as(OFFICE).page(f"/day?day={DAY.isoformat()}"))
    today = visitor.page("/today")
    (undo,) = (f for f in today.iter("form") if "/undo" in (f.get("action") or ""))
    visitor.send(undo.get("action") or "", on="/today")
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid).state is VisitState.INVITED  # type: ignore[union-attr]
    assert visitor.send("/closing", {"day": "nonsense"}, on=page).status_code == 400


@pytest.mark.usefixtures("small_district")
def test_closing_is_for_coordinators(signed_in_as: SignIn) -> None:
    assert signed_in_as(VIEWER).get("/closing").status_code == 404


@pytest.mark.usefixtures("small_district")
def test_office_sees_its_own_school_alone(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(OFFICE)
    assert visitor.get("/").location == "/day"
    said = main_text(visitor.page(f"/day?day={DAY.isoformat()}"))
    assert "Amara Okafor" in said
    assert VOLUNTEER not in said
    assert visitor.get("/day?school=birch").status_code == 404
    for path in ("/volunteers", "/schools/maple", "/people", "/today"):
        assert visitor.get(path).status_code == 404


@pytest.mark.usefixtures("small_district")
def test_account_is_made_renamed_and_merged(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    fields = {"name": "Lena Fischer", "email": "lena@old.example", "role": "teacher"}
    made = visitor.send("/people", fields, on="/people")
    assert made.status_code == 303
    assert "Is this person here twice?" in main_text(visitor.page(PERSON))
    taken = visitor.send(f"{PERSON}/address", {"email": "lena@old.example"}, on=PERSON)
    assert taken.status_code == 422
    choose = f"{PERSON}/merge?text=lena%40old.example"
    assert "lena@old.example" in main_text(visitor.page(choose))
    other = {"other": reference_of("lena@old.example")}
    visitor.send(f"{PERSON}/merge", other, on=choose)
    assert visitor.get(made.location or "").status_code == 404
    changed = visitor.send(f"{PERSON}/address", {"email": "lena@new.example"}, on=PERSON)
    assert "lena@new.example" in main_text(visitor.page(changed.location or ""))


@pytest.mark.usefixtures("small_district")
def test_last_coordinator_is_told_why_nothing_happens(signed_in_as: SignIn) -> None:
    visitor, own = signed_in_as(COORDINATOR), f"/people/{reference_of(COORDINATOR)}"
    visitor.send(f"{own}/roles/take", {"role": "coordinator"}, on=own)
    assert "Nobody else coordinates." in main_text(visitor.page(own))
    visitor.send(f"{own}/leave", on=own)
    visitor.page(own)


@pytest.mark.usefixtures("small_district")
def test_volunteer_leaves_and_comes_back(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.send(f"{AMARA}/leave", {"reason": "Moved away"}, on=AMARA)
    assert "No longer active." in main_text(visitor.page(AMARA))
    visitor.send(f"{AMARA}/come-back", on=AMARA)
    assert "No longer active." not in main_text(visitor.page(AMARA))


@pytest.mark.usefixtures("small_district")
def test_contact_of_an_organization_reads_its_page_alone(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    fields = {"visits_per_term": "4", "address": "1 Main Street"}
    visitor.send("/organizations/robots", fields, on="/organizations/robots")
    amara = {"contact_name": "Amara", "contact_email": VOLUNTEER, "contact_phone": "555 0100"}
    visitor.send("/organizations/robots/contacts", amara, on="/organizations/robots")
    assert "555 0100" in main_text(visitor.page("/organizations/robots"))
    assert "3 to go" in main_text(visitor.page("/organizations"))
    contact = signed_in_as(VOLUNTEER)
    said = main_text(contact.page("/organizations/robots"))
    assert ("1 Main Street" in said, "555 0100" in said) == (True, False)
    assert signed_in_as(OTHER_VOLUNTEER).get("/organizations/robots").status_code == 404
    assert contact.get("/organizations").status_code == 404


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("email", "words", "found"),
    [
        (COORDINATOR, "amar oka", ["Amara Okafor", "Robots around us"]),
        (COORDINATOR, "AMARA@robots.example", ["Amara Okafor", "Robots around us"]),
        (COORDINATOR, "amara@robots", []),
        (COORDINATOR, "mapl 5a", ["5A"]),
        (TEACHER, "amara", ["Amara Okafor", "Robots around us"]),
        (TEACHER, "bridges", []),
        (OTHER_TEACHER, "amara", []),
        (OTHER_TEACHER, "bridges", ["How bridges stand"]),
        (VOLUNTEER, "robots", ["Robots around us"]),
        (OTHER_VOLUNTEER, "robots", []),
        (OFFICE, "2026-12-08", ["Robots around us"]),
    ],
)
def test_search_finds_what_the_asker_may_see(
    signed_in_as: SignIn, email: str, words: str, found: list[str]
) -> None:
    page = signed_in_as(email).page(f"/search?q={words.replace('@', '%40')}")
    names = [text_of(each) for each in page.findall(".//ul[@class='visits']//bdi")]
    assert names == found


def test_search_folds_accents(small_district: Store, signed_in_as: SignIn) -> None:
    with small_district.write() as work:
        work.people.put((replace(work.people.many((TEACHER,))[TEACHER], name="Zoé Ñuñez"),))
    page = signed_in_as(COORDINATOR).page("/search?q=zoe+nun")
    assert "Zoé Ñuñez" in main_text(page)


@pytest.mark.parametrize(
    ("page", "path", "fields", "kept"),
    [
        ("/schools/maple", "/schools/maple/contact", {"phone": "555 0100"}, "555 0100"),
        (PERSON, f"{PERSON}/schools", {"schools": ["maple"]}, 'value="maple" selected'),
    ],
)
def test_second_of_two_forms_is_told_who_was_faster_and_keeps_its_words(
    small_district: Store,
    signed_in_as: SignIn,
    clock: StoppedClock,
    page: str,
    path: str,
    fields: Mapping[str, object],
    kept: str,
) -> None:
    with small_district.write() as work:
        work.people.put((replace(a_person(RoleName.COORDINATOR), email=SAM, name="Sam Roy"),))
    carla, sam = signed_in_as(COORDINATOR), signed_in_as(SAM)
    seen = version_on(carla.page(page), path)
    other = {"phone": "555 0199", "schools": []}
    assert sam.send(path, {**other, "version": seen}, on=page).status_code == 303
    clock.now += timedelta(minutes=2)
    answer = carla.send(path, {**fields, "version": seen}, on=page)
    assert answer.status_code == 409
    shown = parsed(answer.text)
    assert "Sam Roy changed this 2 minutes ago. Nothing was changed." in text_of(shown)
    assert kept in answer.text
    again = carla.send(path, {**fields, "version": version_on(shown, path)}, on=page)
    assert again.status_code == 303


@pytest.mark.usefixtures("small_district")
def test_clearance_of_a_list_that_changed_is_left_alone(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    seen = version_on(visitor.page(AMARA), f"{AMARA}/clearances/withdraw")
    fields = {"kind": "First aid", "state": "pending"}
    visitor.send(f"{AMARA}/clearances", fields, on=AMARA)
    visitor.send(f"{AMARA}/clearances/withdraw", {"place": 0, "version": seen}, on=AMARA)
    told = main_text(visitor.page(AMARA))
    assert "Nothing was changed." in told
    assert "Withdrawn" not in told
