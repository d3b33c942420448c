"""A volunteer's visits on the page: anchors for calendars, the way to the answer, no dead ends."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.builders import NOW, VOLUNTEER, a_request, a_visit, period
from tests.small_district import OTHER_VOLUNTEER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text, text_of


def test_invitation_leads_to_its_answer(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert small_district
    page = signed_in_as(VOLUNTEER).page("/visits")
    links = {a.get("aria-label"): a.get("href") for a in page.iter("a")}
    address = f"/r/{answer_token(a_visit().uid, VOLUNTEER, key=SECRET_KEY)}"
    assert links["See it first: Robots around us, Tuesday 8 December"] == address


def test_visit_carries_the_anchor_that_calendars_point_at(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert small_district
    page = signed_in_as(VOLUNTEER).page("/visits")
    assert "Robots around us" in text_of(page.find(f".//*[@id='{a_visit().uid}']"))


def test_series_is_answered_once(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="weeks", sessions=2, state=RequestState.BOOKED),))
        work.visits.add(
            a_visit(uid=day, request="weeks", period=period(f"2026-12-{day} 13:30-14:20"))
            for day in ("09", "16")
        )
    page = signed_in_as(VOLUNTEER).page("/visits")
    answers = [a for a in page.iter("a") if text_of(a) == "See it first"]
    assert (len(answers), main_text(page).count("counts for this day too")) == (2, 1)


def test_calendar_of_ones_own_that_cannot_be_read_is_told(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    told = "One of your own calendars is out of date."
    volunteer = signed_in_as(VOLUNTEER)
    assert told not in main_text(volunteer.page("/visits"))
    with small_district.write() as work:
        work.busy_calendars.add(
            BusyCalendar(
                key="one",
                owner=VOLUNTEER,
                added_at=NOW,
                busy=(),
                known_until=NOW.date(),
                read_at=NOW,
                address="https://calendar.example/amara.ics",
                problem="The site did not answer.",
            )
        )
    assert told in main_text(volunteer.page("/visits"))


def test_nobody_elses_visits_are_shown(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert small_district
    said = main_text(signed_in_as(OTHER_VOLUNTEER).page("/visits"))
    assert "No visits yet" in said
    assert "Robots" not in said


def test_yes_and_no_are_said_on_the_page(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    amara = signed_in_as(VOLUNTEER)
    path = f"/visits/{a_visit().uid}/answer"
    assert amara.send(path, {"answer": "yes"}, on="/visits").status_code == 303
    assert state(small_district) == (VisitState.CONFIRMED, "")
    amara.send(path, {"answer": "no", "reason": "too_far", "words": "by bus"}, on="/visits")
    # The visit stays open while stand-ins are asked.
    assert state(small_district) == (VisitState.INVITED, "It is too far: by bus")


def test_nobody_answers_for_somebody_else(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    path = f"/visits/{a_visit().uid}/answer"
    answer = signed_in_as(OTHER_VOLUNTEER).send(path, {"answer": "yes"}, on="/visits")
    assert answer.status_code == 404
    assert state(small_district) == (VisitState.INVITED, "")


def test_answer_that_is_too_late_changes_nothing(
    small_district: Store, clock: StoppedClock, signed_in_as: Callable[[str], Visitor]
) -> None:
    amara = signed_in_as(VOLUNTEER)
    clock.now = a_visit().period.start
    path = f"/visits/{a_visit().uid}/answer"
    amara.send(path, {"answer": "yes"}, on="/visits")
    assert "It is too late to answer here." in main_text(amara.page("/visits"))
    assert state(small_district) == (VisitState.INVITED, "")


def test_visits_can_be_taken_along(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert small_district
    lines = signed_in_as(VOLUNTEER).get("/visits.csv").text.splitlines()
    said = '"2026-12-08","10:40","50","Maple School","5A","Robots around us","Waiting for a yes"'
    assert lines[1:] == [said]


def state(store: Store) -> tuple[VisitState, str]:
    with store.read() as work:
        visit = work.visits.get(a_visit().uid)
    assert visit is not None
    return visit.state, visit.booking_of(VOLUNTEER).reason
