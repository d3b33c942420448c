"""The one order in which things are locked: requests first, then their visits, then the rest.

What is decided on once, such as a batch, a closed day or an offer, is locked before all of them.
Whoever keeps to it never waits for somebody who waits in turn. What is read after the lock is
what nobody else can change until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import CLASS_PREFIX, TEACHER_PREFIX, VOLUNTEER_PREFIX, Visit
from scheduler.services.ports import Work

# The closures of all schools are written as one list, and the district as one row.
CLOSURES, SETTINGS = "closures", "settings"


def lock_requests(work: Work, keys: Iterable[str]) -> None:
    """Keep every other writer of these requests and their proposals waiting."""
    work.visits.lock(f"request:{key}" for key in keys)


def lock_parties(
    work: Work, requests: Iterable[ClassroomRequest], *, people: Iterable[str]
) -> None:
    """Keep every other writer of these people, teachers and classes waiting."""
    asked = tuple(requests)
    work.visits.lock(
        {
            *(VOLUNTEER_PREFIX + email for email in people),
            *(TEACHER_PREFIX + request.teacher_email for request in asked),
            *(CLASS_PREFIX + request.classroom for request in asked if request.classroom),
        }
    )


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
