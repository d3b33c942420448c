"""What a teacher says after a visit: whether it happened, how it was, and who listened.

One word for a visit, which may be changed for a while. It settles whether the visit counts as
happened, whatever was assumed before. No pupil is ever named, and nobody is graded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import OPEN, Visit, VisitState, close

ASKED_FOR = timedelta(days=90)
CHANGED_FOR = timedelta(days=14)
MOST_STUDENTS = 2000
_OVER = frozenset({VisitState.HAPPENED, VisitState.MISSED})


class Impression(StrEnum):
    """How a visit was, in one of three words."""

    GREAT = "great"
    GOOD = "good"
    HARD = "hard"


class FeedbackStanding(StrEnum):
    """Whether feedback on a visit can be given at a moment."""

    TOO_EARLY = "too_early"
    ASKED = "asked"
    GIVEN = "given"
    CLOSED = "closed"
    CALLED_OFF = "called_off"

    @property
    def is_open(self) -> bool:
        """Tell whether something can be said, or said anew."""
        return self in (FeedbackStanding.ASKED, FeedbackStanding.GIVEN)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was said of one visit.

    ``impression`` and ``students`` are None where nobody said, and always when it did not
    happen. ``given_at`` is the first time, ``changed_at`` the latest.
    """

    visit: str
    happened: bool
    given_by: str
    given_at: datetime
    changed_at: datetime
    impression: Impression | None = None
    students: int | None = None
    words: str = ""


def standing_of(visit: Visit, given: Feedback | None, *, at: datetime) -> FeedbackStanding:
    """Return whether feedback can be given: from the visit's end on, and changed for 14 days."""
    if visit.state is VisitState.CANCELLED:
        return FeedbackStanding.CALLED_OFF
    if at < visit.period.end or not visit.was_released:
        return FeedbackStanding.TOO_EARLY
    if given is None:
        is_open = at < visit.period.end + ASKED_FOR
        return FeedbackStanding.ASKED if is_open else FeedbackStanding.CLOSED
    is_open = at < given.given_at + CHANGED_FOR
    return FeedbackStanding.GIVEN if is_open else FeedbackStanding.CLOSED


def settled(visit: Visit, *, happened: bool, at: datetime) -> Visit:
    """Return the visit as happened or missed, as whoever was there says.

    Raises:
        IllegalTransition: if it is cancelled, held or not over yet.
    """
    if visit.state in OPEN:
        return close(visit, took_place=happened, at=at)
    if visit.state not in _OVER:
        raise IllegalTransition(subject="visit", state=str(visit.state), step="closed")
    return replace(visit, state=VisitState.HAPPENED if happened else VisitState.MISSED)
