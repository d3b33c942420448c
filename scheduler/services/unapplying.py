"""Take a remedy back within ten minutes: what it changed is as it was, and nobody was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import APPROVAL_HOLD, VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Volunteer
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.announcements import ARRANGED
from scheduler.services.applying import CHANGED
from scheduler.services.keepsakes import (
    kept_person,
    kept_request,
    person_again,
    proposal_again,
    request_again,
    unassigned_again,
)
from scheduler.services.locking import lock_requests
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxState

LOOKED_AT = 200
TOOK_BACK = "took a change back"
Facts = Mapping[str, object]


def take_remedy_back(
    store: Store, key: str, *, at: datetime, actor: Actor, now: datetime
) -> ClassroomRequest:
    """Undo the remedy that was carried out for this request at that moment.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        IllegalTransition: once ten minutes have passed, or the request, a person's settings or
            the proposal were changed meanwhile; nothing is changed then.
    """
    require_coordinator(actor, deed="change a request")
    with store.write() as work:
        lock_requests(work, (key,))
        entry = _entry(work, key, at=at)
        if entry is None or now >= at + APPROVAL_HOLD:
            raise _too_late()
        request = _request(work, key, entry.facts, at=at)
        people = tuple(_people(work, entry.facts))
        work.requests.put((request,))
        work.volunteers.put(people)
        _restore_finding(work, key, entry.facts)
        work.outbox.remove(
            row.key
            for row in work.outbox.of_subjects((f"request:{key}",))
            if row.purpose == ARRANGED and row.created_at == at and row.state is OutboxState.DUE
        )
        work.activities.add((Activity(now, actor.email, TOOK_BACK, f"request:{key}"),))
        return request


def _entry(work: Work, key: str, *, at: datetime) -> Activity | None:
    recent = work.activities.recent(limit=LOOKED_AT, deeds=(CHANGED,))
    wanted = (at, CHANGED, f"request:{key}")
    return next((e for e in recent if (e.at, e.deed, e.subject) == wanted), None)


def _too_late() -> IllegalTransition:
    return IllegalTransition(subject="remedy", state="settled", step="taken back")


def _request(work: Work, key: str, facts: Facts, *, at: datetime) -> ClassroomRequest:
    request, proposal = work.requests.get(key), work.proposals.get(key)
    is_open = request is not None and request.state is RequestState.OPEN
    is_waiting = (
        proposal is not None and proposal.state is ProposalState.PENDING and proposal.made_at == at
    )
    after = cast("Facts", facts["after"])
    if (
        request is None
        or not is_open
        or not is_waiting
        or kept_request(request) != after["request"]
    ):
        raise _too_late()
    return request_again(request, cast("Facts", facts["before"]))


def _people(work: Work, facts: Facts) -> Iterable[Volunteer]:
    after = {str(each["email"]): each for each in _listed(cast("Facts", facts["after"])["people"])}
    work.visits.lock(VOLUNTEER_PREFIX + email for email in sorted(after))
    present = work.volunteers.many(after)
    for kept in _listed(facts["people"]):
        person = present.get(str(kept["email"]))
        if person is None or kept_person(person) != after[person.email]:
            raise _too_late()
        yield person_again(person, kept)


def _restore_finding(work: Work, key: str, facts: Facts) -> None:
    work.proposals.remove((key,))
    if facts["proposal"]:
        work.proposals.put((proposal_again(cast("Facts", facts["proposal"])),))
    elif facts["unassigned"]:
        work.proposals.put_unassigned((unassigned_again(cast("Facts", facts["unassigned"])),))


def _listed(kept: object) -> Iterable[Facts]:
    return cast("Iterable[Facts]", kept)
