"""How a visit was: asked of the teacher after its end, by a link that needs no signing in.

What is said settles whether the visit happened. It can be changed for two weeks; opening the
link changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.feedback import (
    MOST_STUDENTS,
    Feedback,
    FeedbackStanding,
    Impression,
    settled,
    standing_of,
)
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor, require_own_request, require_readable_request
from scheduler.services.announcements import FEEDBACK, announce
from scheduler.services.catching_up import done_until
from scheduler.services.locking import locked_visit
from scheduler.services.ports import Store, Trace, Work
from scheduler.services.records import Activity
from scheduler.services.tokens import bearer_of, feedback_token, visit_of_answer_token

MARK = "questions for feedback"
ASKED_WITHIN = timedelta(days=7)
MOST_LETTERS = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says; words and number count only where the visit happened."""

    happened: bool
    impression: Impression | None = None
    students: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackSheet:
    """One visit and what was said of it so far; ``sessions`` are the numbers of its series."""

    sheet: VisitSheet
    standing: FeedbackStanding
    given: Feedback | None = None
    sessions: tuple[int, ...] = ()

    @property
    def students(self) -> int | None:
        """Return how many were said to have listened, else how many the class has."""
        said = self.given.students if self.given else None
        return self.sheet.students if said is None else said


def ask_for_feedback(work: Work, *, now: datetime) -> int:
    """Write the question to the teacher of each visit that ended lately; return how many are new.

    A visit that nobody had said yes to is not asked about, nor one of which something was said.
    """
    asked_about = (VisitState.CONFIRMED, VisitState.HAPPENED)
    since = done_until(work, MARK, now=now, at_first=ASKED_WITHIN, at_most=ASKED_WITHIN)
    ended = tuple(
        visit
        for visit in work.visits.in_states(asked_about, since=since, until=now)
        if visit.period.end <= now
    )
    said = work.feedbacks.of_visits(visit.uid for visit in ended)
    requests = work.requests.many({visit.request for visit in ended})
    rows = (
        row
        for visit in ended
        if visit.uid not in said
        for row in announce(
            (visit,),
            purpose=FEEDBACK,
            recipients=(requests[visit.request].teacher_email,),
            at=now,
        )
    )
    return work.outbox.add(rows)


def feedback_by_link(store: Store, token: str, *, now: datetime, key: bytes) -> FeedbackSheet:
    """Return what the link from the mail shows; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        visit, _ = _proven(work, token, key=key)
        trace = _trace(work, visit.request)
        if not visit.was_released:
            raise Unknown("visit", visit.uid)
        return _sheet(trace, visit.uid, now=now)


def say_by_link(
    store: Store, token: str, said: Said, *, now: datetime, key: bytes
) -> FeedbackSheet:
    """Keep what the teacher says by the link from the mail.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
        IllegalTransition: if it is too early or too late.
    """
    with store.write() as work:
        visit, email = _proven(work, token, key=key)
        return _say(work, visit.uid, said, by=email, now=now)


def feedback_on(
    store: Store, request: str, *, actor: Actor, now: datetime, session: int = 0
) -> FeedbackSheet:
    """Return what can be said of a request's visit: that session, else the first unsaid one.

    Raises:
        Unknown: if there is no such request or session, or it is somebody else's.
    """
    with store.read() as work:
        asked = work.traces.asked(keys=(request,))
        require_readable_request(actor, asked[0].request if asked else None, key=request)
        trace = _trace(work, request)
        sheet = _chosen(trace, session=session, now=now)
        return _sheet(trace, sheet.visit.uid, now=now)


def say(
    store: Store, request: str, said: Said, *, actor: Actor, now: datetime, session: int
) -> FeedbackSheet:
    """Keep what a request's teacher, or a coordinator for them, says of one session.

    Raises:
        Unknown: if there is no such request or session, or it is another teacher's.
        IllegalTransition: if it is too early or too late.
    """
    with store.write() as work:
        require_own_request(actor, work.requests.get(request), key=request)
        sheet = _chosen(_trace(work, request), session=session, now=now)
        return _say(work, sheet.visit.uid, said, by=actor.email, now=now)


def _proven(work: Work, token: str, *, key: bytes) -> tuple[Visit, str]:
    uid = visit_of_answer_token(token)
    # PostgreSQL refuses to compare text that holds a NUL.
    visit = work.visits.get(uid) if uid.isprintable() else None
    request = work.requests.get(visit.request) if visit else None
    teacher = bearer_of(
        token,
        work.people.many((request.teacher_email,) if request else ()).values(),
        signed=lambda email, number: feedback_token(uid, email, key=key, generation=number),
    )
    if visit is None or teacher is None:
        raise Unknown("visit", uid)
    return visit, teacher.email


def _trace(work: Work, request: str) -> Trace:
    """The request with those of its visits that anybody knows of."""
    (trace,) = work.traces.with_visits(work.traces.asked(keys=(request,)))
    return replace(trace, sheets=tuple(s for s in trace.sheets if s.visit.was_released))


def _chosen(trace: Trace, *, session: int, now: datetime) -> VisitSheet:
    sheets = tuple(s for s in trace.sheets if session in (0, s.visit.session))
    if not sheets:
        raise Unknown("visit", f"{trace.request.key}/{session}")
    standings = [standing_of(s.visit, trace.said.get(s.visit.uid), at=now) for s in sheets]
    for wanted in (FeedbackStanding.ASKED, FeedbackStanding.GIVEN, FeedbackStanding.TOO_EARLY):
        if wanted in standings:
            return sheets[standings.index(wanted)]
    return sheets[-1]


def _sheet(trace: Trace, uid: str, *, now: datetime) -> FeedbackSheet:
    sheet = next(each for each in trace.sheets if each.visit.uid == uid)
    given = trace.said.get(uid)
    sessions = {s.visit.session for s in trace.sheets if s.visit.state is not VisitState.CANCELLED}
    standing = standing_of(sheet.visit, given, at=now)
    return FeedbackSheet(sheet, standing, given, tuple(sorted(sessions)))


def _say(work: Work, uid: str, said: Said, *, by: str, now: datetime) -> FeedbackSheet:
    visit = locked_visit(work, uid)
    assert visit is not None  # It was found in this transaction.
    before = work.feedbacks.of_visits((uid,)).get(uid)
    standing = standing_of(visit, before, at=now)
    if not standing.is_open:
        raise IllegalTransition(subject="feedback", state=str(standing), step="given")
    given = Feedback(
        visit=uid,
        happened=said.happened,
        given_by=by,
        given_at=before.given_at if before else now,
        changed_at=now,
        impression=said.impression if said.happened else None,
        students=_within(said.students) if said.happened else None,
        words=said.words.strip()[:MOST_LETTERS],
    )
    work.feedbacks.put(given)
    closed = settled(visit, happened=said.happened, at=now)
    if closed != visit:
        work.visits.save((closed,))
    deed = "said it happened" if said.happened else "said it did not happen"
    work.activities.add((Activity(now, by, deed, f"visit:{uid}"),))
    return _sheet(_trace(work, closed.request), uid, now=now)


def _within(students: int | None) -> int | None:
    return None if students is None else max(0, min(students, MOST_STUDENTS))
