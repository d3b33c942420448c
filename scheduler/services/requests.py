"""A teacher asks, and takes a request back: what was answered is held to the school's own time.

Everything wrong with the answers is reported at once, as findings; nothing is stored then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.assignments import Finding
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, NotAllowed, Unknown
from scheduler.domain.promises import Promise, promised_day
from scheduler.domain.requests import (
    ClassroomRequest,
    RangeWindow,
    RequestKind,
    RequestState,
    Window,
)
from scheduler.domain.schooldays import SchoolTime
from scheduler.domain.starts import misfit_of, starts_of
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local
from scheduler.services import visits as visit_steps
from scheduler.services.access import Actor, require_own_request
from scheduler.services.drafts import end_draft
from scheduler.services.locking import lock_requests
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.within import Within

MOST_PICKS = 3


@dataclass(frozen=True, slots=True)
class Answers:
    """What a teacher answered; ``windows`` in the order of preference, a class or none.

    ``school`` counts only without a class; empty means the teacher's first.
    """

    title: str
    topic: str
    classroom: str
    windows: tuple[Window, ...]
    format: Format = Format.IN_PERSON
    kind: RequestKind = RequestKind.TALK
    language: str = ""
    speakers: int = 1
    sessions: int = 1
    every_days: int = 7
    note: str = ""
    preferred: tuple[str, ...] = ()
    school: str = ""


def submit(store: Store, answers: Answers, *, actor: Actor, now: datetime) -> ClassroomRequest:
    """Store a teacher's request as open, with the promise of a name; the draft is done with.

    Raises:
        NotAllowed: unless the actor is a teacher.
        ConstraintViolated: with one finding for everything that does not fit.
    """
    if not actor.is_teacher:
        raise NotAllowed("ask for a speaker")
    with store.write() as work:
        picture = load_picture(work, now=now, requests=(), volunteers=())
        request = checked(work, answers, picture=picture, actor=actor)
        request = replace(request, key=work.requests.new_key())
        work.requests.put((request,))
        work.promises.put(promise_for(request, picture=picture, now=now))
        end_draft(work, actor.email, now=now)
        work.activities.add((Activity(now, actor.email, "asked", f"request:{request.key}"),))
        return request


def checked(
    work: Work, answers: Answers, *, picture: Picture, actor: Actor, key: str = ""
) -> ClassroomRequest:
    """Return the request that these answers make, if they fit the school's own time.

    Raises:
        Unknown: if the teacher has no school.
        ConstraintViolated: with one finding for everything that does not fit.
    """
    school = _school_of(work, picture, answers, actor=actor)
    findings = tuple(_misfits(picture, answers, school=school, actor=actor))
    request = asked(answers, school=school, picture=picture, actor=actor, key=key)
    findings = findings or tuple(_without_start(picture, request))
    if findings:
        raise ConstraintViolated("This request", findings)
    return request


def promise_for(request: ClassroomRequest, *, picture: Picture, now: datetime) -> Promise:
    """Return the promise that is made when a teacher asks, or asks for other times."""
    school_time = picture.school_time_by_school[request.school]
    asked_on = local(now, school_time.timezone).date()
    return Promise(request.key, now, promised_day(asked_on, school_time=school_time))


def asked(
    answers: Answers, *, school: str, picture: Picture, actor: Actor, key: str = ""
) -> ClassroomRequest:
    """Return the request that these answers make."""
    return ClassroomRequest(
        key=key,
        teacher_email=actor.email,
        school=school,
        title=" ".join(answers.title.split()),
        topic=answers.topic,
        kind=answers.kind,
        windows=answers.windows,
        classroom=answers.classroom,
        format=answers.format,
        language=answers.language or picture.district.language,
        speakers=answers.speakers,
        sessions=answers.sessions,
        every_days=answers.every_days,
        preferred=answers.preferred,
        note=answers.note.strip(),
    )


def withdraw(
    store: Store, key: str, *, actor: Actor, now: datetime, reason: str = ""
) -> ClassroomRequest:
    """Take a request back; its visits to come are called off, and whoever knew is told.

    Raises:
        Unknown: if there is no such request, or it is another teacher's.
        IllegalTransition: if its visits are over, or one was booked meanwhile.
    """
    with store.write() as work:
        lock_requests(work, (key,))
        require_own_request(actor, work.requests.get(key), key=key)
        for visit in work.visits.of_requests((key,)):
            if visit.occupies:
                visit_steps.cancel(Within(work), visit.uid, reason=reason, actor=actor, now=now)
        request = require_own_request(actor, work.requests.get(key), key=key)
        if request.state is not RequestState.WITHDRAWN:
            if request.state is RequestState.BOOKED:
                raise IllegalTransition(subject="request", state="booked", step="withdrawn")
            request = replace(request, state=RequestState.WITHDRAWN)
            work.requests.put((request,))
            work.activities.add((Activity(now, actor.email, "withdrew", f"request:{key}"),))
        work.proposals.remove((key,))
        return request


def reopen(store: Store, key: str, *, actor: Actor, now: datetime) -> ClassroomRequest:
    """Take a withdrawal back, as long as no visit was ever made of the request.

    Raises:
        Unknown: if there is no such request, or it is another teacher's.
        IllegalTransition: if it is not withdrawn, or visits were called off with it.
    """
    with store.write() as work:
        lock_requests(work, (key,))
        request = require_own_request(actor, work.requests.get(key), key=key)
        if request.state is not RequestState.WITHDRAWN or work.visits.of_requests((key,)):
            raise IllegalTransition(subject="request", state=str(request.state), step="reopened")
        request = replace(request, state=RequestState.OPEN)
        work.requests.put((request,))
        work.activities.add((Activity(now, actor.email, "reopened", f"request:{key}"),))
        return request


def _school_of(work: Work, picture: Picture, answers: Answers, *, actor: Actor) -> str:
    classroom = picture.classes.get(answers.classroom)
    if classroom:
        return classroom.school
    person = work.people.get(actor.email)
    if person is None or not person.schools:
        raise Unknown("school", "for this teacher")
    return answers.school if answers.school in person.schools else person.schools[0]


def _misfits(picture: Picture, answers: Answers, *, school: str, actor: Actor) -> Iterator[Finding]:
    if not answers.title.strip():
        yield Finding("title_given", False)
    if answers.topic not in picture.topics:
        yield Finding("topic_known", False)
    classroom = picture.classes.get(answers.classroom)
    if answers.classroom and (classroom is None or classroom.teacher_email != actor.email):
        yield Finding("class_known", False)
    if not 1 <= len(answers.windows) <= MOST_PICKS:
        yield Finding("few_windows", False, {"count": len(answers.windows), "limit": MOST_PICKS})
    request = asked(answers, school=school, picture=picture, actor=actor)
    school_time = picture.school_time_by_school[school]
    for window in answers.windows:
        yield from _window_misfits(picture, request, window, school_time=school_time)


def _window_misfits(
    picture: Picture, request: ClassroomRequest, window: Window, *, school_time: SchoolTime
) -> Iterator[Finding]:
    day = _first_day(window)
    facts: dict[str, int | str] = {
        "day": day.toordinal(),
        "school": picture.schools[request.school].name,
    }
    closure = school_time.closure_on(day)
    if day <= picture.today:
        yield Finding("after_today", False, facts)
    elif closure:
        yield Finding("school_open", False, {**facts, "closure": closure.name})
    elif not school_time.has_lessons(day):
        yield Finding("school_open", False, facts)
    elif misfit_of(request, window, school_time=school_time):
        yield Finding("window_fits", False, {**facts, "window": str(window)})


def _without_start(picture: Picture, request: ClassroomRequest) -> Iterator[Finding]:
    """Each window may be fine and a later session of the series still fall on a closed day."""
    school_time = picture.school_time_by_school[request.school]
    classroom = picture.classroom_of(request)
    if not starts_of(request, school_time=school_time, classroom=classroom):
        yield Finding(
            "series_fits",
            False,
            {"sessions": request.sessions, "every_days": request.every_days},
        )


def _first_day(window: Window) -> date:
    return window.days.first if isinstance(window, RangeWindow) else window.day
