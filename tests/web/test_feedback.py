"""Feedback from the mail without signing in: three taps, nothing by looking, changeable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.domain.feedback import Impression
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token, feedback_token
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_visit
from tests.small_district import OTHER_TEACHER, VIEWER
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
VISIT = a_visit(state=VisitState.CONFIRMED)
LINK = f"/f/{feedback_token(VISIT.uid, TEACHER, key=SECRET_KEY)}"
PAGE = "/requests/robots/feedback"


@pytest.fixture
def after(small_district: Store, clock: StoppedClock) -> Store:
    """Return the store an hour after the visit, which was confirmed."""
    with small_district.write() as work:
        work.visits.save((VISIT,))
    return small_district


@pytest.fixture(autouse=True)
def later(clock: StoppedClock) -> None:
    """Set the clock to an hour after the visit."""
    clock.now = VISIT.period.end + timedelta(hours=1)


def state_of(store: Store) -> VisitState:
    with store.read() as work:
        visit = work.visits.get(VISIT.uid)
    assert visit is not None
    return visit.state


def ready_fields(visitor: Visitor, path: str) -> dict[str, str]:
    """Return what the form sends before anything is tapped."""
    form = parsed(visitor.get(path).text).find(".//form[@id='form']")
    assert form is not None
    return {
        str(field.get("name")): str(field.get("value"))
        for field in form.iter("input")
        if field.get("type") != "radio"
    }


def test_three_taps_after_the_mail_are_enough(after: Store, client: Visitor) -> None:
    ready = ready_fields(client, LINK)
    assert ready["students"] == "24"
    sent = client.post(LINK, data={**ready, "happened": "yes", "impression": "great"})
    assert (sent.status_code, sent.location) == (303, LINK)
    with after.read() as work:
        said = work.feedbacks.of_visits((VISIT.uid,))[VISIT.uid]
    assert (said.happened, said.impression, said.students) == (True, Impression.GREAT, 24)
    assert state_of(after) is VisitState.HAPPENED


def test_looking_changes_nothing(after: Store, client: Visitor) -> None:
    for _ in range(2):
        assert client.get(LINK).status_code == 200
        client.head(LINK)
    with after.read() as work:
        assert work.feedbacks.of_visits((VISIT.uid,)) == {}
    assert state_of(after) is VisitState.CONFIRMED


def test_second_look_shows_what_was_said_and_can_change_it(
    after: Store, client: Visitor, clock: StoppedClock
) -> None:
    client.send(LINK, {"happened": "yes", "impression": "good", "students": "20"})
    shown = parsed(client.get(LINK).text)
    ticked = [i.get("value") for i in shown.iter("input") if i.get("checked") is not None]
    assert ticked == ["yes", "good"]
    assert "You can change it until Tue 22 December." in main_text(shown)
    client.send(LINK, {"happened": "no"})
    assert state_of(after) is VisitState.MISSED
    clock.now += timedelta(days=14)
    ended = client.get(LINK)
    assert "It can no longer be changed here." in main_text(parsed(ended.text))
    assert "You said that it did not happen." in main_text(parsed(ended.text))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Say whether the visit took place"),
        ({"happened": "perhaps"}, "Say whether the visit took place"),
        ({"happened": "yes", "impression": "meh"}, "Pick one of the three"),
        ({"happened": "yes", "students": "-3"}, "Give a number from 0 to 2,000"),
    ],
)
def test_what_is_missing_is_said(
    after: Store, client: Visitor, fields: dict[str, str], told: str
) -> None:
    answer = client.send(LINK, fields)
    assert answer.status_code == 422
    assert told in main_text(parsed(answer.text))
    assert state_of(after) is VisitState.CONFIRMED


@pytest.mark.usefixtures("after")
def test_wrong_links_show_nothing(client: Visitor) -> None:
    for token in ("x", answer_token(VISIT.uid, TEACHER, key=SECRET_KEY), f"{LINK[3:]}x"):
        answer = client.get(f"/f/{token}")
        assert answer.status_code == 404
        assert "Amara" not in answer.text


def test_too_early_called_off_and_long_ago_are_told_apart(
    after: Store, client: Visitor, clock: StoppedClock
) -> None:
    clock.now = VISIT.period.start
    assert "The visit is still to come" in client.get(LINK).text
    clock.now = VISIT.period.end + timedelta(days=91)
    assert "This link has ended" in client.get(LINK).text
    with after.write() as work:
        work.visits.save((a_visit(state=VisitState.CANCELLED),))
    assert "This visit was called off" in client.get(LINK).text


def test_signed_in_teacher_gives_the_same(after: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    assert "Say how it was" in main_text(visitor.page("/requests/robots"))
    sent = visitor.send(PAGE, {"happened": "yes", "impression": "great", "students": "24"})
    assert sent.status_code == 303
    said = main_text(visitor.page("/requests/robots"))
    assert "It was great. 24 students listened." in said
    assert state_of(after) is VisitState.HAPPENED


@pytest.mark.usefixtures("after")
def test_who_sees_feedback(signed_in_as: SignIn) -> None:
    everyone = (TEACHER, OTHER_TEACHER, COORDINATOR, VIEWER, VOLUNTEER)
    answers = {email: signed_in_as(email).get(PAGE).status_code for email in everyone}
    assert answers == {
        TEACHER: 200,
        OTHER_TEACHER: 404,
        COORDINATOR: 200,
        VIEWER: 200,
        VOLUNTEER: 404,
    }
    refused = signed_in_as(VIEWER).send(PAGE, {"happened": "no"}, on="/calendars")
    assert refused.status_code == 404
