"""A request is changed, other times are offered, and a teacher says yes, on the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scheduler.domain.requests import RequestState, parse_window
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_request, a_visit, a_volunteer
from tests.small_district import OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
CHANGE, TIMES = "/requests/bridges/change", "/requests/robots/other-times"
ANSWERS: Mapping[str, object] = {
    "title": "How arches stand",
    "topic": "engineering",
    "classroom": "maple-6b",
    "lessons": ["2026-12-08 P3"],
    "format": "virtual",
    "kind": "talk",
    "speakers": "2",
    "sessions": "1",
    "every_days": "7",
    "note": "Bring one",
}


def test_open_request_is_changed_whole(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(OTHER_TEACHER)
    assert "you can change everything" in main_text(visitor.page(CHANGE))
    sent = visitor.send(CHANGE, ANSWERS)
    assert (sent.status_code, sent.location) == (303, "/requests/bridges")
    with small_district.read() as work:
        changed = work.requests.get("bridges")
    assert changed is not None
    assert (changed.title, changed.topic, changed.speakers, changed.note) == (
        "How arches stand",
        "engineering",
        2,
        "Bring one",
    )


@pytest.mark.usefixtures("small_district")
def test_present_answers_stand_in_the_form(signed_in_as: SignIn) -> None:
    page = parsed(signed_in_as(OTHER_TEACHER).get(CHANGE).text)
    boxes = [i.get("value") for i in page.iter("input") if i.get("checked") is not None]
    assert boxes == ["maple-6b", "2026-12-08 P3", "in_person"] or "2026-12-08 P3" in boxes
    values = {i.get("name"): i.get("value") for i in page.iter("input")}
    assert values["title"] == "How bridges stand"


def test_asked_speaker_keeps_time_and_class(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    said = main_text(visitor.page("/requests/robots/change"))
    assert "Somebody was asked already." in said
    visitor.send("/requests/robots/change", {**ANSWERS, "title": "Arms"})
    with small_district.read() as work:
        changed = work.requests.get("robots")
    assert changed is not None
    assert (changed.title, changed.note, changed.speakers) == ("Arms", "Bring one", 1)
    assert changed.windows == (parse_window("2026-12-08 P3"),)


@pytest.mark.usefixtures("small_district")
def test_what_does_not_fit_is_said(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(OTHER_TEACHER)
    answer = visitor.send(CHANGE, {**ANSWERS, "title": "", "lessons": []})
    assert answer.status_code == 422
    assert "Tell us what the visit should be about" in answer.text
    answer = visitor.send(CHANGE, {**ANSWERS, "lessons": []})
    assert "Pick at least one lesson" in answer.text


def test_other_times_say_what_they_mean_and_call_the_visit_off(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(TEACHER)
    said = main_text(visitor.page(TIMES))
    assert "This calls the visit off. Amara Okafor gets an e-mail" in said
    assert visitor.send(TIMES, {"lessons": []}).status_code == 422
    sent = visitor.send(TIMES, {"lessons": ["2026-12-10 P3"], "reason": "A trip"})
    assert sent.status_code == 303
    with small_district.read() as work:
        visit, request = work.visits.get(a_visit().uid), work.requests.get("robots")
    assert visit is not None
    assert request is not None
    assert (visit.state, visit.cancel_reason) == (VisitState.CANCELLED, "A trip")
    assert (request.state, request.windows) == (
        RequestState.OPEN,
        (parse_window("2026-12-10 P3"),),
    )
    said = main_text(visitor.page("/requests/robots"))
    assert "You get a name by Wed 25 November." in said


def test_teacher_says_yes_to_a_time_that_was_not_offered(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.visits.save((a_visit(host_agrees=False),))
    visitor = signed_in_as(TEACHER)
    said = main_text(visitor.page("/requests/robots"))
    assert "Does this time suit you?" in said
    assert visitor.send("/requests/robots/yes", on="/requests/robots").status_code == 303
    assert "Does this time suit you?" not in main_text(visitor.page("/requests/robots"))
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid).host_agrees  # type: ignore[union-attr]
    again = visitor.send("/requests/robots/yes", on="/requests/robots")
    assert again.status_code == 409


def test_request_that_was_taken_back_is_not_changed(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(OTHER_TEACHER)
    visitor.send("/requests/bridges/withdraw", on="/requests/bridges")
    for path in (CHANGE, "/requests/bridges/other-times"):
        assert visitor.get(path).status_code == 409
    with small_district.read() as work:
        assert work.requests.get("bridges").state is RequestState.WITHDRAWN  # type: ignore[union-attr]


@pytest.mark.parametrize("email", [TEACHER, VIEWER, VOLUNTEER])
@pytest.mark.usefixtures("small_district")
def test_nobody_else_changes_a_request(signed_in_as: SignIn, email: str) -> None:
    visitor = signed_in_as(email)
    for path in (CHANGE, "/requests/bridges/other-times", "/requests/bridges/yes"):
        if not path.endswith("yes"):
            assert visitor.get(path).status_code == 404
        assert visitor.send(path, ANSWERS, on="/calendars").status_code == 404


@pytest.mark.usefixtures("small_district")
def test_coordinator_may_change_for_a_teacher(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.send(CHANGE, ANSWERS).status_code == 303
    assert "How arches stand" in main_text(visitor.page("/requests/bridges"))


@pytest.mark.parametrize(
    ("knows", "why"),
    [
        ({"robotics": 3}, "1 speaker fits this topic, but is not free in these lessons."),
        ({}, "Nobody we know fits this topic for your class yet."),
    ],
)
def test_nobody_is_free_is_said_with_what_to_do_next(
    small_district: Store, signed_in_as: SignIn, knows: Mapping[str, int], why: str
) -> None:
    with small_district.write() as work:
        someone = a_volunteer(level_by_topic=knows, weekly=())
        gone = a_volunteer(email=OTHER_VOLUNTEER, is_active=False)
        work.volunteers.put((someone, gone))
        work.requests.put((a_request(key="later"),))
    page = signed_in_as(TEACHER).page("/requests/later/change")
    (note,) = (p for p in page.iter("p") if "note-wait" in (p.get("class") or ""))
    assert text_of(note).startswith(f"{why} Pick lessons all the same")
    assert [a.get("href") for a in note.iter("a")] == ["/requests/later#messages"]


def test_somebody_free_needs_no_word_of_it(small_district: Store, signed_in_as: SignIn) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="later"),))
    page = signed_in_as(TEACHER).get("/requests/later/change").text
    assert "Pick lessons all the same" not in page
