"""A batch: what one change would do to what is booked, kept until somebody decides on it whole.

Nothing of it has happened. It holds for the district it was made from: what was booked is
written down beside what would be, so that whoever approves it later can see whether it is still
so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import DateRange, Period


class WhatIfKind(StrEnum):
    """What is tried out."""

    AWAY = "away"
    CLOSED = "closed"
    ILL = "ill"
    LIMIT = "limit"
    WEIGHT = "weight"


class BatchState(StrEnum):
    """Where a batch stands; a stale one was overtaken by the district."""

    PENDING = "pending"
    APPROVED = "approved"
    DROPPED = "dropped"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One change to try out.

    ``away`` and ``limit`` name a volunteer, ``ill`` a teacher, ``closed`` schools (none named:
    every school). ``first`` and ``last`` day are both included. ``name`` is a closure's, a
    limit's or a weight's; ``value`` the new limit or weight. With ``releases_confirmed`` visits
    that everyone said yes to may give way too.
    """

    kind: WhatIfKind
    first: date | None = None
    last: date | None = None
    email: str = ""
    schools: tuple[str, ...] = ()
    name: str = ""
    value: int | None = None
    releases_confirmed: bool = False

    @property
    def days(self) -> DateRange:
        """Return the days it is about.

        Raises:
            InvalidPeriod: if it has none, or they end before they begin.
        """
        first = self.first or date.min
        return DateRange(first, self.last or first)


@dataclass(frozen=True, slots=True)
class Side:
    """Who comes when, on one side of a difference; sessions in UTC, people by address."""

    sessions: tuple[Period, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """What becomes of one request.

    ``was`` None had nobody, ``becomes`` None has nobody any more, ``reason`` being the key of
    why. ``uids`` are the visits given up. A ``is_proposal`` entry is about a proposal that
    nobody was told of. ``gives_way`` marks what the change itself leaves alone.
    """

    request: str
    was: Side | None
    becomes: Side | None
    uids: tuple[str, ...] = ()
    is_proposal: bool = False
    gives_way: bool = False
    reason: str = ""

    @property
    def is_move(self) -> bool:
        """Tell whether the same people come at another time."""
        if self.was is None or self.becomes is None:
            return False
        is_same_time = self.was.sessions == self.becomes.sessions
        return not is_same_time and set(self.was.people) == set(self.becomes.people)


@dataclass(frozen=True, slots=True)
class Batch:
    """A difference between what is booked and what would be, and what was decided about it.

    ``marks`` say by UID how each visit that is given up stood; ``broken`` names by request the
    rules that no longer held when somebody wanted to approve it. ``points`` tell of each wish
    that is met differently what it is worth in the plan before, and in the one after.
    """

    key: str
    what_if: WhatIf
    entries: tuple[BatchEntry, ...]
    marks: Mapping[str, str]
    made_at: datetime
    made_by: str
    state: BatchState = BatchState.PENDING
    decided_at: datetime | None = None
    decided_by: str = ""
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    points: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def decide(
    batch: Batch,
    *,
    state: BatchState,
    by: str,
    at: datetime,
    broken: Mapping[str, tuple[str, ...]] | None = None,
) -> Batch:
    """Approve, drop or outdate a pending batch.

    Raises:
        IllegalTransition: unless it is pending.
    """
    if batch.state is not BatchState.PENDING:
        raise IllegalTransition(subject="batch", state=str(batch.state), step=str(state))
    return replace(batch, state=state, decided_by=by, decided_at=at, broken=broken or {})
