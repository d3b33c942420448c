"""The one order in which things are locked: requests first, then their visits, then the rest.

Whoever keeps to it never waits for somebody who waits in turn. What is read after the lock is
what nobody else can change until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.visits import Visit
from scheduler.services.ports import Work


def lock_requests(work: Work, keys: Iterable[str]) -> None:
    """Keep every other writer of these requests and their proposals waiting."""
    work.visits.lock(f"request:{key}" for key in keys)


def locked_visits(work: Work, uids: Iterable[str]) -> tuple[Visit, ...]:
    """Lock these visits and their requests, and return them as they then are.

    In the order given; unknown ones are left out.
    """
    asked = tuple(dict.fromkeys(uids))
    lock_requests(work, {visit.request for visit in work.visits.many(asked).values()})
    work.visits.lock(f"visit:{uid}" for uid in asked)
    return tuple(work.visits.many(asked).values())


def locked_visit(work: Work, uid: str) -> Visit | None:
    """Lock one visit and return it, None if there is none."""
    return next(iter(locked_visits(work, (uid,))), None)
