"""Which visits the public calendar shows: those of requests that a coordinator made public.

At first none is. The calendar names no person, class or room whatever is chosen; the school and
the hour alone may be more than a school wants everyone to know.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.periods import Period
from scheduler.domain.visits import OPEN
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.ports import Store
from scheduler.services.records import Activity


@dataclass(frozen=True, slots=True)
class PublicChoice:
    """A request with visits to come, its first one, and whether the public may know of them."""

    request: str
    title: str
    school_name: str
    period: Period
    timezone: str
    visits: int
    is_public: bool


def public_choices(store: Store, *, actor: Actor, now: datetime) -> tuple[PublicChoice, ...]:
    """Return the requests with released visits to come, by their first.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="choose what the public sees")
    with store.read() as work:
        visits = work.visits.in_states(OPEN, since=now)
        keys = tuple(dict.fromkeys(visit.request for visit in visits))
        requests = work.requests.many(keys)
        public = work.requests.public(keys)
        schools = work.districts.schools()
    first = {visit.request: visit for visit in reversed(visits)}
    return tuple(
        PublicChoice(
            request=key,
            title=requests[key].title,
            school_name=schools[first[key].school].name,
            period=first[key].period,
            timezone=first[key].timezone,
            visits=sum(visit.request == key for visit in visits),
            is_public=key in public,
        )
        for key in keys
    )


def choose_public(
    store: Store, ticked: Collection[str], *, shown: Collection[str], actor: Actor, now: datetime
) -> int:
    """Make the ticked requests public and the others that were shown not; return how many changed.

    What was not shown stays as it is: it may be somebody else's choice of a moment ago.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="choose what the public sees")
    with store.write() as work:
        known = work.requests.many(shown)
        before = work.requests.public(known)
        after = frozenset(ticked) & known.keys()
        work.requests.set_public(after - before, is_public=True)
        work.requests.set_public(before - after, is_public=False)
        changed = before ^ after
        work.activities.add(
            Activity(now, actor.email, "made public" if key in after else "hid", f"request:{key}")
            for key in sorted(changed)
        )
        return len(changed)
