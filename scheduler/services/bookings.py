"""Turn a proposal that was judged to hold into visits, bookings and mail.

New visits are held back; a gap in visits that are known already is filled at once.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

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
from scheduler.services.snapshots import hosts_for


def carry_out(
    work: Work, proposal: Proposal, picture: Picture, *, actor: Actor, now: datetime
) -> None:
    """Book what was judged to hold: visits, request, mail and activity, in this transaction."""
    request = picture.requests[proposal.request]
    standing = picture.visits_of(request.key)
    if standing:
        _fill_gap(work, proposal, request, standing=standing, now=now)
    else:
        visits = new_visits(proposal, request, picture=picture, now=now)
        work.visits.add(visits)
        work.outbox.add(invitations(visits, request, at=now, held_until=now + APPROVAL_HOLD))
    work.requests.put((replace(request, state=RequestState.BOOKED),))
    work.proposals.put((decide(proposal, state=ProposalState.APPROVED, by=actor.email, at=now),))
    work.activities.add((Activity(now, actor.email, "approved", f"request:{request.key}"),))


def new_visits(
    proposal: Proposal,
    request: ClassroomRequest,
    *,
    picture: Picture,
    now: datetime,
    hold: timedelta = APPROVAL_HOLD,
) -> tuple[Visit, ...]:
    """Return the held visits of an approved proposal, one per session, with fresh UIDs."""
    classroom = picture.classroom_of(request)
    at_school = any(speaker.format is Format.IN_PERSON for speaker in proposal.speakers)
    return tuple(
        Visit(
            uid=str(uuid.uuid4()),
            request=request.key,
            session=number,
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
            release_at=now + hold,
        )
        for number, period in enumerate(proposal.sessions, start=1)
    )


def bookings_of(proposal: Proposal) -> tuple[Booking, ...]:
    """Return the unanswered bookings of a proposal's speakers, each in their own format."""
    return tuple(Booking(each.email, format=each.format) for each in proposal.speakers)


def _fill_gap(
    work: Work,
    proposal: Proposal,
    request: ClassroomRequest,
    *,
    standing: tuple[Visit, ...],
    now: datetime,
) -> None:
    """Somebody steps in: the visit is known already, so the ask goes out at once."""
    wanted: set[Period] = set(proposal.sessions)
    asked = bookings_of(proposal)
    joined = tuple(join(visit, asked, at=now) for visit in standing if visit.period in wanted)
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
