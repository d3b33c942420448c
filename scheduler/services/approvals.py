"""Approve what was proposed: check again inside the transaction, then create the visits.

Visits, bookings and mail are written together or not at all. What no longer holds is marked
stale and stays behind with its findings. Until the hold-back ends nobody outside hears of an
approval, and it can be taken back without a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.domain.assignments import Finding
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.proposals import Proposal, ProposalState, decide
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import APPROVAL_HOLD, VisitState
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.bookings import carry_out
from scheduler.services.judging import judge, lock_for, sift
from scheduler.services.locking import lock_requests, locked_visits
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity, OutboxState


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of each request: approved now, approved before, or stale with findings."""

    approved: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    stale: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided on a proposal, when, and what became of it."""

    request: str
    title: str
    name: str
    at: datetime
    state: ProposalState


def decided(store: Store, requests: Iterable[str], *, actor: Actor) -> tuple[Decision, ...]:
    """Return who decided on those of these requests' proposals that somebody decided on.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see who decided")
    with store.read() as work:
        found = work.proposals.many(requests)
        people = work.people.many({proposal.decided_by for proposal in found.values()})
        asked = work.requests.many(found)
    return tuple(
        Decision(key, asked[key].title, people[each.decided_by].name, each.decided_at, each.state)
        for key, each in found.items()
        if each.decided_at and each.decided_by in people
    )


def approve(
    store: Store,
    requests: Iterable[str],
    *,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    all_or_nothing: bool = True,
) -> Approval:
    """Approve these requests' proposals, each whole.

    With ``all_or_nothing`` one stale proposal keeps all others from being approved; without
    it the rest goes on.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if a request has no proposal.
        IllegalTransition: if a proposal was rejected.
        DoubleBooked: if the database refuses; nothing is approved then.
    """
    require_coordinator(actor, deed="approve proposals")
    keys = tuple(dict.fromkeys(requests))
    with store.write() as work:
        return _approve(
            work, keys, actor=actor, now=now, gazetteer=gazetteer, all_or_nothing=all_or_nothing
        )


def approve_ready(store: Store, *, actor: Actor, now: datetime, gazetteer: Gazetteer) -> Approval:
    """Approve every pending proposal that still holds, in order of request.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="approve proposals")
    with store.write() as work:
        pending = (
            key for key, p in work.proposals.all().items() if p.state is ProposalState.PENDING
        )
        keys = tuple(sorted(pending))
        return _approve(work, keys, actor=actor, now=now, gazetteer=gazetteer, all_or_nothing=False)


def undo(store: Store, requests: Iterable[str], *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Take approvals back while their visits are held; return the requests it was done for.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        IllegalTransition: if a visit was released meanwhile; nothing is taken back then.
    """
    require_coordinator(actor, deed="undo approvals")
    keys = tuple(dict.fromkeys(requests))
    with store.write() as work:
        lock_requests(work, keys)
        standing = (v.uid for v in work.visits.of_requests(keys) if v.occupies)
        visits = locked_visits(work, standing)
        for visit in visits:
            if visit.state is not VisitState.HELD or now >= (visit.release_at or now):
                raise IllegalTransition(subject="visit", state=str(visit.state), step="undone")
        uids = tuple(visit.uid for visit in visits)
        work.outbox.remove(
            row.key for row in work.outbox.of_subjects(uids) if row.state is OutboxState.HELD
        )
        work.visits.remove(uids)
        return _reopen(work, keys, actor=actor, now=now)


def _approve(
    work: Work,
    keys: tuple[str, ...],
    *,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    all_or_nothing: bool,
) -> Approval:
    lock_requests(work, keys)
    known = work.proposals.many(keys)
    proposals = {key: _decidable(known, key) for key in keys}
    already = tuple(k for k, p in proposals.items() if p.state is ProposalState.APPROVED)
    pending = {k: p for k, p in proposals.items() if p.state is ProposalState.PENDING}
    lock_for(work, pending)
    judged = judge(work, pending, now=now, gazetteer=gazetteer)
    sifted = sift(judged.problem, pending)
    lapsed = (k for k, p in proposals.items() if p.state is ProposalState.STALE)
    stale = {k: (Finding("still_pending", False, {}),) for k in lapsed} | {**sifted.broken}
    work.proposals.put(
        decide(pending[k], state=ProposalState.STALE, by=actor.email, at=now) for k in sifted.broken
    )
    if stale and all_or_nothing:
        return Approval(already=already, stale=stale)
    carry_out(work, sifted.holding.values(), judged.picture, actor=actor, now=now)
    release_at = now + APPROVAL_HOLD if sifted.holding else None
    return Approval(tuple(sifted.holding), already, stale, release_at)


def _decidable(known: Mapping[str, Proposal], key: str) -> Proposal:
    proposal = known.get(key)
    if proposal is None:
        raise Unknown("proposal", key)
    if proposal.state is ProposalState.REJECTED:
        raise IllegalTransition(subject="proposal", state="rejected", step="approved")
    return proposal


def _reopen(work: Work, keys: tuple[str, ...], *, actor: Actor, now: datetime) -> tuple[str, ...]:
    requests = work.requests.many(keys)
    proposals = work.proposals.many(keys)
    approved = [p for p in proposals.values() if p.state is ProposalState.APPROVED]
    undone = tuple(p.request for p in approved)
    work.proposals.put(
        replace(p, state=ProposalState.PENDING, decided_at=None, decided_by="") for p in approved
    )
    work.requests.put(replace(requests[key], state=RequestState.OPEN) for key in undone)
    work.activities.add(
        Activity(now, actor.email, "undid approval", f"request:{key}") for key in undone
    )
    return undone
