"""Ask for the night's proposals: once after three in the morning, by the district's clock.

A night that was slept through is made up for once, unless somebody has proposed since.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from datetime import time as wall_time

from scheduler.domain.runs import Run, RunState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.picture import find_district
from scheduler.services.ports import Store, Work
from scheduler.services.runs import NIGHTLY, RECENT, new_run, open_run

LEASE = "nightly proposals"
NIGHTLY_SECONDS = 60.0
NIGHTLY_AT = wall_time(3)


def ask_nightly(store: Store, *, now: datetime, lease_now: datetime) -> Run | None:
    """Ask for the proposals of the night, if they are due; None otherwise.

    While another run is open the night waits for it.
    """
    with store.write() as work:
        district = find_district(work)
        if district is None or _was_proposed(work, since=last_night(now, zone=district.timezone)):
            return None
        # A fresh owner each time: a lease may be renewed by its owner, a night may not.
        owner, until = uuid.uuid4().hex, next_night(now, zone=district.timezone)
        if not work.leases.take(LEASE, owner=owner, now=now, until=until):
            return None
        run = new_run(asked_by=NIGHTLY, at=now, seconds=NIGHTLY_SECONDS)
        if open_run(work, run, lease_now=lease_now):
            return run
        work.leases.give_back(LEASE, owner=owner, at=now)
        return None


def last_night(now: datetime, *, zone: str) -> datetime:
    """Return when the latest night's proposals were due."""
    today = local(now, zone).date()
    tonight = _at_three(today, zone)
    return tonight if tonight <= now else _at_three(today - timedelta(1), zone)


def next_night(now: datetime, *, zone: str) -> datetime:
    """Return when the next night's proposals will be due."""
    today = local(now, zone).date()
    tonight = _at_three(today, zone)
    return tonight if now < tonight else _at_three(today + timedelta(1), zone)


def _at_three(day: date, zone: str) -> datetime:
    return at_wall_time(day, NIGHTLY_AT, zone)


def _was_proposed(work: Work, *, since: datetime) -> bool:
    return any(
        run.state is RunState.DONE and run.is_about_all_days and run.asked_at >= since
        for run in work.runs.recent(limit=RECENT)
    )
