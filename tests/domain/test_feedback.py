"""When feedback can be given, for how long it can be changed, and what it settles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.feedback import (
    ASKED_FOR,
    CHANGED_FOR,
    Feedback,
    FeedbackStanding,
    settled,
    standing_of,
)
from scheduler.domain.visits import Visit, VisitState
from tests.builders import NOW, TEACHER, a_visit

END = a_visit().period.end
A_SECOND = timedelta(seconds=1)
SAID = Feedback(a_visit().uid, True, TEACHER, END, END + timedelta(days=13))


def happened(**changes: object) -> Visit:
    return a_visit(state=VisitState.HAPPENED, **changes)


def test_feedback_is_open_from_the_visits_end_for_ninety_days() -> None:
    assert standing_of(happened(), None, at=END - A_SECOND) is FeedbackStanding.TOO_EARLY
    assert standing_of(happened(), None, at=END) is FeedbackStanding.ASKED
    assert standing_of(happened(), None, at=END + ASKED_FOR) is FeedbackStanding.CLOSED


def test_what_was_said_can_be_changed_for_two_weeks_from_the_first_time() -> None:
    last = END + CHANGED_FOR - A_SECOND
    assert standing_of(happened(), SAID, at=last) is FeedbackStanding.GIVEN
    assert standing_of(happened(), SAID, at=last + A_SECOND) is FeedbackStanding.CLOSED


def test_nothing_can_be_said_of_a_visit_that_was_called_off_or_never_known() -> None:
    called_off = a_visit(state=VisitState.CANCELLED)
    assert standing_of(called_off, None, at=END) is FeedbackStanding.CALLED_OFF
    unknown = a_visit(state=VisitState.HELD)
    assert standing_of(unknown, None, at=END) is FeedbackStanding.TOO_EARLY


@pytest.mark.parametrize(
    "state",
    [VisitState.INVITED, VisitState.CONFIRMED, VisitState.HAPPENED, VisitState.MISSED],
)
def test_whoever_was_there_settles_whether_it_happened(state: VisitState) -> None:
    visit = a_visit(state=state)
    assert settled(visit, happened=True, at=END).state is VisitState.HAPPENED
    assert settled(visit, happened=False, at=END).state is VisitState.MISSED


@pytest.mark.parametrize("state", [VisitState.HELD, VisitState.CANCELLED])
def test_visit_that_nobody_expects_is_not_settled(state: VisitState) -> None:
    with pytest.raises(IllegalTransition):
        settled(a_visit(state=state), happened=True, at=END)


def test_visit_is_not_settled_before_its_end() -> None:
    with pytest.raises(IllegalTransition):
        settled(a_visit(state=VisitState.CONFIRMED), happened=True, at=NOW)
