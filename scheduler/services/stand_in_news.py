"""Which mail a search for a stand-in writes: teacher and school office hear of each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.stand_ins import StandInAsk, StandInSearch
from scheduler.domain.visits import Visit, VisitState
from scheduler.services import announcements as news
from scheduler.services.announcements import announce
from scheduler.services.onlookers import OFFICE, offices_of
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow


def looking(
    work: Work, visit: Visit, request: ClassroomRequest, *, search: StandInSearch
) -> tuple[OutboxRow, ...]:
    """Return the news that somebody dropped out and others are asked."""
    return _to_school(
        work,
        visit,
        request,
        purposes=(news.STAND_IN_LOOKING, news.STAND_IN_LOOKING),
        search=search,
        at=search.opened_at,
        facts={"volunteer": search.dropped, **who_looks(search)},
    )


def asking(visit: Visit, asks: Iterable[StandInAsk]) -> tuple[OutboxRow, ...]:
    """Return the question to everybody of a wave."""
    return tuple(
        row
        for ask in asks
        for row in announce(
            (visit,),
            purpose=news.STAND_IN_ASK,
            recipients=(ask.email,),
            at=ask.asked_at,
            offset=ask.search.rpartition(":")[2],
            revision=ask.wave,
            facts={"role": "volunteer", "search": ask.search},
        )
    )


def found(
    work: Work, visit: Visit, request: ClassroomRequest, *, search: StandInSearch, email: str
) -> tuple[OutboxRow, ...]:
    """Return the news that somebody steps in; a visit that is certain by it is confirmed to all."""
    is_certain = visit.state is VisitState.CONFIRMED
    confirmed = announce(
        (visit,),
        purpose=news.CONFIRMATION,
        recipients=visit.volunteers if is_certain else (),
        at=visit.revised_at,
        revision=visit.sequence,
    )
    told = _to_school(
        work,
        visit,
        request,
        purposes=(news.STAND_IN_FOUND, news.STAND_IN_ARRIVES),
        search=search,
        at=visit.revised_at,
        facts={"volunteer": email},
        revision=len(visit.bookings),
    )
    return (*confirmed, *told)


def place_taken(
    work: Work, visits: Iterable[Visit], request: ClassroomRequest, *, email: str
) -> tuple[OutboxRow, ...]:
    """Return word to the office that somebody else comes, where it was told of a search."""
    visit_by_uid = {visit.uid: visit for visit in visits}
    latest = {search.visit: search for search in work.stand_ins.of_visits(visit_by_uid)}
    return tuple(
        row
        for uid, search in latest.items()
        if search.dropped != email
        for row in _to_office(
            work,
            visit_by_uid[uid],
            request,
            purpose=news.STAND_IN_ARRIVES,
            search=search,
            at=visit_by_uid[uid].revised_at,
            facts={"volunteer": email},
            revision=len(visit_by_uid[uid].bookings),
        )
    )


def plan_b(
    work: Work, visit: Visit, request: ClassroomRequest, *, search: StandInSearch, words: str
) -> tuple[OutboxRow, ...]:
    """Return what the teacher can do without a guest, and word of it to the office."""
    return _to_school(
        work,
        visit,
        request,
        purposes=(news.STAND_IN_PLAN_B, news.STAND_IN_PLAN_B),
        search=search,
        at=search.plan_b_at or search.opened_at,
        facts={"volunteer": search.dropped, "plan_b": words, **who_looks(search)},
    )


def who_looks(search: StandInSearch) -> dict[str, object]:
    """Return whether we ask others, and whether nobody is looked for any more."""
    return {"is_sought": search.is_on, "is_over": not search.is_undecided}


def _to_school(
    work: Work,
    visit: Visit,
    request: ClassroomRequest,
    *,
    purposes: tuple[str, str],
    search: StandInSearch,
    at: datetime,
    facts: Mapping[str, object],
    revision: int = 0,
) -> tuple[OutboxRow, ...]:
    """One mail to the teacher and one to each person in the office, at the search's number."""
    to_teacher, to_office = purposes
    told = announce(
        (visit,),
        purpose=to_teacher,
        recipients=(request.teacher_email,),
        at=at,
        offset=search.key.rpartition(":")[2],
        revision=revision,
        facts={**facts, "role": "teacher"},
    )
    office = _to_office(
        *(work, visit, request),
        purpose=to_office,
        search=search,
        at=at,
        facts=facts,
        revision=revision,
    )
    return (*told, *office)


def _to_office(
    work: Work,
    visit: Visit,
    request: ClassroomRequest,
    *,
    purpose: str,
    search: StandInSearch,
    at: datetime,
    facts: Mapping[str, object],
    revision: int,
) -> tuple[OutboxRow, ...]:
    offices = offices_of(work, visit.school)
    return announce(
        (visit,),
        purpose=purpose,
        recipients=(each for each in offices if each != request.teacher_email),
        at=at,
        offset=search.key.rpartition(":")[2],
        revision=revision,
        facts={**facts, "role": OFFICE},
    )
