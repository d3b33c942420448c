"""Ended links: every door says so and shows nothing, and a new way in goes to its person alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler import gazetteer
from scheduler.domain.people import reference_of
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.services.access import Actor
from scheduler.services.announcements import SIGN_IN
from scheduler.services.own_links import ENDING_DOOR, MAIL_DOOR, WEEK_DOOR
from scheduler.services.ports import Store
from scheduler.services.stand_in_rounds import advance_stand_ins
from scheduler.services.tokens import (
    answer_token,
    door_token,
    feedback_token,
    stand_in_token,
    token_hash,
)
from scheduler.services.visits import answer
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_visit, a_volunteer
from tests.small_district import VIEWER
from tests.web.conftest import SECRET_KEY, Visitor, csrf_token, main_text, parsed

SignIn = Callable[[str], Visitor]
UID, BRUNO = a_visit().uid, "bruno@robots.example"
ANSWER = answer_token(UID, VOLUNTEER, key=SECRET_KEY)
CHOICES = door_token(MAIL_DOOR, VOLUNTEER, key=SECRET_KEY)
WEEK = door_token(WEEK_DOOR, VOLUNTEER, key=SECRET_KEY)
QUESTION = f"/f/{feedback_token(UID, TEACHER, key=SECRET_KEY)}"
STAND_IN = f"/s/{stand_in_token(f'{UID}:1', BRUNO, key=SECRET_KEY)}"
DOORS = (
    (f"/r/{ANSWER}", VOLUNTEER),
    (f"/r/{ANSWER}/times", VOLUNTEER),
    (f"/r/{ANSWER}/visit.ics", VOLUNTEER),
    (f"/v/{ANSWER}", VOLUNTEER),
    (f"/v/{ANSWER}/cant", VOLUNTEER),
    (f"/m/{CHOICES}", VOLUNTEER),
    (f"/keep/{WEEK}", VOLUNTEER),
    (QUESTION, TEACHER),
    (STAND_IN, BRUNO),
)
POSTED = {"answer": "no", "happened": "yes", "starts": "", "List-Unsubscribe": "One-Click"}


@pytest.fixture
def visit(small_district: Store) -> Store:
    """Return the store with every door of the visit open; Bruno is asked to step in for Amara."""
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(email=BRUNO, name="Bruno Silva"),))
        yes = (Booking(VOLUNTEER, Partstat.ACCEPTED),)
        work.visits.save((a_visit(state=VisitState.CONFIRMED, bookings=yes),))
        for purpose, token in ((MAIL_DOOR, CHOICES), (WEEK_DOOR, WEEK)):
            work.mail_doors.open(purpose, {token_hash(token): VOLUNTEER})
    amara = Actor(VOLUNTEER, "Amara Okafor")
    answer(small_district, (UID,), email=VOLUNTEER, says_yes=False, actor=amara, now=NOW)
    advance_stand_ins(small_district, now=NOW, gazetteer=gazetteer)
    return small_district


def end_links(store: Store, *emails: str) -> None:
    with store.write() as work:
        for email in emails:
            work.people.end_links(email)


def asked_for_links(store: Store) -> list[str]:
    """Return whom a link to sign in was written to."""
    with store.read() as work:
        rows = work.outbox.of_subjects(("sign-in",))
    return [row.recipient for row in rows if row.purpose == SIGN_IN]


@pytest.mark.parametrize("ended", [VOLUNTEER, TEACHER, BRUNO])
def test_every_door_of_whoever_ended_them_and_no_other_says_so(
    visit: Store, client: Visitor, ended: str
) -> None:
    before = {path: client.get(path).status_code for path, _ in DOORS}
    assert 404 not in before.values()
    end_links(visit, ended)
    for path, email in DOORS:
        shown = client.get(path)
        if email != ended:
            assert shown.status_code == before[path]
            continue
        assert shown.status_code == 410
        said = main_text(parsed(shown.text))
        assert said == "This link has endedWe can send you a new one. Send me a new link"


def test_form_of_an_ended_link_changes_nothing(
    visit: Store, client: Visitor, contents: Callable[[], str]
) -> None:
    end_links(visit, VOLUNTEER, TEACHER, BRUNO)
    token = csrf_token(client.get(STAND_IN).text)
    before = contents()
    for path, _ in DOORS:
        sent = client.post(path, data={**POSTED, "csrf_token": token})
        assert sent.status_code in (405, 410), path
    assert contents() == before


def test_mail_program_still_ends_reminders(visit: Store, client: Visitor) -> None:
    secret = door_token(ENDING_DOOR, VOLUNTEER, key=SECRET_KEY)
    with visit.write() as work:
        work.mail_doors.open(ENDING_DOOR, {token_hash(secret): VOLUNTEER})
    end_links(visit, VOLUNTEER)
    ending, one_click = f"/m/{secret}/reminder", {"List-Unsubscribe": "One-Click"}
    assert "End these e-mails?" in main_text(client.page(ending))
    assert client.post(ending, data=one_click).status_code == 200
    assert "These e-mails have ended" in main_text(client.page(ending))


@pytest.mark.parametrize(
    ("path", "email"), [each for each in DOORS if each[0].count("/") == 2], ids=lambda each: each
)
def test_new_way_in_goes_to_the_person_and_the_page_names_nobody(
    visit: Store, client: Visitor, path: str, email: str
) -> None:
    end_links(visit, email)
    page = client.get(path).text
    (form,) = (each for each in parsed(page).iter("form") if "again" in each.get("action", ""))
    sent = client.post(form.get("action", ""), data={"csrf_token": csrf_token(page)})
    assert sent.status_code == 303
    shown = client.get(sent.location)
    assert shown.status_code == 410
    assert "A new link is on its way to your e-mail address." in shown.text
    assert email not in shown.text
    assert asked_for_links(visit) == [email]


@pytest.mark.parametrize("path", [STAND_IN, f"/m/{CHOICES}", "/keep/nobodys", "/x/nobodys"])
def test_link_that_opens_or_is_nobodys_sends_no_new_one(
    visit: Store, client: Visitor, path: str
) -> None:
    token = csrf_token(client.get(STAND_IN).text)
    client.post(f"/links{path}/again", data={"csrf_token": token})
    assert asked_for_links(visit) == []


@pytest.mark.parametrize(
    ("email", "page"), [(VOLUNTEER, "/profile"), (TEACHER, "/mail-choices")], ids=["guest", "host"]
)
def test_own_links_end_by_one_button(
    visit: Store, client: Visitor, signed_in_as: SignIn, email: str, page: str
) -> None:
    own = signed_in_as(email)
    assert "This cannot be undone; your next e-mail brings new ones." in main_text(own.page(page))
    sent = own.send("/profile/links/end", on=page)
    assert (sent.status_code, sent.location) == (303, f"{page}#links")
    assert "All links sent so far have ended." in main_text(own.page(page))
    assert {path: client.get(path).status_code for path, whose in DOORS if whose == email} == {
        path: 410 for path, whose in DOORS if whose == email
    }


def test_own_visits_open_by_links_of_the_new_generation(visit: Store, signed_in_as: SignIn) -> None:
    with visit.write() as work:
        work.visits.save((a_visit(),))
    end_links(visit, VOLUNTEER)
    amara = signed_in_as(VOLUNTEER)
    new = answer_token(UID, VOLUNTEER, key=SECRET_KEY, generation=1)
    assert f"/r/{new}" in amara.get("/visits").text
    assert main_text(amara.page(f"/r/{new}"))


def test_coordinator_ends_links_on_the_telephone_and_a_viewer_does_not(
    visit: Store, client: Visitor, signed_in_as: SignIn
) -> None:
    page, action = f"/people/{reference_of(VOLUNTEER)}", "links/end"
    vera, carla = signed_in_as(VIEWER), signed_in_as(COORDINATOR)
    assert action not in vera.get(page).text
    assert vera.send(f"{page}/{action}", on="/mail-choices").status_code in (403, 404)
    assert client.get(DOORS[0][0]).status_code == 200
    sent = carla.send(f"{page}/{action}", on=page)
    assert (sent.status_code, sent.location) == (303, page)
    assert "All links sent to Amara Okafor so far have ended." in main_text(carla.page(page))
    assert client.get(DOORS[0][0]).status_code == 410
    assert "Carla Diaz ended links in e-mails" in main_text(carla.page("/activity?topic=people"))
