"""Carry out a remedy: change the request or a person's limits, and propose who comes.

Only what was promised is done: the remedy is worked out anew first, and refused if it no longer
helps. Whoever owns what is changed is told once the undo has ended. What only others can bring
about, such as a clearance, is not done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.assignments import Assignment, Session
from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.periods import minute_of, moment_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import APPROVAL_HOLD, VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Format, Volunteer
from scheduler.domain.zones import local
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
from scheduler.services.announcements import ARRANGED
from scheduler.services.explanations import why_in
from scheduler.services.judging import broken_findings
from scheduler.services.keepsakes import kept_person, kept_proposal, kept_request, kept_unassigned
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.proposing import proposal_of
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.remedies import ASK_AGAIN, Change, Remedy
from scheduler.services.scenes import Scene, load_scene
from scheduler.services.single_mail import mail_to
from scheduler.services.snapshots import demand_of, problem_of
from scheduler.services.what_ifs import with_limit

CHANGED = "changed a request"
OF_REQUESTS = frozenset(
    {ANOTHER_LESSON, VIRTUAL, AT_SCHOOL, SMALLER_TEAM, FEWER_SESSIONS, SHORTER_VISIT}
)
OF_PEOPLE = frozenset(
    {"ask_times", "one_more", "shorter_notice", "another_grade", "short_visit", "wider_radius"}
)
OF_NOBODY = frozenset({ASK_AGAIN})


@dataclass(frozen=True, slots=True)
class Applied:
    """Who is proposed now, and the names of those who are told of it at that moment."""

    proposal: Proposal
    told: tuple[str, ...]
    told_at: datetime


def can_be_applied(remedy: Remedy) -> bool:
    """Say whether a coordinator may carry it out here.

    Not where another request would have to give somebody up, and not where somebody else has
    to bring a paper.
    """
    kinds = {change.kind for change in remedy.changes}
    return kinds <= OF_REQUESTS | OF_PEOPLE | OF_NOBODY and not remedy.displaces


def apply_remedy(
    store: Store,
    key: str,
    *,
    kind: str,
    start: datetime,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Applied:
    """Carry out the first remedy of this kind at this start; tell who is proposed then.

    The speakers and the teacher hear of a visit only once the proposal is approved.

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
        former = _locked(work, scene, key, team=remedy.team)
        before = _before(work, former, remedy)
        request = _changed(former, remedy, picture=scene.picture)
        people = _changed_people(work, remedy, request, picture=scene.picture)
        work.requests.put((request,))
        work.volunteers.put(people)
        proposal = _proposed(work, scene, request, remedy, now=now)
        work.proposals.put((proposal,))
        after = {"request": kept_request(request), "people": [kept_person(p) for p in people]}
        facts = {"kind": kind, "start": start.isoformat(), **before, "after": after}
        work.activities.add((Activity(now, actor.email, CHANGED, f"request:{key}", facts),))
        mail = tuple(_mail(request, people, remedy, now=now))
        work.outbox.add(mail)
        names = work.people.many(row.recipient for row in mail)
    told = tuple(person.name for person in names.values())
    return Applied(proposal, told, now + APPROVAL_HOLD)


def _locked(work: Work, scene: Scene, key: str, *, team: Iterable[str]) -> ClassroomRequest:
    """The request as it was explained; nobody changes it, or its team, until the end."""
    lock_requests(work, (key,))
    work.visits.lock(VOLUNTEER_PREFIX + email for email in team)
    request = work.requests.get(key)
    if request is None or request != scene.picture.requests[key]:
        raise _outdated()
    return request


def _remedy(scene: Scene, key: str, *, kind: str, start: datetime) -> Remedy:
    for remedy in why_in(scene, key).remedies:
        if (remedy.kind, remedy.start) == (kind, start) and can_be_applied(remedy):
            return remedy
    raise _outdated()


def _outdated() -> IllegalTransition:
    return IllegalTransition(subject="remedy", state="outdated", step="carried out")


def _before(work: Work, request: ClassroomRequest, remedy: Remedy) -> dict[str, object]:
    proposal, entry = work.proposals.get(request.key), work.proposals.unassigned().get(request.key)
    people = work.volunteers.many(_changed_emails(remedy))
    return {
        "before": kept_request(request),
        "people": [kept_person(each) for each in people.values()],
        "proposal": kept_proposal(proposal) if proposal else None,
        "unassigned": kept_unassigned(entry) if entry else None,
    }


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


def _changed_emails(remedy: Remedy) -> tuple[str, ...]:
    """Those whose own settings are changed; a wider way is that of everybody who comes."""
    found: list[str] = []
    for change in remedy.changes:
        if change.kind == "wider_radius":
            found += remedy.team
        elif change.kind in OF_PEOPLE:
            found.append(str(change.facts["email"]))
    return tuple(dict.fromkeys(found))


def _changed_people(
    work: Work, remedy: Remedy, request: ClassroomRequest, *, picture: Picture
) -> tuple[Volunteer, ...]:
    emails = _changed_emails(remedy)
    people = dict(work.volunteers.many(emails))
    option = demand_of(picture, request).option_at(minute_of(remedy.start))
    sessions = option.sessions if option else ()
    for change in remedy.changes:
        concerned = remedy.team if change.kind == "wider_radius" else (change.facts.get("email"),)
        for email in concerned:
            if change.kind in OF_PEOPLE:
                if str(email) not in people:
                    raise Unknown("volunteer", str(email))
                person = people[str(email)]
                people[str(email)] = _with_setting(person, change, sessions, picture=picture)
    return tuple(people.values())


def _with_setting(
    person: Volunteer, change: Change, sessions: tuple[Session, ...], *, picture: Picture
) -> Volunteer:
    limits = person.limits
    match change.kind, change.facts:
        case "one_more", {"rule": str(rule), "needed": int(needed)}:
            return replace(person, limits=with_limit(limits, rule, value=needed))
        case "shorter_notice", {"earliest_day": date()}:
            days = max(min(s.day for s in sessions) - picture.today.toordinal(), 0)
            return replace(person, limits=replace(limits, notice_days=days))
        case "another_grade", {"grade": int(grade)}:
            return replace(person, grades=person.grades | {grade})
        case "short_visit", {"minutes": int(minutes)}:
            return replace(person, limits=replace(limits, min_minutes=minutes))
        case "wider_radius", {"km": int(km)}:
            is_short = limits.max_km is not None and limits.max_km < km
            return replace(person, limits=replace(limits, max_km=float(km))) if is_short else person
        case "ask_times", _:
            return replace(person, weekly=(*person.weekly, *_free_then(person, sessions, picture)))
    return person


def _free_then(
    person: Volunteer, sessions: tuple[Session, ...], picture: Picture
) -> Iterator[WeeklyAvailability]:
    """The hours of the visits, on their days alone, by the clock the person's week is told in."""
    zone = person.timezone or picture.district.timezone
    for session in sessions:
        start, end = local(moment_of(session.start), zone), local(moment_of(session.end), zone)
        if start.date() == end.date():
            day = start.date()
            yield WeeklyAvailability(day.weekday(), start.time(), end.time(), day, day)


def _proposed(
    work: Work, scene: Scene, request: ClassroomRequest, remedy: Remedy, *, now: datetime
) -> Proposal:
    """The proposal as the changed request gives it, asked by the plain rules once more."""
    key = request.key
    picture = load_picture(work, now=now, requests=(key,), volunteers=remedy.team)
    problem = problem_of(picture, gazetteer=scene.gazetteer)
    assignment = Assignment(key, minute_of(remedy.start), remedy.team)
    if problem.demand_by_id[key].option_at(assignment.start) is None:
        raise _outdated()
    proposal = proposal_of(problem, assignment, now=now)
    findings = broken_findings(problem, proposal)
    if findings:
        raise ConstraintViolated(f"Changing {key}", findings)
    again = {str(c.facts["email"]) for c in remedy.changes if c.kind == ASK_AGAIN}
    passed_over = tuple(each for each in scene.passed_over if each not in again)
    return replace(proposal, passed_over=passed_over)


def _mail(
    request: ClassroomRequest, people: tuple[Volunteer, ...], remedy: Remedy, *, now: datetime
) -> Iterator[OutboxRow]:
    """Word to whoever owns what was changed, once it can no longer be taken back."""
    kinds = [change.kind for change in remedy.changes]
    asked = [kind for kind in kinds if kind in OF_REQUESTS]
    given = [kind for kind in kinds if kind in OF_PEOPLE]
    told = [(request.teacher_email, "teacher", asked)] if asked else []
    told += [(person.email, "volunteer", given) for person in people]
    for recipient, role, changed in told:
        yield mail_to(
            recipient,
            f"request:{request.key}",
            purpose=ARRANGED,
            at=now,
            revision=int(now.timestamp()),
            due_at=now + APPROVAL_HOLD,
            facts={
                "role": role,
                "request": request.key,
                "title": request.title,
                "changed": changed,
                "page": f"/requests/{request.key}" if role == "teacher" else "/availability",
            },
        )
