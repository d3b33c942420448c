"""Take up a visit again after a no, by the same link, while nobody else has the place.

The same hard rules are asked as for any booking, except those that only guard the volunteer's
own wishes: who says yes knows their own week best.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.domain import coming_back as life
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.people import RoleName
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit, VisitState
from scheduler.services import announcements as news
from scheduler.services.announcements import confirmations
from scheduler.services.choices import broken_by_move
from scheduler.services.invitations import Invitation, open_invitation, proven
from scheduler.services.locking import locked_visits
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity, OutboxState

OWN_WISHES = frozenset(
    {
        *("within_availability", "notice_given", "long_enough"),
        *("max_per_day", "max_per_week", "max_per_month"),
        # Whoever said no is not asked again, but may say yes unasked.
        "not_excluded",
    }
)
UNDONE_BY_A_YES = frozenset({news.DECLINED, news.REOPENED, news.TAKEN_OUT, news.CANCELLATION})


def can_come_back(
    store: Store, token: str, *, now: datetime, key: bytes, gazetteer: Gazetteer
) -> bool:
    """Tell whether a yes after the no would still be taken; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
    """
    with store.read() as work:
        visit, person = proven(work, token, key=key)
        return bool(_possible(work, visit, person.email, now=now, gazetteer=gazetteer))


def come_back(
    store: Store, token: str, *, now: datetime, key: bytes, gazetteer: Gazetteer
) -> Invitation:
    """Enter a yes after a no for every visit of the request that is still free for them.

    Raises:
        Unknown: if the link is nobody's.
        IllegalTransition: if the place is taken, or the visit begins or was called off.
        DoubleBooked: if the database refuses.
    """
    with store.write() as work:
        visit, person = proven(work, token, key=key)
        siblings = work.visits.of_requests((visit.request,))
        locked_visits(work, (each.uid for each in siblings))
        work.visits.lock((VOLUNTEER_PREFIX + person.email,))
        back = _possible(work, visit, person.email, now=now, gazetteer=gazetteer)
        if not back:
            raise IllegalTransition(subject="visit", state="taken", step="taken up again")
        _enter(work, back, email=person.email, now=now)
    return open_invitation(store, token, now=now, key=key)


def _possible(
    work: Work, visit: Visit, email: str, *, now: datetime, gazetteer: Gazetteer
) -> tuple[Visit, ...]:
    """The visits as they would be; none unless the link's own is among them."""
    request = work.requests.get(visit.request)
    if request is None or request.state is not RequestState.OPEN or email in request.excluded:
        return ()
    siblings = work.visits.of_requests((visit.request,))
    free = tuple(
        life.come_back(each, email, at=now)
        for each in siblings
        if now < each.period.start
        and life.was_declined_by(each, email)
        and _has_room(each, siblings, request)
    )
    kept = tuple(
        each for each in free if not _breaks_a_rule(work, each, now=now, gazetteer=gazetteer)
    )
    return kept if any(each.uid == visit.uid for each in kept) else ()


def _has_room(visit: Visit, siblings: tuple[Visit, ...], request: ClassroomRequest) -> bool:
    others = (v for v in siblings if v.session == visit.session and v.uid != visit.uid)
    is_replaced = any(other.occupies for other in others)
    return not is_replaced and len(visit.present_bookings) < request.speakers


def _breaks_a_rule(work: Work, visit: Visit, *, now: datetime, gazetteer: Gazetteer) -> bool:
    findings = broken_by_move(work, visit, period=visit.period, now=now, gazetteer=gazetteer)
    return any(finding.rule not in OWN_WISHES for finding in findings)


def _enter(work: Work, back: tuple[Visit, ...], *, email: str, now: datetime) -> None:
    request = work.requests.get(back[0].request)
    assert request is not None
    work.visits.save(back)
    rows = work.outbox.of_subjects(visit.uid for visit in back)
    overtaken = (row.key for row in rows if _is_overtaken(row.purpose, row.state))
    work.outbox.set_state(overtaken, state=OutboxState.SUPERSEDED)
    if _is_filled(work, request):
        work.requests.put((replace(request, state=RequestState.BOOKED),))
    proposal = work.proposals.get(request.key)
    if proposal:
        work.proposals.put((replace(proposal, state=ProposalState.STALE),))
    certain = tuple(visit for visit in back if visit.state is VisitState.CONFIRMED)
    if certain:
        work.outbox.add(confirmations(certain, request, at=now))
    work.outbox.add(
        news.announce(
            back,
            purpose=news.CONFIRMATION_TEACHER,
            recipients=work.people.with_role(RoleName.COORDINATOR),
            at=now,
            revision=back[0].sequence,
        )
    )
    work.activities.add(Activity(now, email, "came back", f"visit:{v.uid}") for v in back)


def _is_overtaken(purpose: str, state: OutboxState) -> bool:
    return purpose in UNDONE_BY_A_YES and state in (OutboxState.HELD, OutboxState.DUE)


def _is_filled(work: Work, request: ClassroomRequest) -> bool:
    visits = [v for v in work.visits.of_requests((request.key,)) if v.occupies]
    return len(visits) >= request.sessions and all(
        len(visit.present_bookings) >= request.speakers for visit in visits
    )
