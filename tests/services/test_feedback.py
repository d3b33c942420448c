"""The teacher is asked how a visit was, answers by a link, and what is said counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.feedback import Feedback, FeedbackStanding, Impression
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.feedback import (
    Said,
    ask_for_feedback,
    feedback_by_link,
    feedback_on,
    say,
    say_by_link,
)
from scheduler.services.tokens import answer_token, feedback_token
from scheduler.services.visits import close_past
from tests.actors import AMARA, LENA, OMAR, VERA
from tests.builders import TEACHER, VOLUNTEER
from tests.services.world import KEY, OTHER_TEACHER, World

GREAT = Said(True, Impression.GREAT, 23, " They loved it. ")


@pytest.fixture
def past_visit(world: World) -> Visit:
    """Return a confirmed visit that ended a minute ago."""
    (visit,) = world.invite()
    confirmed = world.answer(visit, VOLUNTEER, True)
    world.now = confirmed.period.end + timedelta(minutes=1)
    return confirmed


def link(visit: Visit, email: str = TEACHER) -> str:
    return feedback_token(visit.uid, email, key=KEY)


def test_question_goes_to_the_teacher_once_after_the_end(world: World, past_visit: Visit) -> None:
    with world.store.write() as work:
        before = past_visit.period.end - timedelta(seconds=1)
        assert ask_for_feedback(work, now=before) == 0
        assert ask_for_feedback(work, now=world.now) == 1
        assert ask_for_feedback(work, now=world.now + timedelta(hours=2)) == 0
    asked = [each for each in world.told(past_visit) if each[0] == "feedback"]
    assert asked == [("feedback", TEACHER, "due")]


def test_mail_leads_to_the_page_that_needs_no_signing_in(world: World, past_visit: Visit) -> None:
    with world.store.write() as work:
        ask_for_feedback(work, now=world.now)
    world.post()
    (mail,) = [
        sent.message
        for sent in world.transport.sent
        if "How was the visit" in sent.message["Subject"]
    ]
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"https://visits.example/f/{link(past_visit)}" in body.get_content()


def test_nobody_is_asked_about_a_visit_that_nobody_said_yes_to(world: World) -> None:
    (visit,) = world.invite()
    world.now = visit.period.end + timedelta(hours=2)
    close_past(world.store, now=world.now)
    with world.store.write() as work:
        assert ask_for_feedback(work, now=world.now) == 0


def test_opening_the_link_changes_nothing(world: World, past_visit: Visit) -> None:
    shown = feedback_by_link(world.store, link(past_visit), now=world.now, key=KEY)
    assert (shown.standing, shown.students) == (FeedbackStanding.ASKED, 24)
    assert world.visits_of() == (past_visit,)


def test_what_is_said_is_kept_and_the_visit_has_happened(world: World, past_visit: Visit) -> None:
    said = say_by_link(world.store, link(past_visit), GREAT, now=world.now, key=KEY)
    assert said.given == Feedback(
        visit=past_visit.uid,
        happened=True,
        given_by=TEACHER,
        given_at=world.now,
        changed_at=world.now,
        impression=Impression.GREAT,
        students=23,
        words="They loved it.",
    )
    assert world.visits_of()[0].state is VisitState.HAPPENED
    with world.store.write() as work:
        assert ask_for_feedback(work, now=world.now) == 0


def test_teacher_knows_better_than_the_clock(world: World, past_visit: Visit) -> None:
    world.wait(hours=2)
    close_past(world.store, now=world.now)
    assert world.visits_of()[0].state is VisitState.HAPPENED
    no = Said(False, Impression.GREAT, 23, "Snow")
    said = say_by_link(world.store, link(past_visit), no, now=world.now, key=KEY)
    assert said.given is not None
    assert (said.given.impression, said.given.students, said.given.words) == (None, None, "Snow")
    assert world.visits_of()[0].state is VisitState.MISSED


def test_second_answer_replaces_the_first_for_two_weeks(world: World, past_visit: Visit) -> None:
    first = world.now
    say_by_link(world.store, link(past_visit), Said(False), now=world.now, key=KEY)
    world.wait(days=13)
    again = say_by_link(world.store, link(past_visit), GREAT, now=world.now, key=KEY)
    assert again.given is not None
    assert (again.given.given_at, again.given.changed_at) == (first, world.now)
    assert world.visits_of()[0].state is VisitState.HAPPENED
    world.wait(days=1)
    with pytest.raises(IllegalTransition):
        say_by_link(world.store, link(past_visit), Said(False), now=world.now, key=KEY)
    assert world.visits_of()[0].state is VisitState.HAPPENED


def test_nothing_can_be_said_before_the_end(world: World) -> None:
    (visit,) = world.invite()
    with pytest.raises(IllegalTransition):
        say_by_link(world.store, link(visit), GREAT, now=world.now, key=KEY)


def test_links_of_others_and_for_other_things_open_nothing(world: World, past_visit: Visit) -> None:
    wrong = (
        link(past_visit, OTHER_TEACHER),
        link(past_visit, VOLUNTEER),
        answer_token(past_visit.uid, TEACHER, key=KEY),
        link(past_visit)[:-1],
        "x",
        "",
    )
    for token in wrong:
        with pytest.raises(Unknown):
            feedback_by_link(world.store, token, now=world.now, key=KEY)
        with pytest.raises(Unknown):
            say_by_link(world.store, token, GREAT, now=world.now, key=KEY)


def test_signed_in_teacher_says_the_same(world: World, past_visit: Visit) -> None:
    shown = feedback_on(world.store, "robots", actor=LENA, now=world.now)
    assert shown.sheet.visit == past_visit
    said = say(world.store, "robots", GREAT, actor=LENA, now=world.now, session=1)
    assert said.given is not None
    assert said.students == 23
    for stranger in (OMAR, AMARA):
        with pytest.raises(Unknown):
            feedback_on(world.store, "robots", actor=stranger, now=world.now)
        with pytest.raises(Unknown):
            say(world.store, "robots", GREAT, actor=stranger, now=world.now, session=1)


def test_viewer_reads_but_says_nothing(world: World, past_visit: Visit) -> None:
    viewer = VERA
    assert feedback_on(world.store, "robots", actor=viewer, now=world.now).given is None
    with pytest.raises(Unknown):
        say(world.store, "robots", GREAT, actor=viewer, now=world.now, session=1)
