"""Booking by hand on the page, and setting a soft rule aside with a written reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.volunteers import Limits
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import (
    COORDINATOR,
    DAY,
    TEACHER,
    VOLUNTEER,
    a_proposal,
    a_volunteer,
    period,
)
from tests.web.conftest import Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
LATER = DAY + timedelta(days=7)
PAGE = "/requests/bridges/book"
START = period(f"{LATER} 10:40-11:30").start.isoformat()
OTHER = "ben@robots.example"


def booked(store: Store) -> list[tuple[str, ...]]:
    """Return who was booked for the request, visit by visit."""
    with store.read() as work:
        return [visit.volunteers for visit in work.visits.of_requests(("bridges",))]


def test_best_person_is_booked_with_one_button(asked: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert "Book Amara Okafor" in main_text(visitor.page(PAGE))
    answer = visitor.send(PAGE, {"person": reference_of(VOLUNTEER), "start": START}, on=PAGE)
    assert answer.location == "/proposals?just=bridges"
    assert "1 approved. E-mails go out at 09:10." in main_text(visitor.page(answer.location))
    assert booked(asked) == [(VOLUNTEER,)]


def test_team_is_picked_one_by_one(asked: Store, signed_in_as: SignIn) -> None:
    with asked.write() as work:
        request = work.requests.get("bridges")
        assert request is not None
        work.requests.put((replace(request, speakers=2),))
        work.volunteers.put((a_volunteer(email=OTHER, name="Ben Ito"),))
    visitor = signed_in_as(COORDINATOR)
    first = f"{PAGE}?person={reference_of(OTHER)}"
    said = main_text(visitor.page(first))
    assert "1 more is needed." in said
    assert "Book Ben Ito and Amara Okafor" in said
    team = [reference_of(OTHER), reference_of(VOLUNTEER)]
    visitor.send(PAGE, {"person": team, "start": START}, on=first)
    assert [sorted(each) for each in booked(asked)] == [sorted((OTHER, VOLUNTEER))]


def test_soft_rule_is_set_aside_with_a_reason(asked: Store, signed_in_as: SignIn) -> None:
    with asked.write() as work:
        work.volunteers.put((a_volunteer(limits=Limits(notice_days=60)),))
    visitor = signed_in_as(COORDINATOR)
    path = f"{PAGE}?person={reference_of(VOLUNTEER)}"
    assert "Set the rule aside and book" in main_text(visitor.page(path))
    fields = {"person": reference_of(VOLUNTEER), "start": START, "reason": " "}
    assert visitor.send(PAGE, fields, on=path).status_code == 422
    assert booked(asked) == []
    visitor.send(PAGE, {**fields, "reason": "She said it is fine"}, on=path)
    assert booked(asked) == [(VOLUNTEER,)]


def test_clearance_is_never_set_aside(asked: Store, signed_in_as: SignIn) -> None:
    with asked.write() as work:
        work.volunteers.put((a_volunteer(clearances=()),))
    visitor = signed_in_as(COORDINATOR)
    path = f"{PAGE}?person={reference_of(VOLUNTEER)}"
    said = main_text(visitor.page(path))
    assert "This rule cannot be set aside." in said
    assert "Set the rule aside and book" not in said
    fields = {"person": reference_of(VOLUNTEER), "start": START, "reason": "I insist"}
    answer = visitor.send(PAGE, fields, on=path)
    assert answer.status_code == 422
    assert "cannot be booked as it is" in main_text(parsed(answer.text))
    assert booked(asked) == []


@pytest.mark.usefixtures("asked")
def test_time_without_a_lesson_is_said(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(COORDINATOR).page(f"{PAGE}?day={LATER}&time=03:00"))
    assert "no lesson that begins then" in said


@pytest.mark.usefixtures("asked")
def test_only_coordinators_book(signed_in_as: SignIn) -> None:
    assert signed_in_as(TEACHER).get(PAGE).status_code == 404
    assert signed_in_as(COORDINATOR).get("/requests/nothing/book").status_code == 404


def test_proposal_is_approved_against_a_soft_rule(asked: Store, signed_in_as: SignIn) -> None:
    with asked.write() as work:
        work.volunteers.put((a_volunteer(limits=Limits(notice_days=60)),))
        work.proposals.put(
            (a_proposal(request="bridges", sessions=(period(f"{LATER} 10:40-11:30"),)),)
        )
    visitor = signed_in_as(COORDINATOR)
    path = "/proposals/bridges"
    assert "Approve Amara Okafor all the same" in main_text(visitor.page(path))
    assert visitor.send(f"{path}/override", {"override": ""}, on=path).status_code == 422
    visitor.send(f"{path}/override", {"override": "Agreed by phone"}, on=path)
    assert booked(asked) == [(VOLUNTEER,)]
    with asked.read() as work:
        deeds = {entry.deed: entry for entry in work.activities.recent(limit=5)}
    assert deeds["overrode"].facts["reason"] == "Agreed by phone"
