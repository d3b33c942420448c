"""Drafts, messages, feedback, offers and promises come back as they were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.feedback import Feedback, Impression
from scheduler.domain.handovers import Handover, HandoverState, decide
from scheduler.domain.messages import Message, Part
from scheduler.domain.promises import Promise
from scheduler.services.ports import Draft, Store
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_visit

DRAFT = Draft(TEACHER, {"title": ("Brücken\n",), "lessons": ("2026-12-08 P3", "")}, NOW)
MESSAGE = Message(
    "m1", "robots", TEACHER, Part.TEACHER, "Bring a robot?\nThank you!", NOW, (VOLUNTEER,)
)
SAID = Feedback(a_visit().uid, True, TEACHER, NOW, NOW, Impression.GREAT, 24, "Encore !")
OFFER = Handover("h1", "maple-5a", TEACHER, COORDINATOR, NOW)


def test_draft_is_kept_once_per_teacher(store: Store) -> None:
    later = replace(DRAFT, answers={"title": ("Robots",)}, saved_at=NOW + timedelta(minutes=1))
    with store.write() as work:
        work.drafts.put(DRAFT)
        assert work.drafts.get(TEACHER) == DRAFT
        work.drafts.put(later)
        assert work.drafts.get(TEACHER) == later
    with store.write() as work:
        assert work.drafts.get(TEACHER) == later


def test_draft_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(Unknown), store.write() as work:
        work.drafts.put(replace(DRAFT, teacher_email="nobody@schools.example"))


def test_messages_come_oldest_first_and_are_counted_by_author(store: Store) -> None:
    answer = Message("m2", "robots", VOLUNTEER, Part.VOLUNTEER, "Yes.", NOW + timedelta(minutes=5))
    with store.write() as work:
        work.messages.add(answer)
        work.messages.add(MESSAGE)
    with store.read() as work:
        assert work.messages.of_request("robots") == (MESSAGE, answer)
        assert work.messages.of_request("bridges") == ()
        assert work.messages.written_since(TEACHER, since=NOW) == 1
        assert work.messages.written_since(TEACHER, since=NOW + timedelta(seconds=1)) == 0


def test_feedback_replaces_what_was_said_before(store: Store) -> None:
    missed = Feedback(SAID.visit, False, COORDINATOR, NOW, NOW + timedelta(days=1))
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.feedbacks.put(SAID)
        assert work.feedbacks.of_visits((SAID.visit, "other")) == {SAID.visit: SAID}
        work.feedbacks.put(missed)
    with store.read() as work:
        assert work.feedbacks.of_visits((SAID.visit,)) == {SAID.visit: missed}


def test_offer_is_open_for_both_teachers_until_it_is_decided(store: Store) -> None:
    with store.write() as work:
        work.handovers.put(OFFER)
        for email in (TEACHER, COORDINATOR):
            assert work.handovers.open_ones(email) == (OFFER,)
        assert work.handovers.open_ones(VOLUNTEER) == ()
    accepted = decide(OFFER, state=HandoverState.ACCEPTED, at=NOW + timedelta(days=1))
    with store.write() as work:
        work.handovers.put(accepted)
        assert work.handovers.open_ones(TEACHER) == ()
        assert work.handovers.get("h1") == accepted
        assert work.handovers.get("h2") is None


def test_promise_is_found_by_its_request(store: Store) -> None:
    promise = Promise("robots", NOW, date(2026, 11, 25))
    with store.write() as work:
        work.promises.put(replace(promise, name_by=date(2026, 11, 24)))
        work.promises.put(promise)
    with store.read() as work:
        assert work.promises.of_requests(("robots", "bridges")) == {"robots": promise}


def test_visit_remembers_that_its_teacher_has_not_agreed_yet(store: Store) -> None:
    visit = a_visit(host_agrees=False)
    with store.write() as work:
        work.visits.add((visit,))
    with store.read() as work:
        assert work.visits.get(visit.uid) == visit
