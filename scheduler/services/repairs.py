"""Try out a change on a copy of the district: what would have to give, and who could come instead.

Nothing changes. What is found is kept as one batch, for a coordinator to approve or to drop.
Visits that everyone said yes to stay where they are unless they are released or the change
itself rules them out; no visit of the coming day is moved to make room.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.batches import Batch, BatchEntry, Side, WhatIf, WhatIfKind
from scheduler.domain.periods import Period, moment_of
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import OCCUPYING, Visit
from scheduler.matching.apart import solve_apart
from scheduler.matching.differences import is_known
from scheduler.matching.objective import TERMS, points_by_term
from scheduler.matching.problem import Problem, Weights
from scheduler.matching.repair import MOST_MOVES, RepairDesk, Repaired
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Solve, Store, Work
from scheduler.services.proposing import Found, seek, understand
from scheduler.services.reasons import unassigned_entries
from scheduler.services.records import Activity
from scheduler.services.snapshots import assignment_of
from scheduler.services.what_if_trials import Trial, trial_of
from scheduler.services.what_ifs import changed, require_known, takes_one_out

SECONDS = 3.0

# By wish what it is worth before and after, where that differs.
Points = dict[str, tuple[int, int]]


def try_out(
    store: Store,
    what_if: WhatIf,
    *,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    most_moves: int = MOST_MOVES,
    seconds: float = SECONDS,
    solve: Solve = solve_apart,
) -> Batch:
    """Find out what a change would do, and keep it as a batch that waits for a decision.

    At most ``most_moves`` visits or proposals that the change leaves alone make room. Only
    another weight asks the solver: then all proposals are looked at anew.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if it is about somebody or something that is not there.
        InvalidPeriod: if its days end before they begin.
    """
    require_coordinator(actor, deed="try out changes")
    with store.read() as work:
        picture, former = whole_picture(work, now=now), work.proposals.all()
        require_known(work, picture, what_if)
    if what_if.kind is WhatIfKind.WEIGHT:
        entries, points = _weighed_anew(
            store, what_if, now=now, gazetteer=gazetteer, solve=solve, seconds=seconds
        )
    else:
        trial = trial_of(picture, former, what_if, gazetteer=gazetteer)
        entries, points = _repaired(trial, most_moves=most_moves, seconds=seconds, now=now)
    batch = Batch(
        key=str(uuid.uuid4()),
        what_if=what_if,
        entries=entries,
        marks=marks_of(entries, picture, former),
        made_at=now,
        made_by=actor.email,
        points=points,
    )
    with store.write() as work:
        work.batches.add(batch)
        deed = Activity(now, actor.email, "tried out a change", f"batch:{batch.key}")
        work.activities.add((deed,))
    return batch


def whole_picture(work: Work, *, now: datetime) -> Picture:
    """Return the district with all its open requests and those that visits to come are for."""
    coming = work.visits.in_states(OCCUPYING, since=now)
    still_open = work.requests.all(states=(RequestState.OPEN,))
    keys = sorted({*still_open, *(visit.request for visit in coming)})
    return load_picture(work, now=now, requests=keys)


def marks_of(
    entries: Iterable[BatchEntry], picture: Picture, proposals: Mapping[str, Proposal]
) -> dict[str, str]:
    """Return how everything stands that these entries give up, to be compared later."""
    entries = tuple(entries)
    visit_by_uid = {visit.uid: visit for visit in picture.visits}
    marks = {
        uid: _mark(visit_by_uid[uid])
        for entry in entries
        for uid in entry.uids
        if uid in visit_by_uid
    }
    for entry in entries:
        request, proposal = picture.requests.get(entry.request), proposals.get(entry.request)
        told = [str(request.state) if request else ""]
        if entry.is_proposal and proposal:
            told += [str(proposal.state), proposal.made_at.isoformat()]
        marks[f"request:{entry.request}"] = " ".join(told)
    return marks


def _mark(visit: Visit) -> str:
    moves_to = visit.pending_move.period.start.isoformat() if visit.pending_move else ""
    answers = sorted(f"{b.volunteer_email}={b.partstat}" for b in visit.present_bookings)
    return " ".join(
        (str(visit.state), str(visit.sequence), visit.period.start.isoformat(), moves_to, *answers)
    )


def _repaired(
    trial: Trial, *, most_moves: int, seconds: float, now: datetime
) -> tuple[tuple[BatchEntry, ...], Points]:
    """What would come in place of what is broken."""
    repaired = RepairDesk(trial.problem, trial.before).refill(
        trial.broken,
        also_empty=trial.what_if.kind is WhatIfKind.LIMIT,
        most_moves=most_moves,
        seconds=seconds,
    )
    before = _worth(trial.valued_before, trial.former)
    points = _told_apart(before, _worth(trial.valued, repaired.assignments))
    return _entries(trial, repaired, now=now), points


def _entries(trial: Trial, repaired: Repaired, *, now: datetime) -> tuple[BatchEntry, ...]:
    after = {each.demand_id: each for each in repaired.assignments}
    keys = sorted({*trial.broken, *repaired.moved, *repaired.filled})
    empty = tuple(key for key in keys if key not in after)
    reason_by_request = {
        entry.request: entry.reason for entry in unassigned_entries(trial.problem, empty, now=now)
    }
    return tuple(
        _entry(trial, key, after.get(key), reason=reason_by_request.get(key, "")) for key in keys
    )


def _entry(trial: Trial, key: str, after: Assignment | None, *, reason: str) -> BatchEntry:
    proposal = trial.proposals.get(key)
    given_up = trial.given_up_by_request.get(key, ())
    visits = given_up or trial.makes_room_by_request.get(key, ())
    was = _side_of_visits(visits, trial.what_if, is_whole=not given_up) if visits else None
    if proposal and not visits:
        was = side_of_proposal(proposal)
    return BatchEntry(
        request=key,
        was=was,
        becomes=_side_of(trial.problem, after) if after else None,
        uids=tuple(visit.uid for visit in visits),
        is_proposal=not visits,
        gives_way=key not in trial.broken and was is not None,
        reason=reason,
    )


def side_of_proposal(proposal: Proposal) -> Side:
    """Return what a proposal says as one side of a difference."""
    return Side(proposal.sessions, tuple(sorted(each.email for each in proposal.speakers)))


def _side_of_visits(visits: tuple[Visit, ...], what_if: WhatIf, *, is_whole: bool) -> Side:
    leaves_alone = not is_whole and all(takes_one_out(what_if, visit) for visit in visits)
    people = {email for visit in visits for email in visit.volunteers}
    return Side(
        tuple(visit.period for visit in visits),
        (what_if.email,) if leaves_alone else tuple(sorted(people)),
    )


def _side_of(problem: Problem, assignment: Assignment) -> Side:
    option = problem.demand_by_id[assignment.demand_id].option_at(assignment.start)
    assert option is not None
    sessions = (Period(moment_of(s.start), moment_of(s.end)) for s in option.sessions)
    return Side(tuple(sessions), tuple(sorted(assignment.speaker_ids)))


def _weighed_anew(
    store: Store,
    what_if: WhatIf,
    *,
    now: datetime,
    gazetteer: Gazetteer,
    solve: Solve,
    seconds: float,
) -> tuple[tuple[BatchEntry, ...], Points]:
    """What would be proposed in place of what is; visits stay as they are.

    Both plans are told by the new weight: by the old one the former would always be better.
    """
    sought = seek(store, now=now, gazetteer=gazetteer)
    weights = Weights(**changed(sought.picture, what_if).district.weights)
    sought = replace(sought, problem=replace(sought.problem, weights=weights))
    found = understand(sought, solve(sought.problem, seconds), now=now)
    former = tuple(
        proposal
        for key, proposal in sought.former.items()
        if proposal.state is ProposalState.PENDING and key in sought.picture.requests
    )
    plans = (map(assignment_of, each) for each in (former, found.proposals))
    before, after = (_worth(sought.problem, plan) for plan in plans)
    return tuple(_other_proposals(former, found)), _told_apart(before, after)


def _other_proposals(former: Iterable[Proposal], found: Found) -> Iterator[BatchEntry]:
    was = {proposal.request: side_of_proposal(proposal) for proposal in former}
    becomes = {proposal.request: side_of_proposal(proposal) for proposal in found.proposals}
    reason_by_request = {entry.request: entry.reason for entry in found.nobody}
    for key in sorted(was.keys() | becomes.keys()):
        if was.get(key) != becomes.get(key):
            yield BatchEntry(
                request=key,
                was=was.get(key),
                becomes=becomes.get(key),
                is_proposal=True,
                reason=reason_by_request.get(key, ""),
            )


def _worth(problem: Problem, plan: Iterable[Assignment]) -> Mapping[str, int]:
    return points_by_term(problem, [each for each in plan if is_known(problem, each)])


def _told_apart(before: Mapping[str, int], after: Mapping[str, int]) -> Points:
    return {term: (before[term], after[term]) for term in TERMS if before[term] != after[term]}
