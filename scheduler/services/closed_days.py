"""Visits that stand on days without school, because school time changed after they were booked.

They stay booked until a person decides: the guest may be on the way, and only the school knows
whether the door is open all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from scheduler.domain.districts import School
from scheduler.domain.periods import Period
from scheduler.domain.proposals import Proposal, ProposalState, decide
from scheduler.domain.schooldays import SATURDAY, SchoolTime
from scheduler.domain.visits import OCCUPYING, Visit, VisitState
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.ports import Work


@dataclass(frozen=True, slots=True)
class ClosedVisit:
    """A visit to come on a day without school, and why there is none.

    ``closure`` is the closure's name, empty where the day lies outside the school year or has
    no lessons.
    """

    uid: str
    request: str
    title: str
    school: str
    school_name: str
    day: date
    start: datetime
    timezone: str
    state: VisitState
    closure: str


def closed_visits(
    work: Work, schools: Mapping[str, School], times: Mapping[str, SchoolTime], *, now: datetime
) -> tuple[ClosedVisit, ...]:
    """Return the visits to come that these school times leave without school, by start."""
    return tuple(
        ClosedVisit(
            uid=visit.uid,
            request=visit.request,
            title=visit.title,
            school=visit.school,
            school_name=schools[visit.school].name,
            day=day,
            start=visit.start,
            timezone=visit.timezone,
            state=visit.state,
            closure=closure.name if (closure := time.closure_on(day)) else "",
        )
        for visit in work.listings.visits(since=now)
        if visit.state in OCCUPYING
        and visit.start > now
        and (time := times.get(visit.school))
        and not has_school(time, day := local(visit.start, visit.timezone).date())
    )


def how_many_closed(
    visits: Iterable[Visit], times: Mapping[str, SchoolTime], *, now: datetime
) -> int:
    """Return how many of these visits ``closed_visits`` lists."""
    is_open = cache(lambda school, day: has_school(times[school], day))
    return sum(
        not is_open(visit.school, local(visit.period.start, visit.timezone).date())
        for visit in visits
        if visit.state in OCCUPYING and visit.period.start > now and visit.school in times
    )


def outdate_proposals(
    work: Work, times: Mapping[str, SchoolTime], *, actor: Actor, now: datetime
) -> int:
    """Make pending proposals stale that would fall on days without school; return how many."""
    touched = tuple(_closed_proposals(work, times))
    work.visits.lock(f"request:{key}" for key in touched)
    # Somebody may have decided meanwhile; what is locked now stays as it is.
    still = tuple(_closed_proposals(work, times).items())
    work.proposals.put(
        decide(proposal, state=ProposalState.STALE, by=actor.email, at=now)
        for key, proposal in still
        if key in touched
    )
    return len(still)


def has_school(time: SchoolTime, day: date) -> bool:
    """Tell whether a visit booked for that day may stay; a Saturday was somebody's wish."""
    if day.weekday() >= SATURDAY:
        return time.closure_on(day) is None
    return time.has_lessons(day)


def _closed_proposals(work: Work, times: Mapping[str, SchoolTime]) -> dict[str, Proposal]:
    pending = {k: p for k, p in work.proposals.all().items() if p.state is ProposalState.PENDING}
    requests = work.requests.many(pending)
    return {
        key: proposal
        for key, proposal in pending.items()
        if (time := times.get(requests[key].school))
        and not all(has_school(time, day) for day in _days_of(proposal.sessions, time))
    }


def _days_of(sessions: Iterable[Period], time: SchoolTime) -> tuple[date, ...]:
    return tuple(local(period.start, time.timezone).date() for period in sessions)
