"""How the district is, for whoever keeps it running: counts and ages, nobody's name or address.

Whether the timetable runs is told, and is no reason to take the pages away: they work without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.runs import RunState
from scheduler.services.ports import Counts, Store, Work
from scheduler.services.runs import TIMETABLE

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether pages can be answered; ``timetable_until`` is None before it ever ran.

    The timetable counts as alive until then, and is silent since.
    """

    version: str
    has_district: bool
    timetable_until: datetime | None
    is_timetable_alive: bool


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """Counts, and how long ago things were.

    ``due_age`` is how long the oldest due mail waits, zero where none does. ``tick_age`` is None
    before the timetable's first whole round. What remains of a lease is negative once it ended.
    """

    version: str
    counts: Counts
    due_age: timedelta
    tick_age: timedelta | None
    run_age: Mapping[RunState, timedelta]
    lease_left: Mapping[str, timedelta]


def readiness(store: Store, *, lease_now: datetime) -> Readiness:
    """Tell whether the database is there and as this program needs it.

    Raises:
        OutOfReach: if the database does not answer.
        WrongTables: if it is not set up, or of another version.
    """
    with store.read() as work:
        version, until = work.vitals.require_tables(), work.leases.seen(TIMETABLE)
        return Readiness(
            version=version,
            has_district=work.districts.get() is not None,
            timetable_until=until,
            is_timetable_alive=until is not None and lease_now < until,
        )


def take_vital_signs(store: Store, *, now: datetime, lease_now: datetime) -> VitalSigns:
    """Return how the district is; ``now`` is its own clock, ``lease_now`` real time.

    Raises:
        OutOfReach: if the database does not answer.
        WrongTables: if it is not set up, or of another version.
    """
    with store.read() as work:
        version, counts = work.vitals.require_tables(), work.vitals.counts()
        last_tick = work.marks.reached(TIMETABLE)
    due_since = counts.due_since or now
    return VitalSigns(
        version=version,
        counts=counts,
        due_age=max(now - due_since, NOTHING),
        tick_age=None if last_tick is None else max(lease_now - last_tick, NOTHING),
        run_age={state: now - end for state, end in counts.last_run_end.items()},
        lease_left={name: until - lease_now for name, until in counts.lease_until.items()},
    )


def note_tick(work: Work, *, at: datetime) -> None:
    """Note that the timetable has done everything that was due, by real time."""
    work.marks.move(TIMETABLE, to=at)
