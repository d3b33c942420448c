"""Take up a visit again after a no, by the same link, while nobody else has the place.

The same hard rules are asked as for any booking, except those that only guard the volunteer's
own wishes: who says yes knows their own week best.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from scheduler.domain import coming_back as life
from scheduler.domain.assignments import Finding
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.people import RoleName
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit, VisitState
from scheduler.services import announcements as news
from scheduler.services.announcements import confirmations
from scheduler.services.booking_by_hand import OWN_WISHES, broken_by_move, broken_there
from scheduler.services.invitations import (
    Invitation,
    Standing,
    invitation_in,
    open_invitation,
    proven,
)
from scheduler.services.locking import locked_visits
from scheduler.services.onlookers import OFFICE, offices_of
from scheduler.services.overtaking import overtake
from scheduler.services.picture import declined_in
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity
from scheduler.services.stand_ins import book_if_filled, close_filled, request_of, vacancy_of
from scheduler.services.vicinity import vicinity
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

# Whoever said no is not asked again, but may say yes unasked.
SET_ASIDE = OWN_WISHES | {"not_excluded"}
Rule = Callable[[ClassroomRequest, Visit], bool]
UNDONE_BY_A_YES = frozenset({news.DECLINED, news.REOPENED, news.TAKEN_OUT, news.CANCELLATION})


def invitation_with_way_back(
    store: Store,
    token: str,
    *,
    warm: Warm,
    now: datetime,
    key: bytes,
    gazetteer: Gazetteer,
    seen: int | None = None,
) -> tuple[Invitation, bool]:
    """Return what the link shows, and whether a yes after a no would still be taken.

    Nothing is changed. ``seen`` as ``open_invitation``.

    Raises:
        Unknown: as ``open_invitation``.
    """
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        visit, person = proven(work, token, key=key)
        siblings = work.visits.of_requests((visit.request,))
        found = invitation_in(
            work, visit, person, siblings=siblings, now=now, seen=seen, ground=district.ground
        )
        if found.standing is not Standing.DECLINED:
            return found, False
        rule = _nearby(work, district, siblings, now=now, gazetteer=gazetteer)
        back = _possible(work, visit, person.email, siblings=siblings, now=now, breaks_a_rule=rule)
        return found, bool(back)


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
        back = _possible(
            work,
            visit,
            person.email,
            siblings=work.visits.of_requests((visit.request,)),
            now=now,
            breaks_a_rule=lambda _, back: _is_hindered(
                broken_by_move(work, back, period=back.period, now=now, gazetteer=gazetteer)
            ),
        )
        if not back:
            raise IllegalTransition(subject="visit", state="taken", step="taken up again")
        _enter(work, back, email=person.email, now=now)
    return open_invitation(store, token, now=now, key=key)


def _possible(
    work: Work,
    visit: Visit,
    email: str,
    *,
    siblings: tuple[Visit, ...],
    now: datetime,
    breaks_a_rule: Rule,
) -> tuple[Visit, ...]:
    """The visits as they would be; none unless the link's own is among them."""
    request = work.requests.get(visit.request)
    if request is None or request.state is not RequestState.OPEN or email in request.excluded:
        return ()
    free = (
        life.come_back(each, email, at=now)
        for each in siblings
        if now < each.period.start
        and life.was_declined_by(each, email)
        and _has_room(each, siblings, request)
    )
    kept = tuple(each for each in free if not breaks_a_rule(request, each))
    return kept if any(each.uid == visit.uid for each in kept) else ()


def _has_room(visit: Visit, siblings: tuple[Visit, ...], request: ClassroomRequest) -> bool:
    others = (v for v in siblings if v.session == visit.session and v.uid != visit.uid)
    is_replaced = any(other.occupies for other in others)
    return not is_replaced and vacancy_of(visit, request) > 0


def _nearby(
    work: Work,
    district: WarmDistrict,
    siblings: tuple[Visit, ...],
    *,
    now: datetime,
    gazetteer: Gazetteer,
) -> Rule:
    """Judge by what is booked around these people and this request, without reading the rest."""

    def breaks_a_rule(request: ClassroomRequest, back: Visit) -> bool:
        picture = vicinity(
            work,
            district,
            requests={request.key: request},
            emails=back.volunteers,
            declined=declined_in(siblings),
            now=now,
        )
        findings = broken_there(picture, back, period=back.period, gazetteer=gazetteer)
        return _is_hindered(findings)

    return breaks_a_rule


def _is_hindered(findings: tuple[Finding, ...]) -> bool:
    return any(finding.rule not in SET_ASIDE for finding in findings)


def _enter(work: Work, back: tuple[Visit, ...], *, email: str, now: datetime) -> None:
    request = request_of(work, back[0])
    work.visits.save(back)
    uids = tuple(visit.uid for visit in back)
    overtake(work, uids, only=lambda row: row.purpose in UNDONE_BY_A_YES)
    book_if_filled(work, request)
    sought = close_filled(work, back, request, now=now)
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
    # An office was told that somebody is looked for.
    for visit in certain:
        if visit.uid in sought:
            _tell_office(work, visit, now=now)
    work.activities.add(Activity(now, email, "came back", f"visit:{v.uid}") for v in back)


def _tell_office(work: Work, visit: Visit, *, now: datetime) -> None:
    work.outbox.add(
        news.announce(
            (visit,),
            purpose=news.CONFIRMATION_TEACHER,
            recipients=offices_of(work, visit.school),
            at=now,
            revision=visit.sequence,
            facts={"role": OFFICE},
        )
    )
