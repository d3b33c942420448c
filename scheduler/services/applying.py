"""Carry out a remedy that people agreed to: change the request or a limit, and propose who comes.

Only what was promised is done: the remedy is worked out anew first, and refused if it no longer
helps. What others have to answer for, such as a clearance or their own times, is not done here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Format, Limits, Volunteer
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.alterations import (
    ANOTHER_LESSON,
    AT_SCHOOL,
    FEWER_SESSIONS,
    SHORTER_VISIT,
    SMALLER_TEAM,
    VIRTUAL,
    moved_to,
)
from scheduler.services.explanations import why_in
from scheduler.services.judging import broken_findings
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.proposing import proposal_of
from scheduler.services.records import Activity
from scheduler.services.remedies import Change, Remedy
from scheduler.services.scenes import Scene, load_scene
from scheduler.services.snapshots import problem_of

ONE_MORE = "one_more"
OF_REQUESTS = frozenset(
    {ANOTHER_LESSON, VIRTUAL, AT_SCHOOL, SMALLER_TEAM, FEWER_SESSIONS, SHORTER_VISIT}
)


def can_be_applied(remedy: Remedy) -> bool:
    """Say whether a coordinator may carry it out here: nobody else has to do anything for it."""
    kinds = {change.kind for change in remedy.changes}
    return bool(kinds) and kinds <= OF_REQUESTS | {ONE_MORE} and not remedy.displaces


def apply_remedy(
    store: Store,
    key: str,
    *,
    kind: str,
    start: datetime,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Proposal:
    """Carry out the first remedy of this kind at this start; return who is proposed then.

    The teacher's or the person's word is taken before; nobody is told until the proposal is
    approved.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such request.
        IllegalTransition: if that no longer helps, or the request changed meanwhile.
        ConstraintViolated: if the proposal would break a rule after all.
    """
    require_coordinator(actor, deed="change a request")
    scene = load_scene(store, key, now=now, gazetteer=gazetteer)
    remedy = _remedy(scene, key, kind=kind, start=start)
    with store.write() as work:
        lock_requests(work, (key,))
        work.visits.lock(VOLUNTEER_PREFIX + email for email in remedy.team)
        former = work.requests.get(key)
        if former != scene.picture.requests[key]:
            raise _outdated()
        work.requests.put((_changed(former, remedy, picture=scene.picture),))
        work.volunteers.put(_with_limits(work, remedy))
        proposal = _proposed(work, key, remedy, now=now, gazetteer=gazetteer)
        work.proposals.put((replace(proposal, passed_over=scene.passed_over),))
        facts = {"kind": kind, "start": start.isoformat(), "before": _written(former)}
        work.activities.add(
            (Activity(now, actor.email, "changed a request", f"request:{key}", facts),)
        )
        return proposal


def _remedy(scene: Scene, key: str, *, kind: str, start: datetime) -> Remedy:
    for remedy in why_in(scene, key).remedies:
        if (remedy.kind, remedy.start) == (kind, start) and can_be_applied(remedy):
            return remedy
    raise _outdated()


def _outdated() -> IllegalTransition:
    return IllegalTransition(subject="remedy", state="outdated", step="carried out")


def _changed(request: ClassroomRequest, remedy: Remedy, *, picture: Picture) -> ClassroomRequest:
    for change in remedy.changes:
        request = _with(request, change)
    if any(change.kind == ANOTHER_LESSON for change in remedy.changes):
        return moved_to(request, remedy.start, picture=picture)
    return request


def _with(request: ClassroomRequest, change: Change) -> ClassroomRequest:
    match change.kind, change.facts:
        case "virtual", _:
            return replace(request, format=Format.VIRTUAL)
        case "at_school", _:
            return replace(request, format=Format.EITHER)
        case "smaller_team", {"speakers": int(speakers)}:
            return replace(request, speakers=speakers)
        case "fewer_sessions", {"sessions": int(sessions)}:
            return replace(request, sessions=sessions)
        case "shorter_visit", _:
            return replace(request, duration_minutes=None)
    return request


def _with_limits(work: Work, remedy: Remedy) -> tuple[Volunteer, ...]:
    found = []
    for change in remedy.changes:
        if change.kind == ONE_MORE:
            email, rule = str(change.facts["email"]), str(change.facts["rule"])
            person = work.volunteers.get(email)
            if person is None:
                raise Unknown("volunteer", email)
            limits = _raised(person.limits, rule, needed=change.facts["needed"])
            found.append(replace(person, limits=limits))
    return tuple(found)


def _raised(limits: Limits, rule: str, *, needed: object) -> Limits:
    match rule, needed:
        case "max_per_day", int(most):
            return replace(limits, max_per_day=most)
        case "max_per_week", int(most):
            return replace(limits, max_per_week=most)
        case "max_per_month", int(most):
            return replace(limits, max_per_month=most)
    return limits


def _proposed(
    work: Work, key: str, remedy: Remedy, *, now: datetime, gazetteer: Gazetteer
) -> Proposal:
    """The proposal as the changed request gives it, asked by the plain rules once more."""
    picture = load_picture(work, now=now, requests=(key,), volunteers=remedy.team)
    problem = problem_of(picture, gazetteer=gazetteer)
    assignment = Assignment(key, minute_of(remedy.start), remedy.team)
    if problem.demand_by_id[key].option_at(assignment.start) is None:
        raise _outdated()
    proposal = proposal_of(problem, assignment, now=now)
    findings = broken_findings(problem, proposal)
    if findings:
        raise ConstraintViolated(f"Changing {key}", findings)
    return proposal


def _written(request: ClassroomRequest) -> dict[str, object]:
    return {
        "windows": [str(window) for window in request.windows],
        "format": str(request.format),
        "speakers": request.speakers,
        "sessions": request.sessions,
        "duration_minutes": request.duration_minutes,
    }
