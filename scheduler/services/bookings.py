"""Turn a proposal that was judged to hold into visits, bookings and mail.

New visits are held back; a gap in visits that are known already is filled at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.periods import Period
from scheduler.domain.proposals import Proposal, ProposalState, decide
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.starts import starts_of
from scheduler.domain.visits import APPROVAL_HOLD, Booking, Visit, VisitState, join
from scheduler.domain.volunteers import Format
from scheduler.services.access import Actor
from scheduler.services.announcements import INVITATION, announce, invitations
from scheduler.services.picture import Picture
from scheduler.services.ports import Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.snapshots import hosts_for, missing_sessions


def carry_out(
    work: Work, proposals: Iterable[Proposal], picture: Picture, *, actor: Actor, now: datetime
) -> None:
    """Book what was judged to hold: visits, requests, mail and activity, in this transaction.

    A handful of statements, however many proposals there are.

    Raises:
        DoubleBooked: if the database refuses one; the transaction is to be undone then.
    """
    given = tuple(proposals)
    written = tuple(_written(proposal, picture, now=now) for proposal in given)
    work.visits.add(visit for each in written for visit in each.fresh)
    work.visits.save(visit for each in written for visit in each.joined)
    work.outbox.add(row for each in written for row in each.mail)
    requests = (picture.requests[proposal.request] for proposal in given)
    work.requests.put(replace(request, state=RequestState.BOOKED) for request in requests)
    work.proposals.put(
        decide(proposal, state=ProposalState.APPROVED, by=actor.email, at=now) for proposal in given
    )
    work.activities.add(
        Activity(now, actor.email, "approved", f"request:{proposal.request}") for proposal in given
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """What one approval writes: new visits, visits somebody steps into, and mail."""

    fresh: tuple[Visit, ...]
    joined: tuple[Visit, ...]
    mail: tuple[OutboxRow, ...]


def _written(proposal: Proposal, picture: Picture, *, now: datetime) -> _Written:
    request = picture.requests[proposal.request]
    fresh = new_visits(proposal, request, picture=picture, now=now)
    asked = bookings_of(proposal)
    joined = tuple(
        join(visit, asked, at=now)
        for visit in picture.visits_of(request.key)
        if visit.period in proposal.sessions
    )
    mail = (
        invitations(fresh, request, at=now, held_until=now + APPROVAL_HOLD) if fresh else (),
        _asks_to_step_in(joined, asked, now=now) if joined else (),
    )
    return _Written(fresh, joined, tuple(row for rows in mail for row in rows))


def new_visits(
    proposal: Proposal, request: ClassroomRequest, *, picture: Picture, now: datetime
) -> tuple[Visit, ...]:
    """Return the held visits of the sessions that no visit stands for yet, with fresh UIDs.

    Asking inside one's own windows is the teacher's yes; any other time waits for one.
    """
    standing = picture.visits_of(request.key)
    taken = {visit.period for visit in standing}
    periods = tuple(period for period in proposal.sessions if period not in taken)
    numbers = missing_sessions(request, standing)
    offered = _offered(request, picture)
    return tuple(
        replace(
            _new_visit(proposal, request, picture=picture, now=now, session=number, period=period),
            host_agrees=period in offered,
        )
        for number, period in zip(numbers, periods, strict=False)
    )


def bookings_of(proposal: Proposal) -> tuple[Booking, ...]:
    """Return the unanswered bookings of a proposal's speakers, each in their own format."""
    return tuple(Booking(each.email, format=each.format) for each in proposal.speakers)


def _offered(request: ClassroomRequest, picture: Picture) -> frozenset[Period]:
    """Every session of every start that the teacher's own windows hold."""
    starts = starts_of(
        request,
        school_time=picture.school_time_by_school[request.school],
        classroom=picture.classroom_of(request),
    )
    return frozenset(session for start in starts for session in start.sessions)


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


def _asks_to_step_in(
    joined: tuple[Visit, ...], asked: tuple[Booking, ...], *, now: datetime
) -> tuple[OutboxRow, ...]:
    """The visits are known already, so whoever steps in is asked at once."""
    return announce(
        joined,
        purpose=INVITATION,
        recipients=(booking.volunteer_email for booking in asked),
        at=now,
        revision=joined[0].sequence,
    )
