"""An import: somebody's files on their way into the district, looked over first, then carried out.

Nothing is changed before a person saw the list of changes and said yes to that very list. At
most one import of a district waits or is worked on at a time. Who works on it says again and
again that it is alive; one whose worker fell silent is taken over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition

ATTEMPTS = 3
KEPT = timedelta(days=1)


class ImportState(StrEnum):
    """Where an import stands; ready means that its list of changes waits for a person."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


OPEN_STATES = frozenset({ImportState.WAITING, ImportState.WORKING})
OVER = frozenset({ImportState.REFUSED, ImportState.DONE, ImportState.DROPPED})


@dataclass(frozen=True, slots=True)
class FileCount:
    """How many rows a file has, how many of them are new and how many differ from what is known."""

    file: str
    rows: int
    added: int = 0
    changed: int = 0

    @property
    def same(self) -> int:
        """Return how many rows say what is known."""
        return max(0, self.rows - self.added - self.changed)


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far an import is: what it does, and how many rows of how many are done."""

    phase: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One import: who brought which files, what became of them, who works on it until when.

    ``confirmed_by`` said yes to the list that ``seen`` and ``seen_lacking`` stand for; with
    ``prunes`` what the files lack is withdrawn and put at rest. ``has_moved`` tells that the
    list became another after that yes. ``asked_at`` and ``ended_at`` are told by the district's
    clock, ``alive_until`` by real time. ``trouble`` is what went wrong, as data.
    """

    key: str
    asked_by: str
    asked_at: datetime
    title: str = ""
    state: ImportState = ImportState.WAITING
    confirmed_by: str = ""
    prunes: bool = False
    attempt: int = 1
    owner: str = ""
    alive_until: datetime | None = None
    ended_at: datetime | None = None
    stretch: Stretch = field(default_factory=Stretch)
    counts: tuple[FileCount, ...] = ()
    withdrawn: int = 0
    rested: int = 0
    seen: str = ""
    seen_lacking: str = ""
    has_moved: bool = False
    trouble: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Say whether it waits for a worker or is worked on."""
        return self.state in OPEN_STATES

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will come of it."""
        return self.state in OVER

    @property
    def rows(self) -> int:
        """Return how many rows differ from what is known."""
        return sum(count.added + count.changed for count in self.counts)

    def is_orphaned(self, now: datetime) -> bool:
        """Say whether whoever worked on it has fallen silent by now, in real time."""
        silent = self.alive_until is None or self.alive_until <= now
        return self.state is ImportState.WORKING and silent

    def can_be_had(self, now: datetime) -> bool:
        """Say whether a worker may take it."""
        return self.state is ImportState.WAITING or self.is_orphaned(now)


def taken(found: Import, *, owner: str, alive_until: datetime) -> Import:
    """Return an import in the hands of a process; one whose worker died is tried once more.

    Raises:
        IllegalTransition: unless it is open.
    """
    _require(found, OPEN_STATES, step="taken")
    was_lost = found.state is ImportState.WORKING
    return replace(
        found,
        state=ImportState.WORKING,
        owner=owner,
        alive_until=alive_until,
        attempt=found.attempt + was_lost,
        stretch=Stretch(),
    )


def given_back(found: Import) -> Import:
    """Return an import as it waits for another process.

    Raises:
        IllegalTransition: unless it is worked on.
    """
    _require(found, {ImportState.WORKING}, step="given back")
    return replace(found, state=ImportState.WAITING, owner="", alive_until=None, stretch=Stretch())


def shown(found: Import, *, counts: tuple[FileCount, ...], seen: str, lacking: str) -> Import:
    """Return an import whose list of changes waits for a person.

    Raises:
        IllegalTransition: unless it is worked on.
    """
    _require(found, {ImportState.WORKING}, step="shown")
    return replace(
        found,
        state=ImportState.READY,
        alive_until=None,
        confirmed_by="",
        prunes=False,
        counts=counts,
        seen=seen,
        seen_lacking=lacking,
        has_moved=bool(found.confirmed_by),
    )


def asked_again(found: Import, *, confirmed_by: str = "", prunes: bool = False) -> Import:
    """Return an import that waits to be looked over, or to be carried out if somebody said yes.

    Raises:
        IllegalTransition: if it is open, or over; only a list that waits can be said yes to.
    """
    can_be = {ImportState.READY} if confirmed_by else {ImportState.READY, ImportState.FAILED}
    _require(found, can_be, step="asked for again")
    return replace(
        found,
        state=ImportState.WAITING,
        confirmed_by=confirmed_by,
        prunes=prunes,
        attempt=1,
        owner="",
        stretch=Stretch(),
        ended_at=None,
        has_moved=False,
        trouble={},
    )


def ended(found: Import, state: ImportState, *, at: datetime) -> Import:
    """Return an import that came to an end; it may fail and be asked for again.

    Raises:
        IllegalTransition: if it was over, or is not worked on and can only be dropped.
    """
    is_dropped = state is ImportState.DROPPED
    can_be = set(ImportState) - OVER if is_dropped else {ImportState.WORKING}
    _require(found, can_be, step=str(state))
    return replace(found, state=state, ended_at=at, alive_until=None)


def _require(
    found: Import, states: set[ImportState] | frozenset[ImportState], *, step: str
) -> None:
    if found.state not in states:
        raise IllegalTransition(subject="import", state=str(found.state), step=step)
