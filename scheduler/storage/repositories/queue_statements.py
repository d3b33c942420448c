"""The statements of the queue: which lines are shown, in which order, of how many."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union,
)

from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.ports import Order, Pile, Wanted
from scheduler.storage.models.districts import ClassroomRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import (
    ProposalRow,
    ProposedSpeakerRow,
    RequestRow,
    UnassignedRow,
)
from scheduler.storage.models.visits import BookingRow, VisitRow

KEYS = (
    PersonRow.email.label("teacher_email"),
    SchoolRow.key.label("school"),
    ClassroomRow.key.label("classroom"),
)
COUNTED_STATES = tuple(state for state in VisitState if state is not VisitState.CANCELLED)
_PILE = case(
    (ProposalRow.state == ProposalState.PENDING, literal(Pile.PROPOSED.value)),
    (ProposalRow.id.is_not(None), literal(Pile.LAPSED.value)),
    else_=literal(Pile.NOBODY.value),
)
# Who takes part in which pending proposal of an open request, and when.
HOSTS = (
    select(
        ProposalRow.id,
        RequestRow.key,
        cast(ProposalRow.sessions, Text),
        PersonRow.email,
        ClassroomRow.key,
    )
    .join(RequestRow, RequestRow.id == ProposalRow.request_id)
    .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
    .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
    .where(ProposalRow.state == ProposalState.PENDING, RequestRow.state == RequestState.OPEN)
    .order_by(ProposalRow.id)
)
TEAMS = select(ProposedSpeakerRow.proposal_id, PersonRow.email).join(
    PersonRow, PersonRow.id == ProposedSpeakerRow.volunteer_id
)


def concerned_by(emails: Collection[str], *, teacher: str, classroom: str) -> Subquery:
    """Return the proposals that name one of these people, or whose host or class is theirs.

    By three indexes one after the other: one condition for all would read every request.
    """
    people = select(PersonRow.id).where(PersonRow.email.in_(tuple(emails)))
    asked = select(ProposalRow.id).join(RequestRow, RequestRow.id == ProposalRow.request_id)
    return union(
        select(ProposedSpeakerRow.proposal_id).where(ProposedSpeakerRow.volunteer_id.in_(people)),
        asked.join(PersonRow, PersonRow.id == RequestRow.teacher_id).where(
            PersonRow.email == teacher
        ),
        asked.join(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id).where(
            ClassroomRow.key == classroom
        ),
    ).subquery("concerned")


def lines_of(wanted: Wanted, *, since: datetime) -> Select[Any]:
    """Return the lines wanted, each with its pile, its place in it and how many the pile has."""
    school_visits = (
        select(VisitRow.school_id, func.count(distinct(VisitRow.request_id)).label("many"))
        .where(VisitRow.state.in_(COUNTED_STATES), VisitRow.ends_at > since)
        .group_by(VisitRow.school_id)
        .cte("school_visits")
    )
    named = _named(wanted, school_visits)
    lines: Select[Any] = (
        around(
            select(
                RequestRow,
                ProposalRow,
                UnassignedRow,
                *KEYS,
                PersonRow.name.label("teacher_name"),
                SchoolRow.name.label("school_name"),
                ClassroomRow.name.label("class_name"),
                named.c.pile,
                named.c.total,
                named.c.is_extra,
                _has_refusal().label("has_refusal"),
                func.coalesce(school_visits.c.many, 0).label("visits"),
                select(func.sum(school_visits.c.many)).scalar_subquery().label("everywhere"),
            ),
            named,
        )
        .outerjoin(UnassignedRow, UnassignedRow.request_id == RequestRow.id)
        .outerjoin(school_visits, school_visits.c.school_id == RequestRow.school_id)
        .order_by(named.c.is_extra, named.c.place, RequestRow.key)
    )
    return lines


def _named(wanted: Wanted, school_visits: CTE) -> Subquery:
    """Return which requests those are, in which order."""
    extra = (
        select(
            RequestRow.id.label("request_id"),
            _PILE.label("pile"),
            literal(None).label("place"),
            literal(0).label("total"),
            literal(True).label("is_extra"),
        )
        .outerjoin(ProposalRow, ProposalRow.request_id == RequestRow.id)
        .where(RequestRow.key.in_(wanted.also))
    )
    if not wanted.most:
        return extra.subquery("named")
    shown = _shown(wanted, school_visits)
    extra = extra.where(RequestRow.id.not_in(select(shown.c.request_id)))
    return select(shown, literal(False).label("is_extra")).union_all(extra).subquery("named")


def _shown(wanted: Wanted, school_visits: CTE) -> CTE:
    """Return the first lines of each pile; nothing is read of the others but what sorts them."""
    visits = func.coalesce(school_visits.c.many, 0)
    order: list[ColumnElement[Any]] = [
        each.label(f"rank_{place}")
        for place, each in enumerate(_order(wanted.order, visits=visits))
    ]
    waiting = (
        select(RequestRow.id.label("request_id"), _PILE.label("pile"), *order)
        .outerjoin(ProposalRow, ProposalRow.request_id == RequestRow.id)
        .outerjoin(school_visits, school_visits.c.school_id == RequestRow.school_id)
        .where(RequestRow.state == RequestState.OPEN, _passes(wanted))
    )
    if wanted.school or wanted.text.strip():
        waiting = waiting.join(SchoolRow, SchoolRow.id == RequestRow.school_id).outerjoin(
            ClassroomRow, ClassroomRow.id == RequestRow.classroom_id
        )
    every = waiting.cte("every")
    ranks = [every.c[each.name] for each in order]
    place = func.row_number().over(partition_by=every.c.pile, order_by=ranks).label("place")
    ranked = select(every.c.request_id, every.c.pile, place).subquery("ranked")
    totals = select(every.c.pile, func.count().label("total")).group_by(every.c.pile).subquery()
    first, last = wanted.skipped + 1, wanted.skipped + wanted.most
    return (
        select(ranked, totals.c.total)
        .join(totals, totals.c.pile == ranked.c.pile)
        .where(ranked.c.place.between(first, last))
        .cte("shown")
    )


def _has_refusal() -> ColumnElement[bool]:
    refused = (
        select(BookingRow.id)
        .join(VisitRow, VisitRow.id == BookingRow.visit_id)
        .where(VisitRow.request_id == RequestRow.id, BookingRow.partstat == Partstat.DECLINED)
    )
    return refused.correlate(RequestRow).exists()


def around(query: Any, ids: Any = None) -> Any:
    """Join what a line tells of its request; only of those whose ids are given, if any are."""
    start = query.select_from(RequestRow)
    if ids is not None:
        start = query.select_from(ids).join(RequestRow, RequestRow.id == ids.c.request_id)
    return (
        start.join(PersonRow, PersonRow.id == RequestRow.teacher_id)
        .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
        .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
        .outerjoin(ProposalRow, ProposalRow.request_id == RequestRow.id)
    )


def _order(order: Order, *, visits: ColumnElement[int]) -> list[SQLColumnExpression[Any]]:
    # Both lists begin with their first day, written so that texts sort as days do.
    proposed = type_coerce(ProposalRow.sessions, JSON)[(0, 0)].as_string()
    asked = type_coerce(RequestRow.windows, JSON)[0].as_string()
    first = func.coalesce(proposed, asked)
    # Keys are given in order; a bundle's own keys come in their own order among themselves.
    age: list[SQLColumnExpression[Any]] = [func.length(RequestRow.key), RequestRow.key]
    match order:
        case Order.FAIREST:
            return [visits, first, *age]
        case Order.SOONEST:
            return [first, visits, *age]
    return age


def _passes(wanted: Wanted) -> ColumnElement[bool]:
    text = wanted.text.strip()
    return and_(
        true() if not wanted.school else SchoolRow.key == wanted.school,
        true() if not wanted.topic else RequestRow.topic == wanted.topic,
        true() if not text else or_(_holds(text), RequestRow.topic.in_(wanted.text_topics)),
    )


def _holds(text: str) -> ColumnElement[bool]:
    speaker = PersonRow.__table__.alias("speaker")
    named = (
        select(ProposedSpeakerRow.proposal_id)
        .join(speaker, speaker.c.id == ProposedSpeakerRow.volunteer_id)
        .where(speaker.c.name.icontains(text, autoescape=True))
    )
    columns = (RequestRow.key, RequestRow.title, SchoolRow.name, ClassroomRow.name)
    return or_(
        *(column.icontains(text, autoescape=True) for column in columns),
        ProposalRow.id.in_(named),
    )
