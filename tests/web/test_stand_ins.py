"""Stepping in from a mail, through the page; and the searches as a coordinator sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler import gazetteer
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.stand_ins import Rules
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState
from scheduler.services.access import Actor
from scheduler.services.ports import PostStore, Store
from scheduler.services.records import OutboxState, Outcome
from scheduler.services.stand_in_rounds import advance_stand_ins
from scheduler.services.tokens import stand_in_token
from scheduler.services.visits import answer, move, release_due
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_visit, a_volunteer
from tests.small_district import VIEWER
from tests.web.conftest import SECRET_KEY, Visitor, main_text, parsed, version_on

SignedInAs = Callable[[str], Visitor]
UID = a_visit().uid
BRUNO, CHLOE = "bruno@robots.example", "chloe@robots.example"
SAM = "sam@schools.example"


@pytest.fixture
def looking(small_district: Store) -> Store:
    """A confirmed visit that Amara dropped out of; Bruno and Chloé were asked."""
    with small_district.write() as work:
        work.volunteers.put(
            a_volunteer(email=email, name=name)
            for email, name in ((BRUNO, "Bruno Silva"), (CHLOE, "Chloé Roy"))
        )
        yes = (Booking(VOLUNTEER, Partstat.ACCEPTED),)
        work.visits.save((a_visit(state=VisitState.CONFIRMED, bookings=yes),))
    amara = Actor(VOLUNTEER, "Amara Okafor")
    answer(small_district, (UID,), email=VOLUNTEER, says_yes=False, actor=amara, now=NOW)
    advance_stand_ins(small_district, now=NOW, gazetteer=gazetteer)
    return small_district


def link(email: str) -> str:
    return f"/s/{stand_in_token(f'{UID}:1', email, key=SECRET_KEY)}"


def the_visit(store: Store) -> Visit:
    with store.read() as work:
        visit = work.visits.get(UID)
    assert visit is not None
    return visit


def test_opening_the_link_changes_nothing(looking: Store, client: Visitor) -> None:
    before = the_visit(looking)
    for _ in range(3):
        said = main_text(client.page(link(BRUNO)))
        client.head(link(BRUNO))
    assert "Can you step in?" in said
    assert "The first yes has the place." in said
    assert the_visit(looking) == before


def test_first_yes_comes_and_the_other_reads_that_somebody_was_found(
    looking: Store, client: Visitor
) -> None:
    sent = client.send(link(CHLOE), {"answer": "yes"})
    assert (sent.status_code, sent.location) == (303, link(CHLOE))
    assert "Thank you for stepping in!" in main_text(client.page(link(CHLOE)))
    assert the_visit(looking).volunteers == (CHLOE,)
    late = client.get(link(BRUNO))
    assert late.status_code == 410
    assert "Somebody was found already" in late.text
    # Where to go and whom to ring is for those who come.
    assert "Ring at the front door" not in late.text


def test_yes_that_comes_too_late_says_so(looking: Store, client: Visitor) -> None:
    page = client.get(link(BRUNO)).text
    client.send(link(CHLOE), {"answer": "yes"})
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = client.post(link(BRUNO), data={"answer": "yes", "csrf_token": token})
    assert sent.status_code == 303
    assert "Somebody else was faster" in client.get(link(BRUNO)).text
    assert the_visit(looking).volunteers == (CHLOE,)


def test_no_is_thanked_for_and_may_be_taken_back(looking: Store, client: Visitor) -> None:
    client.send(link(BRUNO), {"answer": "no"})
    assert "Yes, I can come after all" in main_text(client.page(link(BRUNO)))
    client.send(link(BRUNO), {"answer": "yes"})
    assert the_visit(looking).volunteers == (BRUNO,)


@pytest.mark.parametrize("token", ["", "x", "eA.eA", "é" * 300])
def test_made_up_link_is_nobodys(looking: Store, client: Visitor, token: str) -> None:
    assert client.get(f"/s/{token}").status_code == 404


def test_coordinator_sees_who_was_asked_and_stops_it(
    looking: Store, signed_in_as: SignedInAs
) -> None:
    carla = signed_in_as(COORDINATOR)
    said = main_text(carla.page("/stand-ins"))
    for words in ("Amara Okafor is not coming.", "Bruno Silva: asked", "Chloé Roy: asked"):
        assert words in said
    assert carla.send(f"/stand-ins/{UID}:1/stop", {}, on="/stand-ins").status_code == 303
    said = main_text(carla.page("/stand-ins"))
    for words in ("A coordinator looks for somebody, until", "no answer is needed any more"):
        assert words in said
    assert "1 visit that looks for a stand-in" in main_text(carla.page("/today"))
    assert "Nobody is needed any more" in carla.get(link(BRUNO)).text


def test_search_stands_on_the_visits_page_and_on_today(
    looking: Store, signed_in_as: SignedInAs
) -> None:
    carla = signed_in_as(COORDINATOR)
    page = main_text(carla.page(f"/visits/{UID}"))
    for words in ("Amara Okafor is not coming.", "Bruno Silva: asked on", "has until"):
        assert words in page
    today = main_text(carla.page("/today"))
    assert "1 visit that looks for a stand-in" in today
    assert "is not coming" not in signed_in_as(TEACHER).get(f"/visits/{UID}").text


def test_coordinator_asks_further_and_stops_from_the_visits_page(
    looking: Store, signed_in_as: SignedInAs
) -> None:
    carla, page = signed_in_as(COORDINATOR), f"/visits/{UID}"
    with looking.write() as work:
        work.volunteers.put((a_volunteer(email="dora@robots.example", name="Dora Lind"),))
    sent = carla.send(f"/stand-ins/{UID}:1/more", {"back": UID}, on=page)
    assert (sent.status_code, sent.location) == (303, page)
    advance_stand_ins(looking, now=NOW, gazetteer=gazetteer)
    assert "Dora Lind: asked on" in main_text(carla.page(page))
    assert carla.send(f"/stand-ins/{UID}:1/stop", {"back": UID}, on=page).location == page
    said = main_text(carla.page(page))
    assert ("A coordinator looks for somebody, until" in said, "Stop asking" in said) == (
        True,
        False,
    )
    assert carla.send(f"/stand-ins/{UID}:1/more", {}, on="/stand-ins").status_code == 303
    assert carla.send("/stand-ins/nobody:1/more", {}, on="/stand-ins").status_code == 404
    viewer = signed_in_as(VIEWER).post(f"/stand-ins/{UID}:1/more")
    assert viewer.status_code in (400, 403, 404)


def test_coordinator_enters_who_said_yes_by_telephone(
    looking: Store, signed_in_as: SignedInAs
) -> None:
    carla, page, path = signed_in_as(COORDINATOR), f"/visits/{UID}", f"/stand-ins/{UID}:1/found"
    sent = carla.send(f"/stand-ins/{UID}:1/stop", {}, on="/stand-ins")
    assert sent.location == page
    for email, words in (
        ("nobody@robots.example", "No volunteer has this address."),
        (" Chloe@robots.example ", "The stand-in is entered."),
    ):
        sent = carla.send(path, {"email": email, "back": UID}, on=page)
        assert (sent.status_code, sent.location) == (303, page)
        assert words in main_text(carla.page(page))
    assert the_visit(looking).volunteers == (CHLOE,)
    assert "Enter their yes" not in carla.get(page).text
    late = carla.send(path, {"email": BRUNO, "back": UID}, on="/stand-ins")
    assert (late.status_code, the_visit(looking).volunteers) == (303, (CHLOE,))
    assert "The place is taken" in main_text(carla.page(page))
    assert carla.send("/stand-ins/none/found", {"email": BRUNO}, on="/stand-ins").status_code == 404
    assert signed_in_as(VIEWER).post(path, data={"email": BRUNO}).status_code in (400, 403)


def test_link_marks_what_was_moved_since_the_mail(looking: PostStore, client: Visitor) -> None:
    with looking.write() as work:
        rows = work.outbox.claim(now=NOW + timedelta(hours=8), until=NOW, limit=99)
    looking.settle(Outcome(row.key, row.attempts, OutboxState.SENT, NOW) for row in rows)
    assert "has changed" not in main_text(client.page(link(BRUNO)))
    hour = timedelta(hours=1)
    carla = Actor(COORDINATOR, "Carla Diaz", is_coordinator=True)
    start = a_visit().period.start + timedelta(days=2)
    move(looking, UID, start=start, actor=carla, now=NOW + hour, gazetteer=gazetteer)
    release_due(looking, now=NOW + 2 * hour)
    said = main_text(client.page(link(BRUNO)))
    assert "The time has changed. Your e-mail said Tuesday 8 December" in said


def test_rules_are_kept_and_wrong_ones_are_named(looking: Store, signed_in_as: SignedInAs) -> None:
    carla = signed_in_as(COORDINATOR)
    wrong = carla.send("/stand-ins/rules", {"at_a_time": "0"}, on="/stand-ins")
    assert (wrong.status_code, "Pick a number from 1 to 10" in wrong.text) == (422, True)
    kept = {"at_a_time": "5", "plan_b": "A film"}
    assert carla.send("/stand-ins/rules", kept, on="/stand-ins").status_code == 303
    with looking.read() as work:
        rules = work.stand_ins.rules()
    assert (rules.at_a_time, rules.plan_b) == (5, "A film")


def test_second_of_two_who_change_the_rules_is_told_and_keeps_what_they_wrote(
    looking: Store, signed_in_as: SignedInAs
) -> None:
    with looking.write() as work:
        work.people.put((Person(SAM, "Sam Roy", (Role(RoleName.COORDINATOR),)),))
    carla, sam = signed_in_as(COORDINATOR), signed_in_as(SAM)
    path = "/stand-ins/rules"
    seen = version_on(carla.page("/stand-ins"), path)
    his = {"at_a_time": "5", "plan_b": "A film", "version": seen}
    assert sam.send(path, his, on="/stand-ins").status_code == 303
    hers = {"at_a_time": "2", "plan_b": "A quiz", "version": seen}
    answer = carla.send(path, hers, on="/stand-ins")
    assert answer.status_code == 409
    for words in ("Sam Roy changed this", "A quiz", 'value="2"'):
        assert words in answer.text
    with looking.read() as work:
        assert work.stand_ins.rules() == Rules(5, "A film")
    again = hers | {"version": version_on(parsed(answer.text), path)}
    assert carla.send(path, again, on="/stand-ins").status_code == 303
    with looking.read() as work:
        assert work.stand_ins.rules() == Rules(2, "A quiz")


def test_viewer_reads_and_others_do_not(looking: Store, signed_in_as: SignedInAs) -> None:
    viewer = signed_in_as(VIEWER)
    assert "Stop asking" not in viewer.get("/stand-ins").text
    stop = f"/stand-ins/{UID}:1/stop"
    assert viewer.post(stop).status_code in (400, 403)
    assert signed_in_as(TEACHER).get("/stand-ins").status_code in (403, 404)


def test_searches_can_be_taken_along(looking: Store, signed_in_as: SignedInAs) -> None:
    assert looking
    (line,) = signed_in_as(VIEWER).get("/stand-ins.csv").text.splitlines()[1:]
    assert line.startswith('"Robots around us","Maple School","2026-12-08 10:40","Amara Okafor",')
    assert '"Bruno Silva and Chloé Roy"' in line
