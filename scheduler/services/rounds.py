"""What the clock does once a day: ask whether weeks still hold and whose clearance ends, tidy up.

The day's round is made at eight by the district's clock, by whichever process is first. A day
that was slept through is made up for once. How visits were is asked at every tick instead: it
depends on when they end.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.domain.zones import at_wall_time, local
from scheduler.services.clearances import ask_before_the_end
from scheduler.services.feedback import ask_for_feedback
from scheduler.services.picture import find_district
from scheduler.services.ports import Store
from scheduler.services.reconfirming import ask_to_reconfirm
from scheduler.services.retention import forget_old

LEASE = "daily round"
ROUND_AT = time(8)


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions are new: about weeks, clearances and visits."""

    weeks: int = 0
    clearances: int = 0
    feedback: int = 0


def ask_daily(store: Store, *, now: datetime) -> Asked:
    """Make the day's round if it is due, and write what is asked after visits."""
    with store.write() as work:
        district = find_district(work)
        if district is None:
            return Asked()
        feedback = ask_for_feedback(work, now=now)
        # A fresh owner each time: a lease may be renewed by its owner, a day may not.
        owner, until = uuid.uuid4().hex, next_round(now, zone=district.timezone)
        if not work.leases.take(LEASE, owner=owner, now=now, until=until):
            return Asked(feedback=feedback)
        forget_old(work, now=now)
        return Asked(
            weeks=ask_to_reconfirm(work, now),
            clearances=ask_before_the_end(work, now=now),
            feedback=feedback,
        )


def next_round(now: datetime, *, zone: str) -> datetime:
    """Return when the next round after that moment is due."""
    today = local(now, zone).date()
    due = _at_eight(today, zone)
    return due if now < due else _at_eight(today + timedelta(1), zone)


def _at_eight(day: date, zone: str) -> datetime:
    return at_wall_time(day, ROUND_AT, zone)
