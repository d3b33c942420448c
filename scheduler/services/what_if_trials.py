"""State a change as a problem for the repair: what is broken, what may make room, what stands.

A visit makes room only if nobody was promised it: not certain, no yes given, more than a day
ahead, and still at a lesson that its request asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.assignments import Assignment, Demand
from scheduler.domain.batches import WhatIf, WhatIfKind
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.matching.problem import Problem
from scheduler.services.judging import broken_findings
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer
from scheduler.services.snapshots import assignment_of, demand_of, problem_of
from scheduler.services.what_ifs import changed, hours_taken, takes_one_out, touched

NOT_MOVED_WITHIN = timedelta(hours=24)
# Above every preference a request can have: a class keeps its hour where somebody can come then.
STAYS = 6


@dataclass(frozen=True, slots=True)
class Trial:
    """What the engine is asked: ``before`` can stay, ``broken`` requests cannot.

    ``given_up_by_request`` are the visits touched by the change, ``makes_room_by_request``
    those that may make room. ``former`` is the plan before the change, of whoever stays in it
    only the part that leaves. ``valued`` and ``valued_before`` say what plans are worth after
    the change and before it: no lesson counts more for being kept, and one that falls out
    still counts before.
    """

    problem: Problem
    before: tuple[Assignment, ...]
    broken: tuple[str, ...]
    what_if: WhatIf
    given_up_by_request: Mapping[str, tuple[Visit, ...]]
    makes_room_by_request: Mapping[str, tuple[Visit, ...]]
    proposals: Mapping[str, Proposal]
    former: tuple[Assignment, ...]
    valued: Problem
    valued_before: Problem


def trial_of(
    picture: Picture,
    former: Mapping[str, Proposal],
    what_if: WhatIf,
    *,
    gazetteer: Gazetteer,
) -> Trial:
    """Return the district as a problem in which only what the change touches is open.

    Everything that may not make room stands in it as commitments.
    """
    given_up = _by_request(touched(picture, what_if, gazetteer=gazetteer))
    makes_room = _making_room(picture, what_if, given_up)
    pending = {k: p for k, p in _pending(picture, former).items() if k not in given_up}
    after = _after(picture, what_if, given_up=given_up, makes_room=makes_room)
    asked = {*given_up, *makes_room, *pending, *_wanting(picture, what_if)}
    problem = _problem(after, what_if, asked, gazetteer=gazetteer)
    hit, unsound_before = _unsound(problem, pending, picture, what_if)
    kept = {k: p for k, p in pending.items() if k not in unsound_before}
    former_plan = (
        *(_assignment(visits) for visits in (*makes_room.values(), *given_up.values())),
        *(assignment_of(proposal) for proposal in kept.values()),
    )
    demands = (
        _asked_again(demand, given_up.get(demand.id, ()), kept.get(demand.id))
        for demand in problem.demands
        if demand.id not in unsound_before
    )
    broken = {*given_up, *hit}
    valued = replace(problem, previous=former_plan)
    times = picture.school_time_by_school
    return Trial(
        problem=replace(valued, demands=tuple(demands)),
        former=tuple(_leaving(each, what_if, given_up) for each in former_plan),
        valued=valued,
        valued_before=_as_before(valued, replace(after, school_time_by_school=times), broken),
        before=tuple(each for each in former_plan if each.demand_id not in broken),
        broken=tuple(sorted(broken)),
        what_if=what_if,
        given_up_by_request=given_up,
        makes_room_by_request=makes_room,
        proposals=kept,
    )


def _pending(picture: Picture, former: Mapping[str, Proposal]) -> dict[str, Proposal]:
    still_open = _still_open(picture)
    return {
        key: proposal
        for key, proposal in former.items()
        if proposal.state is ProposalState.PENDING and key in still_open
    }


def _unsound(
    problem: Problem, pending: Mapping[str, Proposal], picture: Picture, what_if: WhatIf
) -> tuple[frozenset[str], frozenset[str]]:
    """What the change rules out, and what was unsound before: that is for the next run."""
    unsound = frozenset(key for key, each in pending.items() if broken_findings(problem, each))
    hit = frozenset(key for key in unsound if _is_about(what_if, picture, pending[key]))
    return hit, unsound - hit


def _wanting(picture: Picture, what_if: WhatIf) -> frozenset[str]:
    """Only who gives more can be of use to a request that nobody was found for."""
    return _still_open(picture) if what_if.kind is WhatIfKind.LIMIT else frozenset()


def _still_open(picture: Picture) -> frozenset[str]:
    return frozenset(
        key for key, request in picture.requests.items() if request.state is RequestState.OPEN
    )


def _problem(after: Picture, what_if: WhatIf, asked: set[str], *, gazetteer: Gazetteer) -> Problem:
    requests = {key: request for key, request in after.requests.items() if key in asked}
    problem = problem_of(replace(after, requests=requests), gazetteer=gazetteer)
    hosts = (*problem.host_commitments, *hours_taken(after, what_if))
    return replace(problem, host_commitments=hosts)


def _by_request(visits: Iterable[Visit]) -> dict[str, tuple[Visit, ...]]:
    found: dict[str, tuple[Visit, ...]] = {}
    for visit in visits:
        found[visit.request] = (*found.get(visit.request, ()), visit)
    return found


def _making_room(
    picture: Picture, what_if: WhatIf, given_up: Mapping[str, tuple[Visit, ...]]
) -> dict[str, tuple[Visit, ...]]:
    """Whole requests whose visits are all to come, not yet certain, and still asked for so."""
    standing = _by_request(visit for visit in picture.visits if visit.occupies)
    bare = replace(changed(picture, what_if), visits=())
    return {
        key: visits
        for key, visits in standing.items()
        if key not in given_up
        and key in picture.requests
        and picture.requests[key].state is RequestState.BOOKED
        and all(_may_move(visit, what_if, now=picture.now) for visit in visits)
        and _is_as_asked(visits, demand_of(bare, picture.requests[key]))
        and all(email in _active(picture) for email in visits[0].volunteers)
    }


def _active(picture: Picture) -> frozenset[str]:
    return frozenset(email for email, person in picture.volunteers.items() if person.is_active)


def _may_move(visit: Visit, what_if: WhatIf, *, now: datetime) -> bool:
    if visit.pending_move or visit.period.start < now + NOT_MOVED_WITHIN:
        return False
    if what_if.releases_confirmed:
        return True
    is_promised = any(b.partstat is Partstat.ACCEPTED for b in visit.present_bookings)
    return visit.state is not VisitState.CONFIRMED and not is_promised


def _is_as_asked(visits: tuple[Visit, ...], demand: Demand) -> bool:
    option = demand.option_at(minute_of(visits[0].period.start))
    starts = tuple(minute_of(visit.period.start) for visit in visits)
    return (
        option is not None
        and starts == tuple(session.start for session in option.sessions)
        and all(set(each.volunteers) == set(visits[0].volunteers) for each in visits)
        and len(visits[0].volunteers) == demand.speakers
    )


def _after(
    picture: Picture,
    what_if: WhatIf,
    *,
    given_up: Mapping[str, tuple[Visit, ...]],
    makes_room: Mapping[str, tuple[Visit, ...]],
) -> Picture:
    """The district once the change holds and everything touched, or movable, is taken out."""
    gone = {visit.uid for visits in makes_room.values() for visit in visits}
    declined = dict(picture.declined)
    left: dict[str, Visit] = {}
    for visit in (visit for visits in given_up.values() for visit in visits):
        remaining = _without(visit, what_if.email)
        if takes_one_out(what_if, visit):
            said_no = declined.get(visit.request, frozenset())
            declined[visit.request] = said_no | {what_if.email}
        if takes_one_out(what_if, visit) and remaining.present_bookings:
            left[visit.uid] = remaining
        else:
            gone.add(visit.uid)
    visits = tuple(left.get(v.uid, v) for v in picture.visits if v.uid not in gone)
    return replace(changed(picture, what_if), visits=visits, declined=declined)


def _without(visit: Visit, email: str) -> Visit:
    bookings = (b for b in visit.bookings if b.removed or b.volunteer_email != email)
    return replace(visit, bookings=tuple(bookings))


def _is_about(what_if: WhatIf, picture: Picture, proposal: Proposal) -> bool:
    request = picture.requests[proposal.request]
    match what_if.kind:
        case WhatIfKind.CLOSED:
            return not what_if.schools or request.school in what_if.schools
        case WhatIfKind.ILL:
            return request.teacher_email == what_if.email
        case _:
            return any(speaker.email == what_if.email for speaker in proposal.speakers)


def _asked_again(demand: Demand, given_up: tuple[Visit, ...], proposal: Proposal | None) -> Demand:
    """Keep the hour where that can be done, and whom a coordinator turned down out."""
    passed_over = frozenset(proposal.passed_over) if proposal else frozenset()
    starts = {minute_of(visit.period.start) for visit in given_up}
    options = tuple(
        replace(each, preference=STAYS) if each.start in starts else each for each in demand.options
    )
    return replace(demand, options=options, excluded=demand.excluded | passed_over)


def _as_before(valued: Problem, picture: Picture, broken: Collection[str]) -> Problem:
    """The same requests with the lessons that fall out."""
    demands = (
        demand_of(picture, picture.requests[each.id]) if each.id in broken else each
        for each in valued.demands
    )
    return replace(valued, demands=tuple(demands))


def _leaving(
    each: Assignment, what_if: WhatIf, given_up: Mapping[str, tuple[Visit, ...]]
) -> Assignment:
    """Where one of several leaves, the others are no part of what is filled anew."""
    visits = given_up.get(each.demand_id, ())
    is_one = bool(visits) and all(takes_one_out(what_if, visit) for visit in visits)
    return replace(each, speaker_ids=(what_if.email,)) if is_one else each


def _assignment(visits: tuple[Visit, ...]) -> Assignment:
    people = tuple(sorted(visits[0].volunteers))
    return Assignment(visits[0].request, minute_of(visits[0].period.start), people)
