"""How far requests have come, for those who asked and those who oversee.

A name that is only proposed or held is nobody's to know but the coordinators': until its
release a teacher learns that somebody was found, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import School
from scheduler.domain.people import Person
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import TopicTree
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor, require_overseer, require_readable_request
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.sheets import sheets_of

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
    ``release_at`` is when held ones are let out.
    """

    request: ClassroomRequest
    stage: Stage
    school: str
    school_name: str
    class_name: str
    teacher_name: str
    topic: str
    timezone: str
    sheets: tuple[VisitSheet, ...] = ()
    release_at: datetime | None = None
    can_withdraw: bool = False
    can_reopen: bool = False

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
        request = require_readable_request(actor, work.requests.get(key), key=key)
        return _followed(work, (request,), actor=actor)[0]


def own_requests(store: Store, *, actor: Actor) -> tuple[Followed, ...]:
    """Return a teacher's own requests, latest first."""
    with store.read() as work:
        requests = tuple(work.requests.of_teacher(actor.email).values())
        return _followed(work, requests[::-1], actor=actor)


def all_requests(
    store: Store, *, actor: Actor, wanted: Filter = Filter(), number: int = 1
) -> RequestPage:
    """Return one page of everybody's requests, latest first.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read all requests")
    with store.read() as work:
        schools, classes = work.districts.schools(), work.districts.classes()
        people = work.people.all()
        states = (RequestState(wanted.state),) if wanted.state in set(RequestState) else None
        found = tuple(
            request
            for request in reversed(tuple(work.requests.all(states=states).values()))
            if _passes(request, wanted, schools=schools, classes=classes, people=people)
        )
        page = found[(number - 1) * PAGE : number * PAGE]
        return RequestPage(
            lines=_followed(work, page, actor=actor),
            found=len(found),
            number=number,
            schools={key: school.name for key, school in schools.items()},
        )


def stage_of(
    request: ClassroomRequest, visits: Iterable[Visit], proposal: Proposal | None
) -> Stage:
    """Return how far a request has come; of several visits to come the least settled counts."""
    if request.state is RequestState.WITHDRAWN:
        return Stage.STOPPED
    states = {visit.state for visit in visits}
    is_named = proposal is not None and proposal.state is ProposalState.PENDING
    if request.state is RequestState.OPEN:
        return Stage.NAMED if is_named else Stage.LOOKING
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


@dataclass(frozen=True, slots=True)
class _Around:
    schools: Mapping[str, School]
    classes: Mapping[str, Classroom]
    topics: TopicTree
    people: Mapping[str, Person]
    proposals: Mapping[str, Proposal]
    timezone: str


def _followed(
    work: Work, requests: tuple[ClassroomRequest, ...], *, actor: Actor
) -> tuple[Followed, ...]:
    visits: dict[str, list[Visit]] = {}
    for visit in work.visits.of_requests([request.key for request in requests]):
        visits.setdefault(visit.request, []).append(visit)
    released = [v for of_request in visits.values() for v in of_request if v.was_released]
    sheets: dict[str, list[VisitSheet]] = {}
    for sheet in sheets_of(work, released):
        sheets.setdefault(sheet.visit.request, []).append(sheet)
    around = _Around(
        schools=work.districts.schools(),
        classes=work.districts.classes(),
        topics=work.districts.topics(),
        people=work.people.many({request.teacher_email for request in requests}),
        proposals=work.proposals.all(),
        timezone=load_district(work).timezone,
    )
    return tuple(
        _one(
            request,
            around,
            visits=tuple(visits.get(request.key, ())),
            sheets=tuple(sheets.get(request.key, ())),
            actor=actor,
        )
        for request in requests
    )


def _one(
    request: ClassroomRequest,
    around: _Around,
    *,
    visits: tuple[Visit, ...],
    sheets: tuple[VisitSheet, ...],
    actor: Actor,
) -> Followed:
    classroom = around.classes.get(request.classroom)
    teacher = around.people.get(request.teacher_email)
    school = around.schools[request.school]
    may_act = actor.is_coordinator or actor.email == request.teacher_email
    is_coming = any(visit.occupies for visit in visits)
    return Followed(
        request=request,
        stage=stage_of(request, visits, around.proposals.get(request.key)),
        school=school.key,
        school_name=school.name,
        class_name=classroom.name if classroom else "",
        teacher_name=teacher.name if teacher else "",
        topic=around.topics.title(request.topic),
        timezone=school.timezone or around.timezone,
        sheets=sheets,
        release_at=min((v.release_at for v in visits if v.release_at), default=None),
        can_withdraw=may_act and (request.state is RequestState.OPEN or is_coming),
        can_reopen=may_act and request.state is RequestState.WITHDRAWN and not visits,
    )


def _passes(
    request: ClassroomRequest,
    wanted: Filter,
    *,
    schools: Mapping[str, School],
    classes: Mapping[str, Classroom],
    people: Mapping[str, Person],
) -> bool:
    if wanted.school and request.school != wanted.school:
        return False
    if not wanted.text:
        return True
    classroom, teacher = classes.get(request.classroom), people.get(request.teacher_email)
    words = (
        request.key,
        request.title,
        request.topic,
        schools[request.school].name,
        classroom.name if classroom else "",
        teacher.name if teacher else "",
    )
    return wanted.text.casefold() in " ".join(words).casefold()
