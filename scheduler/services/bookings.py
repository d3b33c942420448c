"""Turn a proposal that was judged to hold into visits, bookings and mail.

New visits are held back; a gap in visits that are known already is filled at once.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from scheduler.domain.periods import Period
from scheduler.domain.proposals import Proposal, ProposalState, decide
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import APPROVAL_HOLD, Booking, Visit, VisitState, join
from scheduler.domain.volunteers import Format
from scheduler.services.access import Actor
from scheduler.services.announcements import INVITATION, announce, invitations
from scheduler.services.picture import Picture
from scheduler.services.ports import Work
from scheduler.services.records import Activity
from scheduler.services.snapshots import hosts_for, missing_sessions


def carry_out(
    work: Work, proposal: Proposal, picture: Picture, *, actor: Actor, now: datetime
) -> None:
    """Book what was judged to hold: visits, request, mail and activity, in this transaction."""
    request = picture.requests[proposal.request]
    standing = {visit.period: visit for visit in picture.visits_of(request.key)}
    fresh = new_visits(proposal, request, picture=picture, now=now)
    if fresh:
        work.visits.add(fresh)
        work.outbox.add(invitations(fresh, request, at=now, held_until=now + APPROVAL_HOLD))
    joined = tuple(visit for period, visit in standing.items() if period in proposal.sessions)
    if joined:
        _step_in(work, proposal, joined, now=now)
    work.requests.put((replace(request, state=RequestState.BOOKED),))
    work.proposals.put((decide(proposal, state=ProposalState.APPROVED, by=actor.email, at=now),))
    work.activities.add((Activity(now, actor.email, "approved", f"request:{request.key}"),))


def new_visits(
    proposal: Proposal, request: ClassroomRequest, *, picture: Picture, now: datetime
) -> tuple[Visit, ...]:
    """Return the held visits of the sessions that no visit stands for yet, with fresh UIDs."""
    standing = picture.visits_of(request.key)
    taken = {visit.period for visit in standing}
    periods = tuple(period for period in proposal.sessions if period not in taken)
    numbers = missing_sessions(request, standing)
    return tuple(
        _new_visit(proposal, request, picture=picture, now=now, session=number, period=period)
        for number, period in zip(numbers, periods, strict=False)
    )


def bookings_of(proposal: Proposal) -> tuple[Booking, ...]:
    """Return the unanswered bookings of a proposal's speakers, each in their own format."""
    return tuple(Booking(each.email, format=each.format) for each in proposal.speakers)


def _new_visit(
    proposal: Proposal,
    request: ClassroomRequest,
    *,
    picture: Picture,
    now: datetime,
    session: int,
    period: Period,
) -> Visit:
    classroom = picture.classroom_of(request)
    at_school = any(speaker.format is Format.IN_PERSON for speaker in proposal.speakers)
    return Visit(
        uid=str(uuid.uuid4()),
        request=request.key,
        session=session,
        period=period,
        timezone=picture.zone_of(request.school),
        format=Format.IN_PERSON if at_school else Format.VIRTUAL,
        state=VisitState.HELD,
        bookings=bookings_of(proposal),
        created_at=now,
        revised_at=now,
        school=request.school,
        hosts=hosts_for(picture, request),
        room=classroom.room if classroom else "",
        release_at=now + APPROVAL_HOLD,
    )


def _step_in(work: Work, proposal: Proposal, standing: tuple[Visit, ...], *, now: datetime) -> None:
    """The visits are known already, so whoever steps in is asked at once."""
    asked = bookings_of(proposal)
    joined = tuple(join(visit, asked, at=now) for visit in standing)
    work.visits.save(joined)
    work.outbox.add(
        announce(
            joined,
            purpose=INVITATION,
            recipients=(booking.volunteer_email for booking in asked),
            at=now,
            revision=joined[0].sequence,
        )
    )
