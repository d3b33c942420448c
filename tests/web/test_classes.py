"""A teacher's classes on the page, and one of them changing hands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_classroom, a_person, a_school, a_visit
from tests.small_district import OTHER_TEACHER
from tests.web.conftest import Visitor, main_text

SignIn = Callable[[str], Visitor]
OFFER = "/classes/maple-5a/hand-over"


def offer(visitor: Visitor, store: Store) -> str:
    sent = visitor.send(OFFER, {"colleague": reference_of(OTHER_TEACHER)})
    assert (sent.status_code, sent.location) == (303, "/classes")
    with store.read() as work:
        (made,) = work.handovers.open_ones(TEACHER)
    return f"/classes/offers/{made.key}"


def test_class_is_offered_and_taken_over(small_district: Store, signed_in_as: SignIn) -> None:
    giver, taker = signed_in_as(TEACHER), signed_in_as(OTHER_TEACHER)
    assert "Omar Haddad" in main_text(giver.page(OFFER))
    page = offer(giver, small_district)
    assert "You offered it to Omar Haddad." in main_text(giver.page("/classes"))
    assert "Lena Fischer would like to hand class 5A over" in main_text(taker.page("/classes"))
    said = main_text(taker.page(page))
    assert "1 request would go along." in said
    assert "Tuesday 8 December, 10:40–11:30" in said
    assert taker.send(f"{page}/accept", on=page).status_code == 303
    assert "5A" in main_text(taker.page("/classes"))
    assert taker.get("/requests/robots").status_code == 200
    assert giver.get("/requests/robots").status_code == 404
    assert "was handed over" in main_text(giver.page(page))


@pytest.mark.usefixtures("small_district")
def test_classes_can_be_taken_along(signed_in_as: SignIn) -> None:
    file = signed_in_as(TEACHER).get("/classes.csv").text
    assert file.splitlines()[1:] == ['"Maple School","5A","Science","24","2","1"']
    assert signed_in_as(VOLUNTEER).get("/classes.csv").status_code == 404


def test_no_and_taking_back(small_district: Store, signed_in_as: SignIn) -> None:
    giver, taker = signed_in_as(TEACHER), signed_in_as(OTHER_TEACHER)
    page = offer(giver, small_district)
    assert taker.send(f"{page}/decline", on=page).status_code == 303
    assert "stays where it is" in main_text(giver.page(page))
    assert taker.send(f"{page}/accept", on="/classes").status_code == 409
    second = offer(giver, small_district)
    assert giver.send(f"{second}/take-back", on=second).status_code == 303
    assert "This offer was taken back" in main_text(taker.page(second))


def test_taker_who_is_busy_then_is_told_why_not(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.visits.add(
            (
                a_visit(
                    uid="his",
                    request="bridges",
                    bookings=(),
                    hosts=(f"teacher:{OTHER_TEACHER}",),
                    room="",
                ),
            )
        )
    page = offer(signed_in_as(TEACHER), small_district)
    answer = signed_in_as(OTHER_TEACHER).send(f"{page}/accept", on=page)
    assert answer.status_code == 409
    assert "You have a visit of your own at the same time." in answer.text


@pytest.mark.usefixtures("small_district")
def test_colleague_has_to_be_picked_from_the_list(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    for colleague in ("", "nobody", reference_of(VOLUNTEER)):
        assert visitor.send(OFFER, {"colleague": colleague}).status_code == 422


def test_strangers_see_neither_class_nor_offer(small_district: Store, signed_in_as: SignIn) -> None:
    with small_district.write() as work:
        work.people.put((a_person(email="third@schools.example", name="Third"),))
    page = offer(signed_in_as(TEACHER), small_district)
    for email in ("third@schools.example", COORDINATOR, VOLUNTEER):
        visitor = signed_in_as(email)
        assert visitor.get(OFFER).status_code == 404
        assert visitor.get(page).status_code == 404
        for deed in ("accept", "decline", "take-back"):
            assert visitor.send(f"{page}/{deed}", on="/calendars").status_code == 404
    assert signed_in_as(OTHER_TEACHER).send(f"{page}/take-back", on=page).status_code == 404
    assert signed_in_as(TEACHER).send(f"{page}/accept", on=page).status_code == 404


def test_classes_of_several_schools_are_told_apart(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.districts.put_schools((a_school(key="birch", name="Birch School"),))
        work.people.put((a_person(schools=("maple", "birch")),))
        work.districts.put_classes((a_classroom(key="birch-5a", school="birch"),))
    visitor = signed_in_as(TEACHER)
    said = main_text(visitor.page("/classes"))
    assert said.index("Birch School") < said.index("Maple School")
    assert "Birch School, 24 students" in main_text(visitor.page("/requests/new"))


def test_teacher_without_classes_is_told_so_and_picks_a_school(
    small_district: Store, signed_in_as: SignIn
) -> None:
    new = a_person(email="new@schools.example", name="New Teacher", schools=("maple", "birch"))
    with small_district.write() as work:
        work.districts.put_schools((a_school(key="birch", name="Birch School"),))
        work.people.put((new,))
    visitor = signed_in_as(new.email)
    assert "We know no class of yours yet" in main_text(visitor.page("/classes"))
    assert "Which school?" in main_text(visitor.page("/requests/new"))
    sent = visitor.send(
        "/requests/new",
        {
            "title": "Robots",
            "topic": "robotics",
            "school": "birch",
            "other_day": "2026-12-08",
            "other_start": "09:00",
            "other_end": "10:00",
            "format": "either",
            "kind": "talk",
            "speakers": "1",
            "sessions": "1",
            "every_days": "7",
        },
    )
    assert sent.status_code == 303
    with small_district.read() as work:
        (made,) = work.requests.of_teacher(new.email).values()
    assert made.school == "birch"


@pytest.mark.usefixtures("small_district")
def test_lists_are_taken_along_as_tables(signed_in_as: SignIn) -> None:
    own = signed_in_as(TEACHER).get("/requests.csv?state=running")
    assert own.mimetype == "text/csv"
    assert '"Robots around us"' in own.text
    assert '"Tue 8 December, 10:40–11:30 (P3)"' in own.text
    assert "Robots" not in signed_in_as(TEACHER).get("/requests.csv?state=over").text
    everybodys = signed_in_as(COORDINATOR).get("/all-requests.csv?text=bridges").text
    assert '"How bridges stand"' in everybodys
    assert "Robots" not in everybodys
    assert signed_in_as(TEACHER).get("/all-requests.csv").status_code == 404
