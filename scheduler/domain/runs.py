"""A run: one search for proposals, from the asking to its end.

At most one run of a district is open, waiting or running, at a time. Who works on it says again
and again that it is alive; a run whose worker fell silent is abandoned and followed by another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition

ATTEMPTS = 3


class RunState(StrEnum):
    """Where a run stands; a cancelled one may still have kept the best it had."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset({RunState.WAITING, RunState.RUNNING})


class Change(StrEnum):
    """What became of one request, compared with what was proposed before the run."""

    FOUND = "found"
    OTHER_PEOPLE = "other people"
    OTHER_TIME = "other time"
    LOST = "lost"
    KEPT = "kept"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Headway:
    """How far a search is.

    ``share`` of the time is gone, 0 to 1. ``filled`` of the ``requests`` have somebody. Both,
    and the value and the proven limit of a tier, are None until they are known.
    """

    phase: str = ""
    share: float = 0.0
    requests: int | None = None
    filled: int | None = None
    tier1_value: int | None = None
    tier1_bound: int | None = None
    tier2_value: int | None = None
    tier2_bound: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One search: who asked for which days, who works on it until when, how far it is.

    ``first`` and ``last`` bound the days of visits, both included. ``asked_at``, ``begun_at``
    and ``ended_at`` are told by the district's clock, ``alive_until`` by real time. ``points``
    are the plan's by term. ``counts`` holds how many requests met each ``Change``, ``changed``
    the first keys of each. ``trouble`` is what went wrong, as data.
    """

    key: str
    asked_by: str
    asked_at: datetime
    seconds: float
    first: date | None = None
    last: date | None = None
    attempt: int = 1
    state: RunState = RunState.WAITING
    owner: str = ""
    alive_until: datetime | None = None
    stop_asked_at: datetime | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    headway: Headway = field(default_factory=Headway)
    points: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, object] = field(default_factory=dict)
    trouble: Mapping[str, object] = field(default_factory=dict)
    followed_by: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether the run still waits or is worked on."""
        return self.state in OPEN_STATES

    @property
    def is_about_all_days(self) -> bool:
        """Say whether no day was left out."""
        return self.first is None and self.last is None

    def is_orphaned(self, now: datetime) -> bool:
        """Say whether whoever worked on it has fallen silent by now, in real time."""
        silent = self.alive_until is None or self.alive_until <= now
        return self.state is RunState.RUNNING and silent


def taken(run: Run, *, owner: str, at: datetime, alive_until: datetime) -> Run:
    """Return a waiting run in the hands of the process that works on it.

    Raises:
        IllegalTransition: unless it waits.
    """
    _require(run, RunState.WAITING, step="begun")
    return replace(run, state=RunState.RUNNING, owner=owner, begun_at=at, alive_until=alive_until)


def given_back(run: Run) -> Run:
    """Return a running run as it waits for somebody else, its headway forgotten.

    Raises:
        IllegalTransition: unless it is running.
    """
    _require(run, RunState.RUNNING, step="given back")
    return replace(
        run,
        state=RunState.WAITING,
        owner="",
        begun_at=None,
        alive_until=None,
        headway=Headway(),
    )


def ended(run: Run, state: RunState, *, at: datetime) -> Run:
    """Return an open run that is done, has failed or was cancelled.

    Raises:
        IllegalTransition: if it has ended before, or the state is no end; what waits can only
            be cancelled.
    """
    ends_waiting = run.state is RunState.WAITING and state is RunState.CANCELLED
    if not ends_waiting:
        _require(run, RunState.RUNNING, step=str(state))
    if state in OPEN_STATES:
        raise IllegalTransition(subject="run", state=str(run.state), step=str(state))
    return replace(run, state=state, ended_at=at, alive_until=None)


def abandoned(run: Run, *, at: datetime, followed_by: str = "") -> Run:
    """Return a run whose worker died, with the run that takes its place, if any.

    Raises:
        IllegalTransition: unless it is running.
    """
    _require(run, RunState.RUNNING, step="abandoned")
    return replace(ended(run, RunState.ABANDONED, at=at), followed_by=followed_by)


def successor(run: Run, *, key: str, at: datetime) -> Run | None:
    """Return the run that tries an abandoned one again; None after the last attempt."""
    if run.attempt >= ATTEMPTS:
        return None
    return Run(
        key=key,
        asked_by=run.asked_by,
        asked_at=at,
        seconds=run.seconds,
        first=run.first,
        last=run.last,
        attempt=run.attempt + 1,
    )


def _require(run: Run, state: RunState, *, step: str) -> None:
    if run.state is not state:
        raise IllegalTransition(subject="run", state=str(run.state), step=step)
