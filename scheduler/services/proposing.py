"""What the engine is asked about a district's proposals, and what is kept of its answer.

Three steps, so that nothing slow ever holds a transaction: the district is read in one, solved
outside of any, and what came out is stored in another. Requests that were changed or decided
meanwhile keep what they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.constraints import chosen_format
from scheduler.domain.errors import InfeasibleProblem
from scheduler.domain.periods import DateRange, Period, moment_of
from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker, Unassigned
from scheduler.domain.requests import RequestState
from scheduler.domain.runs import Change
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local
from scheduler.matching.objective import pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.reasons import Ground, unassigned_entries
from scheduler.services.snapshots import problem_of

PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True)
class Sought:
    """What the engine is to solve, and the state of things that it was read from."""

    problem: Problem
    picture: Picture
    former: Mapping[str, Proposal]
    turned_down: Mapping[str, tuple[str, ...]]
    days: DateRange | None
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class Found:
    """A plan as proposals, and why the rest of the requests has nobody."""

    plan: Plan
    proposals: tuple[Proposal, ...]
    nobody: tuple[Unassigned, ...]


def seek(
    store: Store,
    *,
    now: datetime,
    gazetteer: Gazetteer,
    first: date | None = None,
    last: date | None = None,
) -> Sought:
    """Read what is to be proposed on these days, both included; all days unless one is given.

    Raises:
        Unknown: before a district was imported.
    """
    with store.read() as work:
        picture = load_picture(work, now=now)
        former, nobody_before = work.proposals.all(), work.proposals.unassigned()
    passed_over = turned_down(former, nobody_before)
    days = DateRange(first or picture.today, last or date.max) if first or last else None
    problem = _problem(picture, former, passed_over, gazetteer=gazetteer, days=days)
    return Sought(problem, picture, former, passed_over, days, gazetteer)


def understand(sought: Sought, plan: Plan, *, now: datetime) -> Found:
    """Return what a plan means for the requests it was made for.

    Raises:
        InfeasibleProblem: if bookings that must stay exclude each other.
    """
    if plan.status == "infeasible":
        raise InfeasibleProblem("Bookings that must stay exclude each other.")
    problem, passed_over = sought.problem, sought.turned_down
    proposals = tuple(proposal_of(problem, each, now=now) for each in plan.assignments)
    proposals = tuple(replace(p, passed_over=passed_over.get(p.request, ())) for p in proposals)
    settled = {proposal.request for proposal in proposals} | _pending_on_other_days(sought)
    empty = tuple(d.id for d in problem.demands if d.id not in settled)
    ground = Ground(sought.picture, sought.gazetteer, plan.assignments)
    nobody = tuple(
        replace(entry, facts={**entry.facts, PASSED_OVER: list(passed_over.get(entry.request, ()))})
        for entry in unassigned_entries(problem, empty, now=now, ground=ground)
    )
    return Found(plan, proposals, nobody)


def keep(work: Work, sought: Sought, found: Found) -> Mapping[str, Change]:
    """Store what was found, except where the request or what is decided of it changed.

    Returns what became of each request that something was stored for, by key.
    """
    picture, former = sought.picture, sought.former
    lock_requests(work, picture.requests)
    present, decided = work.requests.all(states=(RequestState.OPEN,)), work.proposals.all()
    unchanged = {
        key
        for key, request in picture.requests.items()
        if present.get(key) == request and decided.get(key) == former.get(key)
    }
    proposals = tuple(p for p in found.proposals if p.request in unchanged)
    nobody = tuple(entry for entry in found.nobody if entry.request in unchanged)
    work.proposals.put(proposals)
    work.proposals.put_unassigned(nobody)
    return {
        **{p.request: _change(former.get(p.request), p) for p in proposals},
        **{entry.request: _change(former.get(entry.request), None) for entry in nobody},
    }


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


def turned_down(
    former: Mapping[str, Proposal], nobody_before: Mapping[str, Unassigned]
) -> dict[str, tuple[str, ...]]:
    """Return whom coordinators turned down, by request; the latest rejection included."""
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
    passed_over: Mapping[str, tuple[str, ...]],
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
        replace(demand, excluded=demand.excluded | set(passed_over.get(demand.id, ())))
        for demand in problem.demands
    )
    return replace(problem, demands=tuple(demands))


def _pending_on_other_days(sought: Sought) -> frozenset[str]:
    """The requests that wait with a proposal which a run bounded to these days cannot see."""
    days, picture = sought.days, sought.picture
    if days is None:
        return frozenset()
    zone_by_request = {
        key: picture.zone_of(request.school) for key, request in picture.requests.items()
    }
    return frozenset(
        key
        for key, proposal in sought.former.items()
        if proposal.state is ProposalState.PENDING
        and key in zone_by_request
        and any(
            local(session.start, zone_by_request[key]).date() not in days
            for session in proposal.sessions
        )
    )


def _change(former: Proposal | None, present: Proposal | None) -> Change:
    before = former if former and former.state is ProposalState.PENDING else None
    if before is None:
        return Change.FOUND if present else Change.NOBODY
    if present is None:
        return Change.LOST
    if _emails(before.speakers) != _emails(present.speakers):
        return Change.OTHER_PEOPLE
    return Change.KEPT if before.sessions == present.sessions else Change.OTHER_TIME


def _emails(speakers: Iterable[ProposedSpeaker]) -> frozenset[str]:
    return frozenset(speaker.email for speaker in speakers)
