"""Ask the engine for proposals and keep them; reject one with a reason.

The district is read in one transaction, solved outside of any, and what came out is stored in
another: requests that were changed or decided meanwhile keep what they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.constraints import chosen_format
from scheduler.domain.errors import InfeasibleProblem, Unknown
from scheduler.domain.periods import DateRange, Period, moment_of
from scheduler.domain.proposals import (
    Proposal,
    ProposalState,
    ProposedSpeaker,
    Unassigned,
    decide,
)
from scheduler.domain.requests import RequestState
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local
from scheduler.matching.objective import pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Solve, Store, Work
from scheduler.services.reasons import unassigned_entries
from scheduler.services.records import Activity
from scheduler.services.snapshots import problem_of

PASSED_OVER = "passed_over"


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
    with store.read() as work:
        picture = load_picture(work, now=now)
        former, nobody_before = work.proposals.all(), work.proposals.unassigned()
    turned_down = _turned_down(former, nobody_before)
    days = DateRange(first or picture.today, last or date.max) if first or last else None
    problem = _problem(picture, former, turned_down, gazetteer=gazetteer, days=days)
    plan = solve(problem, seconds)
    if plan.status == "infeasible":
        raise InfeasibleProblem("Bookings that must stay exclude each other.")
    proposals = tuple(proposal_of(problem, each, now=now) for each in plan.assignments)
    proposals = tuple(replace(p, passed_over=turned_down.get(p.request, ())) for p in proposals)
    filled = {proposal.request for proposal in proposals}
    settled = filled | _pending_on_other_days(picture, former, days)
    empty = tuple(d.id for d in problem.demands if d.id not in settled)
    nobody = tuple(
        replace(entry, facts={**entry.facts, PASSED_OVER: list(turned_down.get(entry.request, ()))})
        for entry in unassigned_entries(problem, empty, now=now)
    )
    with store.write() as work:
        _keep(work, proposals, nobody, picture=picture, former=former)
    return Proposed(plan, tuple(sorted(filled)), nobody, len(problem.demands))


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


def proposal_of(problem: Problem, assignment: Assignment, *, now: datetime) -> Proposal:
    """Return an assignment of the plan as a proposal, with its points by term."""
    demand = problem.demand_by_id[assignment.demand_id]
    option = demand.option_at(assignment.start)
    assert option is not None
    terms: dict[str, int] = {}
    speakers = []
    for speaker_id in assignment.speaker_ids:
        speaker = problem.speaker_by_id[speaker_id]
        chosen = chosen_format(speaker, demand, geography=problem.geography)
        speakers.append(ProposedSpeaker(speaker_id, Format(chosen or Format.IN_PERSON)))
        for name, points in pair_points(problem, demand, option=option, speaker=speaker).items():
            terms[name] = terms.get(name, 0) + points
    return Proposal(
        request=demand.id,
        speakers=tuple(speakers),
        sessions=tuple(Period(moment_of(s.start), moment_of(s.end)) for s in option.sessions),
        preference=option.preference,
        made_at=now,
        terms=terms,
    )


def _turned_down(
    former: Mapping[str, Proposal], nobody_before: Mapping[str, Unassigned]
) -> dict[str, tuple[str, ...]]:
    """Whom coordinators turned down, by request; the latest rejection included."""
    found: dict[str, tuple[str, ...]] = {}
    for key, entry in nobody_before.items():
        names = entry.facts.get(PASSED_OVER, ())
        assert isinstance(names, list | tuple)
        found[key] = tuple(names)
    for key, proposal in former.items():
        latest = proposal.speakers if proposal.state is ProposalState.REJECTED else ()
        emails = (*proposal.passed_over, *(speaker.email for speaker in latest))
        found[key] = tuple(dict.fromkeys(emails))
    return found


def _problem(
    picture: Picture,
    former: Mapping[str, Proposal],
    turned_down: Mapping[str, tuple[str, ...]],
    *,
    gazetteer: Gazetteer,
    days: DateRange | None,
) -> Problem:
    pending = (
        p
        for key, p in former.items()
        if p.state is ProposalState.PENDING and key in picture.requests
    )
    problem = problem_of(picture, gazetteer=gazetteer, previous=pending, days=days)
    demands = (
        replace(demand, excluded=demand.excluded | set(turned_down.get(demand.id, ())))
        for demand in problem.demands
    )
    return replace(problem, demands=tuple(demands))


def _pending_on_other_days(
    picture: Picture, former: Mapping[str, Proposal], days: DateRange | None
) -> frozenset[str]:
    """The requests that wait with a proposal which a run bounded to these days cannot see."""
    if days is None:
        return frozenset()
    zone_by_request = {
        key: picture.zone_of(request.school) for key, request in picture.requests.items()
    }
    return frozenset(
        key
        for key, proposal in former.items()
        if proposal.state is ProposalState.PENDING
        and key in zone_by_request
        and any(
            local(session.start, zone_by_request[key]).date() not in days
            for session in proposal.sessions
        )
    )


def _keep(
    work: Work,
    proposals: Iterable[Proposal],
    nobody: Iterable[Unassigned],
    *,
    picture: Picture,
    former: Mapping[str, Proposal],
) -> None:
    """Store what was found, except where the request or what is decided of it changed."""
    lock_requests(work, picture.requests)
    present, decided = work.requests.all(states=(RequestState.OPEN,)), work.proposals.all()
    unchanged = {
        key
        for key, request in picture.requests.items()
        if present.get(key) == request and decided.get(key) == former.get(key)
    }
    work.proposals.put(p for p in proposals if p.request in unchanged)
    work.proposals.put_unassigned(entry for entry in nobody if entry.request in unchanged)
