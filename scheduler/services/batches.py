"""Decide on a batch: carry it out whole, in one transaction, or drop it.

Everything it touches is locked before it is looked at again. A batch that no longer holds
changes nothing and becomes stale.
"""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType

from scheduler.domain.batches import (
    Batch,
    BatchState,
    decide,
)
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.batch_steps import Overtaken, carry_out_batch
from scheduler.services.locking import lock_parties, lock_requests, locked_visits
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity
from scheduler.services.what_ifs import written_as_one

DEEDS = MappingProxyType(
    {
        BatchState.APPROVED: "carried out a change",
        BatchState.DROPPED: "dropped a change",
        BatchState.STALE: "came too late for a change",
    }
)


def approve(store: Store, key: str, *, actor: Actor, now: datetime, gazetteer: Gazetteer) -> Batch:
    """Carry a batch out as a whole; where that cannot be done any more it becomes stale.

    New visits are held back as after any approval; who loses a visit is told at once.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such batch.
        IllegalTransition: if it was decided on before.
    """
    require_coordinator(actor, deed="approve changes")
    try:
        with store.write() as work:
            batch = _pending(work, key, step="approved")
            _lock(work, batch)
            carry_out_batch(work, batch, actor=actor, now=now, gazetteer=gazetteer)
            approved = decide(batch, state=BatchState.APPROVED, by=actor.email, at=now)
            return _decided(work, approved, actor=actor, now=now)
    except Overtaken as reason:
        broken = reason.broken
    with store.write() as work:
        batch = _pending(work, key, step="approved")
        stale = decide(batch, state=BatchState.STALE, by=actor.email, at=now, broken=broken)
        return _decided(work, stale, actor=actor, now=now)


def drop(store: Store, key: str, *, actor: Actor, now: datetime) -> Batch:
    """Leave everything as it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such batch.
        IllegalTransition: if it was decided on before.
    """
    require_coordinator(actor, deed="drop changes")
    with store.write() as work:
        batch = _pending(work, key, step="dropped")
        dropped = decide(batch, state=BatchState.DROPPED, by=actor.email, at=now)
        return _decided(work, dropped, actor=actor, now=now)


def _pending(work: Work, key: str, *, step: str) -> Batch:
    work.visits.lock((f"batch:{key}",))
    batch = work.batches.get(key)
    if batch is None:
        raise Unknown("batch", key)
    if batch.state is not BatchState.PENDING:
        raise IllegalTransition(subject="batch", state=str(batch.state), step=step)
    return batch


def _lock(work: Work, batch: Batch) -> None:
    work.visits.lock(written_as_one(batch.what_if))
    keys = tuple(entry.request for entry in batch.entries)
    lock_requests(work, keys)
    locked_visits(work, (uid for entry in batch.entries for uid in entry.uids))
    sides = (side for entry in batch.entries for side in (entry.was, entry.becomes) if side)
    people = {email for side in sides for email in side.people}
    subject = {batch.what_if.email} - {""}
    lock_parties(work, work.requests.many(keys).values(), people=people | subject)


def _decided(work: Work, batch: Batch, *, actor: Actor, now: datetime) -> Batch:
    work.batches.save(batch)
    facts = {"kind": str(batch.what_if.kind), "requests": len(batch.entries)}
    work.activities.add(
        (Activity(now, actor.email, DEEDS[batch.state], f"batch:{batch.key}", facts),)
    )
    return batch
