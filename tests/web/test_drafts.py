"""What was typed while asking is kept on the server, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.services.ports import Store
from tests.builders import NOW, TEACHER
from tests.small_district import OTHER_TEACHER
from tests.web.conftest import Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
NEW = "/requests/new"
SECOND = timedelta(seconds=1)
BEGUN = {"title": "How do <b>robots</b> walk?", "lessons": ["2026-12-10 P3"], "speakers": "two"}


def test_answers_are_kept_for_later_without_a_script(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(TEACHER)
    kept = visitor.send(NEW, {**BEGUN, "keep": "later"})
    assert (kept.status_code, kept.location) == (303, "/requests")
    said = main_text(visitor.page("/requests"))
    assert "You began a request and kept it: How do <b>robots</b> walk?. Go on with it" in said
    page = visitor.get(NEW).text
    assert 'value="How do &lt;b&gt;robots&lt;/b&gt; walk?"' in page
    assert "We kept your answers from Sat 21 November, 09:00." in main_text(parsed(page))
    with small_district.read() as work:
        draft = work.drafts.get(TEACHER)
    assert draft is not None
    assert draft.answers == {name: _texts(value) for name, value in BEGUN.items()}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),)


def test_each_answer_is_kept_while_the_page_is_filled_in(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(TEACHER)
    for title in ("How", BEGUN["title"]):
        answers = {**BEGUN, "title": title, "begun": f"{NOW - SECOND}"}
        assert visitor.send(f"{NEW}/free", answers, on=NEW).status_code == 200
    with small_district.read() as work:
        draft = work.drafts.get(TEACHER)
    assert draft is not None
    assert draft.answers["title"] == ("How do <b>robots</b> walk?",)


def test_looking_keeps_nothing(small_district: Store, signed_in_as: SignIn) -> None:
    signed_in_as(TEACHER).get(f"{NEW}/free", query_string={"title": "Robots"})
    with small_district.read() as work:
        assert work.drafts.get(TEACHER) is None


def test_sent_request_ends_its_draft(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    visitor.send(f"{NEW}/free", BEGUN, on=NEW)
    whole = {"topic": "robotics", "classroom": "maple-5a", "speakers": "1", "format": "either"}
    assert visitor.send(NEW, {**BEGUN, **whole}).status_code == 303
    assert "You began a request" not in main_text(visitor.page("/requests"))
    with small_district.read() as work:
        draft = work.drafts.get(TEACHER)
    assert draft is not None
    assert draft.answers == {}


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("begun", "is_kept"),
    [(f"{NOW - SECOND}", False), (f"{NOW + SECOND}", True), ("soon", True)],
    ids=["opened before", "opened after", "not said"],
)
def test_answers_that_come_after_their_draft_is_over_are_not_kept(
    signed_in_as: SignIn, begun: str, is_kept: bool
) -> None:
    visitor = signed_in_as(TEACHER)
    visitor.send(f"{NEW}/free", BEGUN, on=NEW)
    assert visitor.send(f"{NEW}/discard", on=NEW).status_code == 303
    visitor.send(f"{NEW}/free", {**BEGUN, "begun": begun}, on=NEW)
    assert ("You began a request" in main_text(visitor.page("/requests"))) is is_kept


@pytest.mark.usefixtures("small_district")
def test_starting_over_forgets_the_draft(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    visitor.send(f"{NEW}/free", BEGUN, on=NEW)
    assert visitor.send(f"{NEW}/discard", on=NEW).status_code == 303
    assert "We kept your answers" not in visitor.get(NEW).text


@pytest.mark.usefixtures("small_district")
def test_draft_is_nobody_elses(signed_in_as: SignIn) -> None:
    signed_in_as(TEACHER).send(f"{NEW}/free", BEGUN, on=NEW)
    assert "robots" not in signed_in_as(OTHER_TEACHER).get(NEW).text


@pytest.mark.usefixtures("small_district")
def test_topic_is_taken_from_the_words_until_one_is_picked(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)

    def chosen(**answers: str) -> str:
        page = parsed(visitor.get(NEW, query_string=answers).text)
        picked = [o.get("value") for o in page.iter("option") if o.get("selected") is not None]
        return str(picked[0]) if picked else ""

    assert chosen(title="How do robots walk?") == "robotics"
    assert chosen(title="Engineers", topic="robotics", guessed="robotics") == "engineering"
    assert chosen(title="Engineers", topic="robotics", guessed="") == "robotics"
    assert chosen(title="Whatever") == ""


def test_four_taps_and_one_typed_field_are_enough(
    small_district: Store, signed_in_as: SignIn
) -> None:
    """Open the form, pick a lesson, send: what else is sent stands in the form already."""
    visitor = signed_in_as(TEACHER)
    form = parsed(visitor.get(NEW).text).find(".//form[@id='form']")
    assert form is not None
    ready = {
        field.get("name"): field.get("value")
        for field in form.iter("input")
        if field.get("type") not in {"checkbox", "radio"} or field.get("checked") is not None
    }
    typed = {"title": "How do robots walk?", "lessons": "2026-12-10 P3"}
    sent = visitor.post(NEW, data={**ready, **typed})
    assert sent.status_code == 303
    with small_district.read() as work:
        made = [r for k, r in work.requests.of_teacher(TEACHER).items() if k != "robots"]
    assert [(r.topic, r.classroom) for r in made] == [("robotics", "maple-5a")]
