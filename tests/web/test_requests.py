"""Asking and following on the pages: what is typed stays, what is wrong is said, undo is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_request, a_visit, a_volunteer
from tests.small_district import OTHER_TEACHER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
ANSWERS: Mapping[str, object] = {
    "title": "How do robots walk?",
    "topic": "robotics",
    "classroom": "maple-5a",
    "lessons": ["2026-12-10 P3"],
    "format": "in_person",
    "kind": "talk",
    "speakers": "1",
    "sessions": "1",
    "every_days": "7",
}
NEW = "/requests/new"


def test_request_is_sent_and_followed(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    sent = visitor.send(NEW, ANSWERS)
    assert sent.status_code == 303
    said = main_text(visitor.page(sent.location))
    assert "We have your request. Now we look for a speaker. Undo" in said
    with small_district.read() as work:
        titles = [each.title for each in work.requests.of_teacher(TEACHER).values()]
    assert "How do robots walk?" in titles


@pytest.mark.usefixtures("small_district")
def test_lessons_show_how_many_speakers_are_free(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    assert "1 free" not in main_text(visitor.page(NEW))
    shown = visitor.send(NEW, {**ANSWERS, "show": "lessons"})
    assert shown.status_code == 200
    assert "1 free" in shown.text
    assert 'value="How do robots walk?"' in shown.text


@pytest.mark.usefixtures("small_district")
def test_parts_that_change_with_the_answers_can_be_had_alone(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    asked = {**ANSWERS, "csrf_token": "", "title": "<b>Robots</b>"}
    alone = visitor.get(f"{NEW}/free", query_string=asked)
    parts = {part.get("id"): part for part in parsed(alone.text).findall("body/*")}
    assert set(parts) == {"topic-shown", "lessons-shown", "request-so-far"}
    told = text_of(parts["lessons-shown"])
    assert "10:40 to 11:30, 1 free speaker" in told
    assert "1 free speakers" not in told
    assert "<b>Robots</b> for 5A, at school, on" in text_of(parts["request-so-far"])
    whole = parsed(visitor.get(NEW, query_string=asked).text)
    for name, part in parts.items():
        assert text_of(whole.find(f".//*[@id='{name}']")) == text_of(part)


@pytest.mark.usefixtures("small_district")
def test_answers_that_make_no_sense_count_nobody(signed_in_as: SignIn) -> None:
    nonsense = {"topic": "alchemy", "classroom": "birch-7b", "lessons": "x", "sessions": "-1"}
    answer = signed_in_as(TEACHER).get(f"{NEW}/free", query_string=nonsense)
    assert answer.status_code == 200
    said = text_of(parsed(answer.text).find(".//*[@id='request-so-far']"))
    assert "Say what it should be about, and we tell you who could come." in said


@pytest.mark.usefixtures("small_district")
def test_edit_is_counted_at_once(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    assert "1 free" in visitor.get(f"{NEW}/free", query_string=ANSWERS).text
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(is_active=False),))
    assert "0 free" in visitor.get(f"{NEW}/free", query_string=ANSWERS).text


@pytest.mark.usefixtures("small_district")
def test_what_was_ticked_stays_ticked(signed_in_as: SignIn) -> None:
    page = signed_in_as(TEACHER).send(NEW, {**ANSWERS, "title": ""})
    boxes = {
        box.get("value")
        for box in parsed(page.text).iter("input")
        if box.get("checked") is not None
    }
    assert "2026-12-10 P3" in boxes


@pytest.mark.usefixtures("small_district")
def test_everything_wrong_is_said_at_once_where_the_form_was_sent_from(
    signed_in_as: SignIn,
) -> None:
    answer = signed_in_as(TEACHER).send(NEW, {**ANSWERS, "title": "", "lessons": []})
    tree = parsed(answer.text)
    wrong = [text_of(link) for link in tree.iter("a") if link.get("href", "").startswith("#")]
    assert wrong[1:] == ["Tell us what the visit should be about", "Pick at least one lesson"]
    assert [a.get("href") for a in tree.iter("a") if a.get("aria-current")] == [NEW]


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"title": " "}, "Tell us what the visit should be about", "title"),
        ({"topic": "", "title": "Anything"}, "Pick a topic from the list", "topic"),
        ({"topic": "alchemy"}, "Pick a topic from the list", "topic"),
        ({"lessons": []}, "Pick at least one lesson", "lessons"),
        (
            {"lessons": [f"2026-12-{day} P3" for day in ("08", "10", "15", "17")]},
            "Pick up to three lessons. You picked four",
            "lessons",
        ),
        ({"lessons": ["2026-11-19 P3"]}, "The visit must be after today", "lessons"),
        (
            {"lessons": ["2026-12-12 P3"]},
            "Maple School has no lessons on Saturday 12 December. Pick another day",
            "lessons",
        ),
        ({"lessons": ["drop table"]}, "Pick lessons from the list", "lessons"),
        ({"other_day": "2026-12-09"}, "Give the day, the start and the end", "other_day"),
        ({"classroom": "maple-6b"}, "Pick one of your classes", "classroom"),
        ({"format": "by_rocket"}, "Pick one of the three", "format"),
        ({"kind": "concert"}, "Pick one of the two", "kind"),
        ({"speakers": "99"}, "Ask for one to six speakers", "speakers"),
    ],
)
def test_what_is_wrong_is_said_on_top_and_leads_to_its_field(
    small_district: Store,
    signed_in_as: SignIn,
    changes: Mapping[str, object],
    sentence: str,
    field: str,
) -> None:
    answer = signed_in_as(TEACHER).send(NEW, {**ANSWERS, **changes})
    page = parsed(answer.text)
    assert answer.status_code == 422
    links = {a.get("href"): a.text for a in page.iter("a") if (a.get("href") or "")[0] == "#"}
    assert links[f"#{field}"] == sentence
    assert (page.findtext(".//title") or "").startswith("Error: ")
    with small_district.read() as work:
        assert len(work.requests.of_teacher(TEACHER)) == 1


def test_nothing_but_the_questions_is_taken_from_the_form(
    small_district: Store, signed_in_as: SignIn
) -> None:
    forged = {"priority": "3", "state": "booked", "teacher_email": OTHER_TEACHER, "key": "mine"}
    signed_in_as(TEACHER).send(NEW, {**ANSWERS, **forged})
    with small_district.read() as work:
        made = [r for k, r in work.requests.of_teacher(TEACHER).items() if k != "robots"]
        assert work.requests.get("mine") is None
    assert [(r.priority, r.state) for r in made] == [(1, RequestState.OPEN)]


def test_withdrawal_is_offered_back(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(OTHER_TEACHER)
    visitor.send("/requests/bridges/withdraw", on="/requests/bridges")
    assert "You took your request back. Undo" in main_text(visitor.page("/requests/bridges"))
    visitor.send("/requests/bridges/reopen", on="/requests/bridges")
    with small_district.read() as work:
        assert work.requests.get("bridges").state is RequestState.OPEN  # type: ignore[union-attr]


def test_visit_is_called_off_with_its_reason(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    page = "/requests/robots"
    visitor.send(f"{page}/withdraw", {"reason": "A trip came up"}, on=page)
    assert "“A trip came up”" in main_text(visitor.page(page))
    with small_district.read() as work:
        visit = work.visits.get(a_visit().uid)
    assert visit is not None
    assert visit.state is VisitState.CANCELLED


@pytest.mark.usefixtures("small_district")
def test_steps_say_who_acts_next(signed_in_as: SignIn) -> None:
    said = main_text(signed_in_as(TEACHER).page("/requests/robots"))
    assert "Now: Both said yesWe wait for a yes from Amara Okafor." in said


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("path", "seen_by"),
    [
        ("/requests/bridges", {OTHER_TEACHER, COORDINATOR, VIEWER}),
        ("/all-requests", {COORDINATOR, VIEWER}),
        ("/all-requests?state=open&school=maple&text=bridges&page=0", {COORDINATOR, VIEWER}),
        (NEW, {TEACHER, OTHER_TEACHER}),
        (f"{NEW}/free", {TEACHER, OTHER_TEACHER}),
        ("/requests", {TEACHER, OTHER_TEACHER}),
    ],
)
def test_who_sees_which_page(signed_in_as: SignIn, path: str, seen_by: set[str]) -> None:
    everyone = (TEACHER, OTHER_TEACHER, COORDINATOR, VIEWER, VOLUNTEER)
    answers = {email: signed_in_as(email).get(path).status_code for email in everyone}
    assert answers == {email: 200 if email in seen_by else 404 for email in everyone}


@pytest.mark.parametrize("email", [TEACHER, VIEWER, VOLUNTEER])
@pytest.mark.parametrize("step", ["withdraw", "reopen"])
def test_nobody_else_takes_a_request_back(
    small_district: Store, signed_in_as: SignIn, email: str, step: str
) -> None:
    answer = signed_in_as(email).send(f"/requests/bridges/{step}", on="/calendars")
    assert answer.status_code == 404
    with small_district.read() as work:
        assert work.requests.get("bridges").state is RequestState.OPEN  # type: ignore[union-attr]


@pytest.mark.usefixtures("small_district")
def test_strangers_are_sent_to_sign_in(client: Visitor) -> None:
    for path in (NEW, "/requests", "/requests/bridges", "/all-requests"):
        assert client.get(path).location.startswith("/login")


def test_time_asked_for_is_told_by_the_clock_with_the_name_of_the_lesson(
    small_district: Store, signed_in_as: SignIn
) -> None:
    """Some day no bell rings by that name any more; then the name is all there is to tell."""
    windows = ("2026-12-08 P3-P4", "2026-12-09 P9", "2026-12-10 13:00-14:00")
    with small_district.write() as work:
        work.requests.put((a_request(*windows, key="three"),))
    page = signed_in_as(TEACHER).get("/requests/three").text
    first = "Tue 8 December, 10:40–13:20 (P3–P4)"
    later = "Wed 9 December, P9; Thu 10 December, 13:00–14:00"
    assert f"{first}; {later}".replace("–", "–\N{WORD JOINER}") in page
