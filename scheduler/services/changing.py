"""Change a request that was sent: its words at any time, the rest until somebody is asked.

Once people know of a visit, its time changes by offering other times: the visit is called off,
everyone who knew of it is told, and the request is looked at anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from scheduler.domain import visits as life
from scheduler.domain.assignments import Finding
from scheduler.domain.errors import ConstraintViolated, IllegalTransition
from scheduler.domain.requests import ClassroomRequest, RequestState, Window
from scheduler.domain.visits import OPEN, Visit, VisitState
from scheduler.services.access import Actor, require_own_request
from scheduler.services.announcements import cancellations, confirmations
from scheduler.services.locking import lock_requests, locked_visits
from scheduler.services.onlookers import told_of_cancelling
from scheduler.services.overtaking import overtake
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.requests import Answers, checked, promise_for

WORDS = ("title", "note")


def change(
    store: Store, key: str, answers: Answers, *, actor: Actor, now: datetime
) -> ClassroomRequest:
    """Give a request these answers; while a visit of it stands only title and note change.

    A suggestion that waits for the coordinator is dropped, unless only words were changed.

    Raises:
        Unknown: if there is no such request, or it is another teacher's.
        IllegalTransition: if it was taken back, or its visits are over.
        ConstraintViolated: with one finding for everything that does not fit.
    """
    with store.write() as work:
        lock_requests(work, (key,))
        before = require_own_request(actor, work.requests.get(key), key=key)
        picture = load_picture(work, now=now, requests=(key,), volunteers=())
        if _is_over(work, before, now=now):
            raise IllegalTransition(subject="request", state=str(before.state), step="changed")
        if _standing(work, before, now=now):
            changed = _with_words(before, answers)
        else:
            changed = _with_answers(work, before, answers, picture=picture)
        work.requests.put((changed,))
        if any(getattr(before, name) != getattr(changed, name) for name in _BEYOND_WORDS):
            work.proposals.remove((key,))
        work.activities.add((Activity(now, actor.email, "changed", f"request:{key}"),))
        return changed


def say_yes(store: Store, key: str, *, actor: Actor, now: datetime) -> tuple[Visit, ...]:
    """Agree to the times of a request's visits that lie outside its windows; return those.

    Raises:
        Unknown: if there is no such request, or it is another teacher's.
        IllegalTransition: if no visit waits for the teacher's yes.
    """
    with store.write() as work:
        request = require_own_request(actor, work.requests.get(key), key=key)
        asked = (v.uid for v in work.visits.of_requests((key,)) if _waits_for_yes(v, now=now))
        visits = tuple(v for v in locked_visits(work, asked) if _waits_for_yes(v, now=now))
        if not visits:
            raise IllegalTransition(subject="visit", state="not waiting", step="agreed to")
        agreed = tuple(life.agree(visit, at=now) for visit in visits)
        work.visits.save(agreed)
        certain = tuple(v for v in agreed if v.state is VisitState.CONFIRMED)
        if certain:
            work.outbox.add(confirmations(certain, request, at=now))
        work.activities.add(Activity(now, actor.email, "agreed", f"visit:{v.uid}") for v in agreed)
        return agreed


def offer_other_times(
    store: Store,
    key: str,
    windows: Iterable[Window],
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> ClassroomRequest:
    """Give a request other windows; visits to come are called off and whoever knew is told.

    Raises:
        Unknown: if there is no such request, or it is another teacher's.
        IllegalTransition: if it was taken back, or its visits are over.
        ConstraintViolated: with one finding for everything that does not fit.
    """
    offered = tuple(windows)
    with store.write() as work:
        lock_requests(work, (key,))
        before = require_own_request(actor, work.requests.get(key), key=key)
        if _is_over(work, before, now=now):
            raise IllegalTransition(subject="request", state=str(before.state), step="changed")
        picture = load_picture(work, now=now, requests=(key,), volunteers=())
        answers = replace(answers_of(before), windows=offered)
        changed = _with_answers(work, before, answers, picture=picture)
        _call_off(work, before, reason=reason, actor=actor, now=now)
        changed = replace(changed, state=RequestState.OPEN)
        work.requests.put((changed,))
        work.proposals.remove((key,))
        work.promises.put(promise_for(changed, picture=picture, now=now))
        work.activities.add((Activity(now, actor.email, "offered other times", f"request:{key}"),))
        return changed


def answers_of(request: ClassroomRequest) -> Answers:
    """Return the answers that made this request."""
    return Answers(
        title=request.title,
        topic=request.topic,
        classroom=request.classroom,
        windows=request.windows,
        format=request.format,
        kind=request.kind,
        language=request.language,
        speakers=request.speakers,
        sessions=request.sessions,
        every_days=request.every_days,
        note=request.note,
        preferred=request.preferred,
        school=request.school,
    )


_BEYOND_WORDS = tuple(
    name for name in ClassroomRequest.__dataclass_fields__ if name not in (*WORDS, "key")
)


def _with_words(before: ClassroomRequest, answers: Answers) -> ClassroomRequest:
    title = " ".join(answers.title.split())
    if not title:
        raise ConstraintViolated("This request", (Finding("title_given", False),))
    return replace(before, title=title, note=answers.note.strip())


def _with_answers(
    work: Work, before: ClassroomRequest, answers: Answers, *, picture: Picture
) -> ClassroomRequest:
    """Check as if its teacher asked, whoever changes it; what no form asks for stays."""
    teacher = Actor(before.teacher_email, "", is_teacher=True)
    fitting = checked(work, answers, picture=picture, actor=teacher, key=before.key)
    return replace(
        fitting,
        duration_minutes=before.duration_minutes,
        priority=before.priority,
        excluded=before.excluded,
        goal=before.goal,
        meeting_url=before.meeting_url,
        state=before.state,
    )


def _standing(work: Work, request: ClassroomRequest, *, now: datetime) -> tuple[Visit, ...]:
    visits = work.visits.of_requests((request.key,))
    return tuple(visit for visit in visits if visit.occupies and visit.period.start > now)


def _is_over(work: Work, request: ClassroomRequest, *, now: datetime) -> bool:
    if request.state is RequestState.BOOKED:
        return not _standing(work, request, now=now)
    return request.state is RequestState.WITHDRAWN


def _waits_for_yes(visit: Visit, *, now: datetime) -> bool:
    return visit.state in OPEN and not visit.host_agrees and now < visit.period.start


def _call_off(
    work: Work, request: ClassroomRequest, *, reason: str, actor: Actor, now: datetime
) -> None:
    standing = (visit.uid for visit in _standing(work, request, now=now))
    visits = tuple(visit for visit in locked_visits(work, standing) if visit.occupies)
    if not visits:
        return
    uids = tuple(visit.uid for visit in visits)
    overtake(work, uids)
    cancelled = tuple(life.cancel(visit, reason=reason, at=now) for visit in visits)
    work.visits.save(cancelled)
    known = tuple(visit for visit in cancelled if visit.was_released)
    if known:
        told = cancellations(
            known,
            request,
            at=now,
            reason=reason,
            by=actor.name,
            by_email=actor.email,
            role_by_email=told_of_cancelling(work, known, actor=actor, now=now),
            is_open_again=True,
        )
        work.outbox.add(told)
