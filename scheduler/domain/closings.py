"""A day on which schools close at short notice, and what its visits were before.

Calling off is told at once, so taking it back is a step forward, too: a visit that comes back
keeps its UID and raises SEQUENCE once more, for a calendar may have seen it cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import PendingMove, Visit, VisitState


class Afterwards(StrEnum):
    """What becomes of the visits of a closed day."""

    CANCEL = "cancel"
    NEW_TIME = "new_time"


@dataclass(frozen=True, slots=True)
class Before:
    """What a visit was before its day was closed."""

    uid: str
    state: VisitState
    release_at: datetime | None = None
    pending_move: PendingMove | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """One day closed for some schools (none named: for all), and what gave way to it.

    ``before`` tells of each visit that was called off, ``requests`` of each request of theirs:
    key, state and windows as they stood. ``mail`` are the keys of what tells of it,
    ``overtaken`` those of mail that is not sent because of it, with the state they were in.
    ``added`` are the schools that had no such closure before, "" being all of them.
    """

    key: str
    day: date
    schools: tuple[str, ...]
    name: str
    afterwards: Afterwards
    made_at: datetime
    made_by: str
    before: tuple[Before, ...] = ()
    mail: tuple[str, ...] = ()
    overtaken: tuple[tuple[str, str], ...] = ()
    requests: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    added: tuple[str, ...] = ()
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def closures(self) -> tuple[Closure, ...]:
        """Return the closures that it put into the calendar of the schools."""
        days = DateRange(self.day, self.day)
        return tuple(Closure(school, days, self.name) for school in self.added)


def before(visit: Visit) -> Before:
    """Return what is remembered of a visit whose day is about to be closed."""
    return Before(visit.uid, visit.state, visit.release_at, visit.pending_move)


def brought_back(visit: Visit, was: Before, *, at: datetime) -> Visit:
    """Return the visit as it was before its day was closed, one step further.

    Raises:
        IllegalTransition: unless it is cancelled.
    """
    if visit.state is not VisitState.CANCELLED:
        raise IllegalTransition(subject="visit", state=str(visit.state), step="brought back")
    return replace(
        visit,
        state=was.state,
        # What nobody ever heard of leaves no trace.
        sequence=visit.sequence + (1 if visit.was_released else -1),
        release_at=was.release_at,
        pending_move=was.pending_move,
        cancelled_at=None,
        cancel_reason="",
        revised_at=at,
    )


def undone(closing: Closing, *, by: str, at: datetime) -> Closing:
    """Return the closing as taken back.

    Raises:
        IllegalTransition: if it was taken back before.
    """
    if closing.undone_at is not None:
        raise IllegalTransition(subject="closing", state="undone", step="undone again")
    return replace(closing, undone_at=at, undone_by=by)


def without(closures: Iterable[Closure], gone: Iterable[Closure]) -> tuple[Closure, ...]:
    """Return the closures but for these."""
    taken = set(gone)
    return tuple(sorted(closure for closure in closures if closure not in taken))
