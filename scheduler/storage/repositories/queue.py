"""The queue of open requests, sorted, filtered and counted by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker, Unassigned
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX, Partstat, VisitState
from scheduler.services.ports import (
    Claim,
    Named,
    Order,
    Pile,
    QueueLine,
    QueueLines,
    Wanted,
)
from scheduler.storage.models.districts import ClassroomRow, OrganizationRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import (
    ProposalRow,
    ProposedSpeakerRow,
    RequestRow,
    UnassignedRow,
)
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.rows import by_owner, chunks, fields_of

_KEYS = (
    PersonRow.email.label("teacher_email"),
    SchoolRow.key.label("school"),
    ClassroomRow.key.label("classroom"),
)
# Start and end as text in UTC, and the request.
_Span = tuple[str, str, str]
COUNTED_STATES = tuple(state for state in VisitState if state is not VisitState.CANCELLED)


class SqlQueue:
    """Implement the port ``Queue``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, wanted: Wanted, *, since: datetime) -> QueueLines:
        """Return the lines wanted; a school's visits count when they end after ``since``."""
        found = self._session.execute(_lines(wanted, since=since)).all()
        speakers, people = self._speakers(row.ProposalRow.id for row in found if row.ProposalRow)
        return QueueLines(
            lines=tuple(_line(row, speakers) for row in found),
            total_by_pile={Pile(row.pile): row.total for row in found if not row.is_extra},
            people=people,
            visits_everywhere=found[0].everywhere or 0 if found else 0,
        )

    def waiting_for(
        self, emails: Collection[str], *, teacher: str = "", classroom: str = ""
    ) -> tuple[tuple[ClassroomRequest, Proposal], ...]:
        """Return open requests whose pending proposal names these people, teacher or class."""
        speaker = PersonRow.__table__.alias("speaker")
        named = (
            select(ProposedSpeakerRow.proposal_id)
            .join(speaker, speaker.c.id == ProposedSpeakerRow.volunteer_id)
            .where(speaker.c.email.in_(tuple(emails)))
        )
        hosted = or_(PersonRow.email == teacher, ClassroomRow.key == classroom)
        other = PersonRow.__table__.alias("other")
        query = (
            _around(
                select(
                    RequestRow,
                    ProposalRow,
                    *_KEYS,
                    other.c.email.label("speaker"),
                    ProposedSpeakerRow.format.label("way"),
                )
            )
            .join(ProposedSpeakerRow, ProposedSpeakerRow.proposal_id == ProposalRow.id)
            .join(other, other.c.id == ProposedSpeakerRow.volunteer_id)
            .where(
                ProposalRow.state == ProposalState.PENDING,
                RequestRow.state == RequestState.OPEN,
                or_(ProposalRow.id.in_(named), hosted),
            )
            .order_by(RequestRow.key, ProposedSpeakerRow.position)
        )
        rows = self._session.execute(query).all()
        speakers = by_owner(
            (row.ProposalRow.id, ProposedSpeaker(row.speaker, row.way)) for row in rows
        )
        row_by_key = {row.RequestRow.key: row for row in rows}
        return tuple(
            (_request(row), _proposal(row.ProposalRow, key, speakers))
            for key, row in row_by_key.items()
        )

    def decided_at(self, moment: datetime, *, by: str) -> tuple[str, ...]:
        """Return the requests whose proposal this person approved at that moment, in order."""
        keys = self._session.scalars(
            select(RequestRow.key)
            .join(ProposalRow, ProposalRow.request_id == RequestRow.id)
            .where(
                ProposalRow.state == ProposalState.APPROVED,
                ProposalRow.decided_at == moment,
                ProposalRow.decided_by == by,
            )
        )
        return tuple(sorted(keys))

    def declined(self, keys: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return by request who said no to any visit of it."""
        found: dict[str, set[str]] = {}
        for chunk in chunks(keys):
            pairs = self._session.execute(
                select(RequestRow.key, PersonRow.email)
                .join(VisitRow, VisitRow.request_id == RequestRow.id)
                .join(BookingRow, BookingRow.visit_id == VisitRow.id)
                .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
                .where(BookingRow.partstat == Partstat.DECLINED, RequestRow.key.in_(chunk))
            )
            for key, email in pairs:
                found.setdefault(key, set()).add(email)
        return {key: frozenset(emails) for key, emails in found.items()}

    def alike(self, text: str, *, most: int) -> tuple[tuple[str, str], ...]:
        """Return address and name of active volunteers whose name or address holds the text."""
        holds = or_(
            PersonRow.name.icontains(text, autoescape=True), PersonRow.email == text.casefold()
        )
        begins = PersonRow.name.istartswith(text, autoescape=True)
        pairs = self._session.execute(
            select(PersonRow.email, PersonRow.name)
            .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(VolunteerRow.is_active, holds)
            .order_by(begins.desc(), PersonRow.name, PersonRow.email)
            .limit(most)
        )
        return tuple((email, name) for email, name in pairs)

    def claims(self, *, besides: Collection[str] = ()) -> tuple[Claim, ...]:
        """Return what pending proposals of open requests keep busy and others want, too.

        Only what two of them want at one time, and all they want of the resources ``besides``.
        """
        # Read as lists of texts: thousands of them become periods slower than they are sorted.
        hosts = self._session.execute(
            _pending(
                select(
                    ProposalRow.id,
                    RequestRow.key,
                    type_coerce(ProposalRow.sessions, JSON),
                    PersonRow.email,
                    ClassroomRow.key,
                )
            )
            .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
            .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
        )
        people = self._session.execute(
            select(ProposedSpeakerRow.proposal_id, PersonRow.email).join(
                PersonRow, PersonRow.id == ProposedSpeakerRow.volunteer_id
            )
        )
        volunteers = by_owner((number, VOLUNTEER_PREFIX + email) for number, email in people)
        wanted: dict[str, list[_Span]] = {}
        for number, key, sessions, teacher, classroom in hosts:
            place = (f"class:{classroom}",) if classroom else ()
            for resource in (f"teacher:{teacher}", *place, *volunteers[number]):
                wanted.setdefault(resource, []).extend((*span, key) for span in sessions)
        return tuple(
            Claim(key, resource, datetime.fromisoformat(start), datetime.fromisoformat(end))
            for resource, spans in wanted.items()
            for start, end, key in (spans if resource in besides else _contested(spans))
        )

    def _speakers(
        self, proposals: Iterable[int]
    ) -> tuple[Mapping[int, list[ProposedSpeaker]], dict[str, Named]]:
        pairs: list[tuple[int, ProposedSpeaker]] = []
        people: dict[str, Named] = {}
        for chunk in chunks(proposals):
            rows = self._session.execute(
                select(
                    ProposedSpeakerRow.proposal_id,
                    ProposedSpeakerRow.format,
                    PersonRow.email,
                    PersonRow.name,
                    OrganizationRow.name.label("organization"),
                )
                .join(PersonRow, PersonRow.id == ProposedSpeakerRow.volunteer_id)
                .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
                .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
                .where(ProposedSpeakerRow.proposal_id.in_(chunk))
                .order_by(ProposedSpeakerRow.position)
            )
            for row in rows:
                pairs.append((row.proposal_id, ProposedSpeaker(row.email, row.format)))
                people[row.email] = Named(row.name, row.organization or "")
        return by_owner(pairs), people


def _contested(spans: list[_Span]) -> Iterator[_Span]:
    """Yield those that overlap another, by start; in UTC, texts sort as moments do."""
    ordered = sorted(spans)
    found: set[_Span] = set()
    longest = ordered[0]
    for each in ordered[1:]:
        if each[0] < longest[1]:
            found |= {longest, each}
        longest = max(longest, each, key=lambda span: span[1])
    yield from (each for each in ordered if each in found)


def _lines(wanted: Wanted, *, since: datetime) -> Select[Any]:
    """The lines wanted, each with its pile, its place in it and how many the pile has."""
    school_visits = (
        select(VisitRow.school_id, func.count(distinct(VisitRow.request_id)).label("many"))
        .where(VisitRow.state.in_(COUNTED_STATES), VisitRow.ends_at > since)
        .group_by(VisitRow.school_id)
        .cte("school_visits")
    )
    visits = func.coalesce(school_visits.c.many, 0)
    pile = case(
        (ProposalRow.state == ProposalState.PENDING, literal(Pile.PROPOSED.value)),
        (ProposalRow.id.is_not(None), literal(Pile.LAPSED.value)),
        else_=literal(Pile.NOBODY.value),
    )
    order = _order(wanted.order, visits=visits)
    ranked = (
        _around(
            select(
                RequestRow.id.label("request_id"),
                pile.label("pile"),
                visits.label("visits"),
                func.row_number().over(partition_by=pile, order_by=order).label("place"),
                func.count().over(partition_by=pile).label("total"),
            )
        )
        .outerjoin(school_visits, school_visits.c.school_id == RequestRow.school_id)
        .where(RequestRow.state == RequestState.OPEN, _passes(wanted))
        .subquery("ranked")
    )
    first, last = wanted.skipped + 1, wanted.skipped + wanted.most
    shown = select(ranked).where(ranked.c.place.between(first, last)).cte("shown")
    extra = _around(
        select(RequestRow.id, pile, literal(0), literal(None), literal(0), literal(True))
    ).where(RequestRow.key.in_(wanted.also), RequestRow.id.not_in(select(shown.c.request_id)))
    named = select(shown, literal(False).label("is_extra")).union_all(extra).subquery("named")
    lines: Select[Any] = (
        _around(
            select(
                RequestRow,
                ProposalRow,
                UnassignedRow,
                *_KEYS,
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


def _has_refusal() -> ColumnElement[bool]:
    refused = (
        select(BookingRow.id)
        .join(VisitRow, VisitRow.id == BookingRow.visit_id)
        .where(VisitRow.request_id == RequestRow.id, BookingRow.partstat == Partstat.DECLINED)
    )
    return refused.correlate(RequestRow).exists()


def _around(query: Any, ids: Any = None) -> Any:
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


def _pending(query: Any) -> Any:
    return query.join(RequestRow, RequestRow.id == ProposalRow.request_id).where(
        ProposalRow.state == ProposalState.PENDING, RequestRow.state == RequestState.OPEN
    )


def _line(row: Any, speakers: Mapping[int, list[ProposedSpeaker]]) -> QueueLine:
    key = row.RequestRow.key
    proposal, nobody = row.ProposalRow, row.UnassignedRow
    return QueueLine(
        request=_request(row),
        pile=Pile(row.pile),
        teacher_name=row.teacher_name,
        school_name=row.school_name,
        class_name=row.class_name or "",
        visits_this_year=row.visits,
        proposal=_proposal(proposal, key, speakers) if proposal else None,
        nobody=Unassigned(**fields_of(nobody, Unassigned), request=key) if nobody else None,
        is_extra=bool(row.is_extra),
        has_refusal=bool(row.has_refusal),
    )


def _request(row: Any) -> ClassroomRequest:
    return ClassroomRequest(
        **fields_of(row.RequestRow, ClassroomRequest),
        teacher_email=row.teacher_email,
        school=row.school,
        classroom=row.classroom or "",
    )


def _proposal(row: Any, key: str, speakers: Mapping[int, list[ProposedSpeaker]]) -> Proposal:
    return Proposal(**fields_of(row, Proposal), request=key, speakers=tuple(speakers[row.id]))
