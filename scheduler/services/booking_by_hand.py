"""A coordinator's own choice: book by hand, or another time, under the same rules.

Some rules may be set aside with a written reason. Clearance, double booking and what the
teacher or the volunteer's own calendar rules out never are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.assignments import Demand, Finding, Option
from scheduler.domain.constraints import chosen_format
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.periods import Period, minute_of
from scheduler.domain.proposals import Proposal, ProposedSpeaker
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.starts import start_at
from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local
from scheduler.matching.problem import Problem
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.bookings import carry_out
from scheduler.services.judging import rulings_against
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity
from scheduler.services.snapshots import (
    commitments_of,
    demand_at,
    geography_of,
    host_commitments_of,
    option_of,
    session_of,
    speakers_of,
)

# What only guards a volunteer: who says yes to a question knows their own week best.
OWN_WISHES = frozenset(
    {
        *("within_availability", "notice_given", "long_enough"),
        *("max_per_day", "max_per_week", "max_per_month"),
    }
)
OVERRIDABLE = OWN_WISHES | {"topic_match", "grade_match", "language_match", "kind_match"}


@dataclass(frozen=True, slots=True)
class Override:
    """Rules set aside for one booking, and the coordinator's reason in words."""

    rules: tuple[str, ...] = ()
    reason: str = ""


def book(
    store: Store,
    key: str,
    *,
    volunteers: Iterable[str],
    start: datetime,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    override: Override = Override(),
) -> Proposal:
    """Book these volunteers for a request at that start, whatever the engine proposes.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the request or a volunteer is not known.
        IllegalTransition: if the request is not open.
        ConstraintViolated: with every rule it would break that was not, or cannot be, set aside.
        DoubleBooked: if the database refuses.
    """
    require_coordinator(actor, deed="book by hand")
    emails = tuple(dict.fromkeys(volunteers))
    with store.write() as work:
        lock_requests(work, (key,))
        work.visits.lock(VOLUNTEER_PREFIX + email for email in emails)
        picture = load_picture(work, now=now, requests=(key,), volunteers=emails)
        request = _open_request(picture, key)
        option, sessions = chosen_start(picture, request, start=start)
        demand = demand_at(picture, request, (option,))
        problem = problem_of_demand(picture, demand, gazetteer=gazetteer)
        _require_known(problem, emails)
        findings = _findings(problem, option, emails=emails)
        _require_set_aside(findings, override, key=key)
        proposal = _proposal(problem, request, emails=emails, sessions=sessions, now=now)
        carry_out(work, (proposal,), picture, actor=actor, now=now)
        if findings:
            work.activities.add((_overridden(findings, key, override, actor=actor, now=now),))
        return proposal


def chosen_start(
    picture: Picture, request: ClassroomRequest, *, start: datetime
) -> tuple[Option, tuple[Period, ...]]:
    """Return a start of one's own choosing as the rules see it, and the span of each session.

    Raises:
        ConstraintViolated: if that moment has passed, the school has no lessons then, or the
            visit's length is unknown.
    """
    school_time = picture.school_time_by_school[request.school]
    if not picture.is_ahead(start):
        raise ConstraintViolated(f"Booking {request.key}", (_unkept("still_ahead", start),))
    closed = _unkept("school_open", start)
    if not school_time.has_lessons(local(start, school_time.timezone).date()):
        raise ConstraintViolated(f"Booking {request.key}", (closed,))
    minutes = request.duration_minutes or _period_minutes(picture, request, start=start)
    chosen = start_at(start, request, minutes=minutes, school_time=school_time)
    if chosen is None:
        raise ConstraintViolated(f"Booking {request.key}", (closed,))
    return option_of(chosen, timezone=school_time.timezone), chosen.sessions


def broken_by_move(
    work: Work, visit: Visit, *, period: Period, now: datetime, gazetteer: Gazetteer
) -> tuple[Finding, ...]:
    """Return every hard rule that the visit would break at another time."""
    picture = load_picture(work, now=now, requests=(visit.request,), volunteers=visit.volunteers)
    return broken_there(picture, visit, period=period, gazetteer=gazetteer)


def broken_there(
    picture: Picture, visit: Visit, *, period: Period, gazetteer: Gazetteer
) -> tuple[Finding, ...]:
    """Return every hard rule that the visit would break then, judged in this picture."""
    others = tuple(each for each in picture.visits if each.uid != visit.uid)
    picture = replace(picture, visits=others)
    request = replace(picture.requests[visit.request], speakers=len(visit.volunteers))
    school_time = picture.school_time_by_school[visit.school]
    if not picture.is_ahead(period.start):
        return (_unkept("still_ahead", period.start),)
    once = replace(request, sessions=1)
    if start_at(period.start, once, minutes=period.minutes, school_time=school_time) is None:
        return (_unkept("school_open", period.start),)
    option = Option(1, (session_of(period, timezone=visit.timezone),))
    demand = demand_at(picture, request, (option,))
    problem = problem_of_demand(picture, demand, gazetteer=gazetteer)
    return _findings(problem, option, emails=visit.volunteers)


def problem_of_demand(picture: Picture, demand: Demand, *, gazetteer: Gazetteer) -> Problem:
    """Return the problem of one demand, with everything that is booked in the picture."""
    return Problem(
        geography=geography_of(picture),
        speakers=speakers_of(picture, (demand,), gazetteer=gazetteer),
        demands=(demand,),
        commitments=commitments_of(picture),
        host_commitments=host_commitments_of(picture),
    )


def _require_set_aside(findings: tuple[Finding, ...], override: Override, *, key: str) -> None:
    left = tuple(f for f in findings if f.rule not in OVERRIDABLE & set(override.rules))
    if left or (findings and not override.reason.strip()):
        raise ConstraintViolated(f"Booking {key}", left or findings)


def _open_request(picture: Picture, key: str) -> ClassroomRequest:
    request = picture.requests.get(key)
    if request is None:
        raise Unknown("request", key)
    if request.state is not RequestState.OPEN or picture.visits_of(key):
        raise IllegalTransition(subject="request", state=str(request.state), step="booked")
    return request


def _period_minutes(picture: Picture, request: ClassroomRequest, *, start: datetime) -> int:
    """A request without a length lasts as long as the period it starts with."""
    school_time = picture.school_time_by_school[request.school]
    day = local(start, school_time.timezone).date()
    for named in school_time.periods_on(day):
        if named.period.start == start:
            return named.period.minutes
    raise ConstraintViolated(f"Booking {request.key}", (_unkept("period_known", start),))


def _unkept(rule: str, start: datetime) -> Finding:
    return Finding(rule, False, {"start": minute_of(start)})


def _findings(problem: Problem, option: Option, *, emails: Iterable[str]) -> tuple[Finding, ...]:
    found = rulings_against(problem, problem.demands[0], option, team=emails)
    return tuple(ruling.finding for ruling in found)


def _require_known(problem: Problem, emails: Iterable[str]) -> None:
    for email in emails:
        if email not in problem.speaker_by_id:
            raise Unknown("active volunteer", email)


def _proposal(
    problem: Problem,
    request: ClassroomRequest,
    *,
    emails: tuple[str, ...],
    sessions: tuple[Period, ...],
    now: datetime,
) -> Proposal:
    demand = problem.demands[0]
    speakers = []
    for email in emails:
        speaker = problem.speaker_by_id[email]
        chosen = chosen_format(speaker, demand, geography=problem.geography)
        speakers.append(ProposedSpeaker(email, Format(chosen or Format.IN_PERSON)))
    return Proposal(request.key, tuple(speakers), sessions, preference=1, made_at=now)


def _overridden(
    findings: tuple[Finding, ...], key: str, override: Override, *, actor: Actor, now: datetime
) -> Activity:
    facts = {"rules": sorted({f.rule for f in findings}), "reason": override.reason}
    return Activity(now, actor.email, "overrode", f"request:{key}", facts)
