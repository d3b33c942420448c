"""What goes along when a class changes hands: requests, visits to come, and mail that waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from scheduler.domain.handovers import Handover
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import OPEN, Visit, hosts_of
from scheduler.services.announcements import NEW_HOST, announce
from scheduler.services.locking import lock_requests, locked_visits
from scheduler.services.overtaking import overtake
from scheduler.services.ports import Work


def going_along(work: Work, handover: Handover) -> tuple[ClassroomRequest, ...]:
    """Return the class's requests that were not taken back."""
    return tuple(
        request
        for request in work.requests.of_teacher(handover.giver_email).values()
        if request.classroom == handover.classroom and request.state is not RequestState.WITHDRAWN
    )


def coming_visits(
    work: Work, requests: Iterable[ClassroomRequest], *, now: datetime
) -> tuple[Visit, ...]:
    """Return the visits of these requests that are still to end, by start."""
    visits = work.visits.of_requests([request.key for request in requests])
    return tuple(visit for visit in visits if visit.occupies and visit.period.end > now)


def move_requests(work: Work, handover: Handover, *, now: datetime) -> None:
    """Give the taker what is not over, with the mail that waits; tell who comes.

    Raises:
        DoubleBooked: if the taker has a visit at the hour of one of these.
    """
    requests = going_along(work, handover)
    lock_requests(work, (request.key for request in requests))
    coming = locked_visits(work, (v.uid for v in coming_visits(work, requests, now=now)))
    with_visits = {visit.request for visit in work.visits.of_requests([r.key for r in requests])}
    still_coming = {visit.request for visit in coming}
    moved = tuple(
        replace(request, teacher_email=handover.taker_email)
        for request in requests
        if request.state is RequestState.OPEN
        or request.key in still_coming
        or request.key not in with_visits
    )
    work.requests.put(moved)
    keys = {request.key for request in moved}
    hosted = tuple(_hosted(visit, handover) for visit in coming if visit.request in keys)
    work.visits.save(hosted)
    _readdress(work, hosted, handover)
    _tell_speakers(work, hosted, handover, now=now)


def _hosted(visit: Visit, handover: Handover) -> Visit:
    (former,) = hosts_of(teacher_email=handover.giver_email, school="", classroom="", room="")
    (following,) = hosts_of(teacher_email=handover.taker_email, school="", classroom="", room="")

    def changed(hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(following if host == former else host for host in hosts)

    pending = visit.pending_move
    if pending:
        pending = replace(pending, hosts=changed(pending.hosts))
    return replace(visit, hosts=changed(visit.hosts), pending_move=pending)


def _readdress(work: Work, visits: Iterable[Visit], handover: Handover) -> None:
    waiting = overtake(
        work,
        [visit.uid for visit in visits],
        only=lambda row: row.recipient == handover.giver_email,
    )
    ending = f"/{handover.giver_email}"
    work.outbox.add(
        replace(
            row,
            key=row.key.removesuffix(ending) + f"/{handover.taker_email}",
            recipient=handover.taker_email,
        )
        for row in waiting
    )


def _tell_speakers(
    work: Work, visits: tuple[Visit, ...], handover: Handover, *, now: datetime
) -> None:
    names = work.traces.names((handover.giver_email, handover.taker_email))
    facts = {"host": names[handover.taker_email], "former_host": names[handover.giver_email]}
    for visit in visits:
        if visit.state in OPEN:
            work.outbox.add(
                announce(
                    (visit,),
                    purpose=NEW_HOST,
                    offset=handover.key,
                    recipients=visit.volunteers,
                    at=now,
                    facts=facts,
                )
            )
