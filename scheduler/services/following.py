"""How far requests have come, for those who asked and those who oversee.

A name that is only proposed or held is nobody's to know but the coordinators': until its
release a teacher learns that somebody was found, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from scheduler.domain.feedback import Feedback
from scheduler.domain.folding import word_line, words_of
from scheduler.domain.promises import Promise
from scheduler.domain.requests import ClassroomRequest, PeriodWindow, RequestState, Window
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import OPEN, Visit, VisitState
from scheduler.services.access import Actor, require_overseer, require_readable_request
from scheduler.services.messages import Thread, thread_of
from scheduler.services.parts import parts
from scheduler.services.ports import Outline, Store, Trace, Work

PAGE = 100


class Stage(StrEnum):
    """How far a request has come, as the person who asked sees it."""

    LOOKING = "looking"
    NAMED = "named"
    HELD = "held"
    ASKED = "asked"
    AGREED = "agreed"
    VISITED = "visited"
    MISSED = "missed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Followed:
    """One request with everything its page shows.

    ``sheets`` are its visits that were released, called off ones too, by start;
    ``release_at`` is when held ones are let out. ``said`` is what was said after visits, by
    UID. While a visit is to come, a change is one of words, or of times for everyone.
    ``hours_by_window`` tells of lessons asked for by name when they begin and end there.
    """

    request: ClassroomRequest
    stage: Stage
    school: str
    school_name: str
    class_name: str
    teacher_name: str
    topic: Topic
    timezone: str
    sheets: tuple[VisitSheet, ...] = ()
    release_at: datetime | None = None
    can_withdraw: bool = False
    can_reopen: bool = False
    can_change: bool = False
    students: int | None = None
    promise: Promise | None = None
    said: Mapping[str, Feedback] = field(default_factory=dict)
    hours_by_window: Mapping[Window, tuple[time, time]] = field(default_factory=dict)

    @property
    def needs_yes(self) -> tuple[VisitSheet, ...]:
        """Return the visits at times that the teacher did not offer and has not agreed to."""
        return tuple(
            sheet
            for sheet in self.sheets
            if sheet.visit.state in OPEN and not sheet.visit.host_agrees
        )

    @property
    def present_sheets(self) -> tuple[VisitSheet, ...]:
        """Return the visits that were not called off, by start."""
        return tuple(s for s in self.sheets if s.visit.state is not VisitState.CANCELLED)


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of all requests that pass the filter, and how many there are."""

    lines: tuple[Followed, ...]
    found: int
    number: int
    schools: Mapping[str, str]

    @property
    def has_next(self) -> bool:
        """Tell whether another page follows."""
        return self.number * PAGE < self.found


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty fields pass everything."""

    state: str = ""
    school: str = ""
    text: str = ""


def follow(store: Store, key: str, *, actor: Actor) -> Followed:
    """Return one request for its teacher or an overseer.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    with store.read() as work:
        return _seen(work, trace_of(work, key, actor=actor), actor=actor)


def follow_with_messages(store: Store, key: str, *, actor: Actor) -> tuple[Followed, Thread]:
    """Return one request and what was written about it, for its teacher or an overseer.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    with store.read() as work:
        trace = trace_of(work, key, actor=actor)
        return _seen(work, trace, actor=actor), thread_of(work, trace, actor=actor)


def trace_of(work: Work, key: str, *, actor: Actor) -> Trace:
    """Return one request with its visits for its teacher or an overseer.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    found = work.traces.asked(keys=(key,))
    require_readable_request(actor, found[0].request if found else None, key=key)
    return work.traces.with_visits(found)[0]


def own_requests(store: Store, *, actor: Actor) -> tuple[Followed, ...]:
    """Return a teacher's own requests, latest first."""
    with store.read() as work:
        mine = work.traces.asked(teacher=actor.email)[::-1]
        return tuple(_seen(work, trace, actor=actor) for trace in work.traces.with_visits(mine))


def all_requests(
    store: Store, *, actor: Actor, wanted: Filter = Filter(), number: int = 1
) -> RequestPage:
    """Return one page of everybody's requests, latest first.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read all requests")
    with store.read() as work:
        page, found = _page(work, wanted, number=number)
        return RequestPage(
            lines=tuple(_seen(work, trace, actor=actor) for trace in _traced(work, page)),
            found=found,
            number=number,
            schools=work.traces.school_names(),
        )


def every_request(store: Store, *, actor: Actor, wanted: Filter = Filter()) -> Iterator[Followed]:
    """Return all requests that pass the filter, latest first, a few hundred in memory at a time.

    The store stays open until the last is taken.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read all requests")
    return _every(store, actor=actor, wanted=wanted)


def _every(store: Store, *, actor: Actor, wanted: Filter) -> Iterator[Followed]:
    with store.read() as work:
        for keys in parts(_found(work, wanted)):
            yield from (_seen(work, trace, actor=actor) for trace in _traced(work, keys))


def stage_of(request: ClassroomRequest, visits: Iterable[Visit], *, has_name: bool) -> Stage:
    """Return how far a request has come; of several visits to come the least settled counts.

    ``has_name`` tells whether a suggestion waits for the coordinator.
    """
    if request.state is RequestState.WITHDRAWN:
        return Stage.STOPPED
    states = {visit.state for visit in visits}
    if request.state is RequestState.OPEN:
        return Stage.NAMED if has_name else Stage.LOOKING
    for state, stage in _STAGE_BY_STATE.items():
        if state in states:
            return stage
    return Stage.LOOKING


_STAGE_BY_STATE = {
    VisitState.HELD: Stage.HELD,
    VisitState.INVITED: Stage.ASKED,
    VisitState.CONFIRMED: Stage.AGREED,
    VisitState.HAPPENED: Stage.VISITED,
    VisitState.MISSED: Stage.MISSED,
}


def _seen(work: Work, trace: Trace, *, actor: Actor) -> Followed:
    """Return what this actor sees of a request; the bells are read once for all of them."""
    bells = work.districts.bell_schedules().get(trace.bell_schedule)
    hours = (
        (window, bells.hours_of(window.day, window.period, last=window.last_period))
        for window in trace.request.windows
        if bells and isinstance(window, PeriodWindow)
    )
    return _followed(trace, actor=actor, hours_by_window={w: h for w, h in hours if h})


def _followed(
    trace: Trace, *, actor: Actor, hours_by_window: Mapping[Window, tuple[time, time]]
) -> Followed:
    request = trace.request
    visits = tuple(sheet.visit for sheet in trace.sheets)
    released = tuple(sheet for sheet in trace.sheets if sheet.visit.was_released)
    may_act = actor.is_coordinator or actor.email == request.teacher_email
    is_coming = any(visit.occupies for visit in visits)
    return Followed(
        request=request,
        stage=stage_of(request, visits, has_name=trace.has_name),
        school=request.school,
        school_name=trace.school_name,
        class_name=trace.class_name,
        teacher_name=trace.teacher_name,
        topic=trace.topic,
        timezone=trace.timezone,
        sheets=released,
        release_at=min((v.release_at for v in visits if v.release_at), default=None),
        can_withdraw=may_act and (request.state is RequestState.OPEN or is_coming),
        can_reopen=may_act and request.state is RequestState.WITHDRAWN and not visits,
        can_change=may_act and (request.state is RequestState.OPEN or is_coming),
        students=trace.students,
        promise=trace.promise,
        said=trace.said,
        hours_by_window=hours_by_window,
    )


def _page(work: Work, wanted: Filter, *, number: int) -> tuple[tuple[str, ...], int]:
    """Return the keys of one page, and how many pass; only words are looked for one by one."""
    skipped = (number - 1) * PAGE
    if wanted.text:
        found = _found(work, wanted)
        return found[skipped : skipped + PAGE], len(found)
    states = _states(wanted)
    return work.traces.latest(states=states, school=wanted.school, skipped=skipped, most=PAGE)


def _states(wanted: Filter) -> tuple[RequestState, ...] | None:
    return (RequestState(wanted.state),) if wanted.state in set(RequestState) else None


def _found(work: Work, wanted: Filter) -> tuple[str, ...]:
    """Return the keys of the requests that pass the filter, latest first."""
    states = _states(wanted)
    topics = work.districts.topics()
    # The database leaves out most; what is found is decided here, to the letter.
    lines = {topic.key: word_line(" ".join((topic.key, *topic.names))) for topic in topics.topics}
    outlines = work.traces.outlines(
        states=states,
        topics_by_word={
            word: tuple(key for key, line in lines.items() if word in line)
            for word in words_of(wanted.text)
        },
    )
    return tuple(each.key for each in outlines[::-1] if _passes(each, wanted, topics=topics))


def _traced(work: Work, keys: Sequence[str]) -> tuple[Trace, ...]:
    """Return these requests with their visits, in the order given."""
    found = {trace.request.key: trace for trace in work.traces.asked(keys=keys)}
    return work.traces.with_visits(found[key] for key in keys)


def _passes(outline: Outline, wanted: Filter, *, topics: TopicTree) -> bool:
    if wanted.school and outline.school != wanted.school:
        return False
    words = (outline.key, outline.topic, *topics.topic(outline.topic).names, *outline.words)
    return wanted.text.casefold() in " ".join(words).casefold()
