"""Ask the engine for proposals and keep them; reject one with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.proposals import Proposal, ProposalState, Unassigned, decide
from scheduler.domain.requests import RequestState
from scheduler.matching.proposal import Plan
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.locking import lock_requests
from scheduler.services.ports import Gazetteer, Solve, Store
from scheduler.services.proposing import Found, Sought, keep, seek, understand
from scheduler.services.records import Activity


@dataclass(frozen=True, slots=True)
class Proposed:
    """What one run proposed, and how good it is proven to be."""

    plan: Plan
    proposed: tuple[str, ...]
    unassigned: tuple[Unassigned, ...]
    requests: int


@dataclass(frozen=True, slots=True)
class Board:
    """Every pending proposal and every request that nobody was found for, by request."""

    proposals: Mapping[str, Proposal]
    unassigned: Mapping[str, Unassigned]


def propose(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    solve: Solve,
    seconds: float,
    first: date | None = None,
    last: date | None = None,
) -> Proposed:
    """Propose bookings for all open requests; pending proposals are kept where they can be.

    ``first`` and ``last`` bound the days of visits, both included; a pending proposal of other
    days is left as it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: before a district was imported.
        InfeasibleProblem: never, unless bookings were pinned that exclude each other.
    """
    require_coordinator(actor, deed="propose bookings")
    sought = seek(store, now=now, gazetteer=gazetteer, first=first, last=last)
    found = understand(sought, solve(sought.problem, seconds), now=now)
    with store.write() as work:
        keep(work, sought, found)
    return proposed_of(sought, found)


def proposed_of(sought: Sought, found: Found) -> Proposed:
    """Return what a run has to tell, in order of request."""
    filled = tuple(sorted(proposal.request for proposal in found.proposals))
    return Proposed(found.plan, filled, found.nobody, len(sought.problem.demands))


def board(store: Store, *, actor: Actor) -> Board:
    """Return what waits for a coordinator, in order of request.

    Raises:
        NotAllowed: unless the actor is a coordinator or a viewer.
    """
    require_overseer(actor, deed="see proposals")
    with store.read() as work:
        open_requests = work.requests.all(states=(RequestState.OPEN,))
        proposals, unassigned = work.proposals.all(), work.proposals.unassigned()
    pending = {k: p for k, p in proposals.items() if p.state is ProposalState.PENDING}
    return Board(pending, {k: u for k, u in unassigned.items() if k in open_requests})


def reject(store: Store, key: str, *, reason: str, actor: Actor, now: datetime) -> Proposal:
    """Turn a pending proposal down; its people are not proposed for that request again.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the request has no proposal.
        IllegalTransition: unless it is pending.
    """
    require_coordinator(actor, deed="reject proposals")
    with store.write() as work:
        lock_requests(work, (key,))
        proposal = work.proposals.get(key)
        if proposal is None:
            raise Unknown("proposal", key)
        rejected = decide(
            proposal, state=ProposalState.REJECTED, by=actor.email, at=now, reason=reason
        )
        work.proposals.put((rejected,))
        facts = {"reason": reason}
        work.activities.add((Activity(now, actor.email, "rejected", f"request:{key}", facts),))
        return rejected
