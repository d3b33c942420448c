"""How far requests have come, for pages: one statement for requests, one for all their visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from scheduler.domain.feedback import Feedback
from scheduler.domain.grades import format_grade
from scheduler.domain.periods import Period
from scheduler.domain.promises import Promise
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Booking, Visit
from scheduler.services.ports import Acquaintance, Outline, Trace
from scheduler.storage.models.asking import FeedbackRow, PromiseRow
from scheduler.storage.models.districts import (
    BellScheduleRow,
    ClassroomRow,
    DistrictRow,
    OrganizationRow,
    SchoolRow,
    TopicRow,
)
from scheduler.storage.models.people import PersonRow, PersonSchoolRow
from scheduler.storage.models.requests import ProposalRow, RequestRow
from scheduler.storage.models.visits import BookingRow, HostAwaitedRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.rows import chunks, fields_of

Teacher, Speaker = aliased(PersonRow), aliased(PersonRow)
_ASKED = (
    select(
        *(RequestRow, Teacher.email.label("email"), Teacher.name.label("teacher_name")),
        *(SchoolRow, ClassroomRow, TopicRow, DistrictRow, PromiseRow),
        ProposalRow.state.label("proposal"),
        BellScheduleRow.key.label("bell_schedule"),
    )
    .join(Teacher, Teacher.id == RequestRow.teacher_id)
    .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
    .outerjoin(BellScheduleRow, BellScheduleRow.id == SchoolRow.bell_schedule_id)
    .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
    .outerjoin(TopicRow, TopicRow.key == RequestRow.topic)
    .outerjoin(DistrictRow, DistrictRow.id > 0)
    .outerjoin(PromiseRow, PromiseRow.request_id == RequestRow.id)
    .outerjoin(ProposalRow, ProposalRow.request_id == RequestRow.id)
    .order_by(RequestRow.key)
)


class SqlTraces:
    """Implement the port ``Traces``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._around_by_key: dict[str, Any] = {}

    def asked(
        self,
        *,
        keys: Iterable[str] | None = None,
        teacher: str | None = None,
        states: Iterable[RequestState] | None = None,
    ) -> tuple[Trace, ...]:
        """Return requests without their visits, in order of key, in one statement."""
        query = _ASKED
        if keys is not None:
            query = query.where(RequestRow.key.in_(tuple(keys)))
        if teacher is not None:
            query = query.where(Teacher.email == teacher)
        if states is not None:
            query = query.where(RequestRow.state.in_(tuple(states)))
        rows = self._session.execute(query).all()
        self._around_by_key |= {row.RequestRow.key: row for row in rows}
        return tuple(map(_trace, rows))

    def outlines(
        self,
        *,
        states: Iterable[RequestState] | None = None,
        topics_by_word: Mapping[str, Iterable[str]] | None = None,
    ) -> tuple[Outline, ...]:
        """Return requests by what they are found by, in order of key, in one light statement.

        Given folded words with the topics that hold each, those that cannot hold one of them
        are left out, and few others.
        """
        names = (SchoolRow.name, func.coalesce(ClassroomRow.name, ""), Teacher.name)
        rows = self._session.execute(
            select(RequestRow.key, SchoolRow.key, RequestRow.topic, RequestRow.title, *names)
            .join(Teacher, Teacher.id == RequestRow.teacher_id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
            .where(true() if states is None else RequestRow.state.in_(tuple(states)))
            .where(*(_may_hold(word, topics) for word, topics in (topics_by_word or {}).items()))
            .order_by(RequestRow.key)
        )
        return tuple(
            Outline(key, school, topic, tuple(words)) for key, school, topic, *words in rows
        )

    def latest(
        self,
        *,
        states: Iterable[RequestState] | None = None,
        school: str = "",
        skipped: int = 0,
        most: int,
    ) -> tuple[tuple[str, ...], int]:
        """Return the keys of so many requests, latest first, and how many there are in all."""
        found = (
            select(RequestRow.key)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .where(
                true() if states is None else RequestRow.state.in_(tuple(states)),
                true() if not school else SchoolRow.key == school,
            )
        )
        page = found.order_by(RequestRow.key.desc()).limit(most).offset(skipped)
        many = select(func.count()).select_from(found.subquery())
        return tuple(self._session.scalars(page)), self._session.scalars(many).one()

    def school_names(self) -> Mapping[str, str]:
        """Return the name of every school by key, in order of key."""
        named = select(SchoolRow.key, SchoolRow.name).order_by(SchoolRow.key)
        return dict(self._session.execute(named).all())

    def with_visits(self, traces: Iterable[Trace]) -> tuple[Trace, ...]:
        """Return these with their visits, in the order given, in one statement.

        They have to come from ``asked``, in this transaction, and each can be given once.
        """
        traces = tuple(traces)
        found: list[tuple[str, VisitSheet, Feedback | None]] = []
        for chunk in chunks(trace.request.key for trace in traces):
            found += self._visits(chunk)
        sheets: dict[str, list[VisitSheet]] = {trace.request.key: [] for trace in traces}
        said: dict[str, dict[str, Feedback]] = {trace.request.key: {} for trace in traces}
        for key, sheet, feedback in found:
            sheets[key].append(sheet)
            if feedback:
                said[key][sheet.visit.uid] = feedback
        for key in sheets:
            # Kept until now only: whoever goes through all requests has few at a time in memory.
            del self._around_by_key[key]
        return tuple(
            replace(trace, sheets=tuple(sheets[key]), said=said[key])
            for trace in traces
            for key in (trace.request.key,)
        )

    def acquaintances(self, teacher: str) -> tuple[Acquaintance, ...]:
        """Return the active volunteers whom that teacher was told of, by name."""
        rows = self._session.execute(
            select(Speaker.email, Speaker.name)
            .distinct()
            .join(BookingRow, BookingRow.volunteer_id == Speaker.id)
            .join(VisitRow, VisitRow.id == BookingRow.visit_id)
            .join(RequestRow, RequestRow.id == VisitRow.request_id)
            .join(Teacher, Teacher.id == RequestRow.teacher_id)
            .where(
                *(Teacher.email == teacher, VisitRow.was_released),
                *(BookingRow.removed.is_(False), Speaker.is_active),
            )
        )
        known = (Acquaintance(email, name) for email, name in rows)
        return tuple(sorted(known, key=lambda each: (each.name, each.email)))

    def schools_of(self, email: str) -> tuple[str, ...]:
        """Return the keys of a person's schools, in their order."""
        keys = self._session.scalars(
            select(SchoolRow.key)
            .join(PersonSchoolRow, PersonSchoolRow.school_id == SchoolRow.id)
            .join(PersonRow, PersonRow.id == PersonSchoolRow.person_id)
            .where(PersonRow.email == email)
            .order_by(PersonSchoolRow.position)
        )
        return tuple(keys)

    def names(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Return the names of these people by address."""
        found: dict[str, str] = {}
        for chunk in chunks(emails):
            named = select(PersonRow.email, PersonRow.name).where(PersonRow.email.in_(chunk))
            found.update((email, name) for email, name in self._session.execute(named))
        return found

    def _visits(self, keys: list[str]) -> list[tuple[str, VisitSheet, Feedback | None]]:
        rows = self._session.execute(
            select(
                *(VisitRow, RequestRow.key.label("request"), BookingRow, FeedbackRow),
                *(Speaker.email, Speaker.name, Speaker.locale),
                OrganizationRow.name.label("organization"),
                HostAwaitedRow.visit_id.label("awaited"),
            )
            .join(RequestRow, RequestRow.id == VisitRow.request_id)
            .outerjoin(HostAwaitedRow, HostAwaitedRow.visit_id == VisitRow.id)
            .outerjoin(FeedbackRow, FeedbackRow.visit_id == VisitRow.id)
            .outerjoin(BookingRow, BookingRow.visit_id == VisitRow.id)
            .outerjoin(Speaker, Speaker.id == BookingRow.volunteer_id)
            .outerjoin(VolunteerRow, VolunteerRow.id == BookingRow.volunteer_id)
            .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
            .where(RequestRow.key.in_(keys))
            .order_by(VisitRow.starts_at, VisitRow.uid, BookingRow.position)
        ).all()
        return [
            self._sheet(tuple(group)) for _, group in groupby(rows, key=lambda row: row.VisitRow.id)
        ]

    def _sheet(self, rows: tuple[Any, ...]) -> tuple[str, VisitSheet, Feedback | None]:
        first = rows[0]
        row, around = first.VisitRow, self._around_by_key[first.request]
        booked = [each for each in rows if each.BookingRow is not None]
        visit = Visit(
            **fields_of(row, Visit),
            request=first.request,
            school=around.SchoolRow.key,
            period=Period(row.starts_at, row.ends_at),
            bookings=tuple(_booking(each) for each in booked),
            host_agrees=first.awaited is None,
        )
        said = first.FeedbackRow
        feedback = Feedback(**fields_of(said, Feedback), visit=visit.uid) if said else None
        return first.request, _whole_sheet(visit, around, booked), feedback


def _may_hold(word: str, topics: Iterable[str]) -> ColumnElement[bool]:
    """Require the word in a name or topic; of a topic that is gone only its key is left."""
    names = (RequestRow.words, RequestRow.key_words, SchoolRow.words, Teacher.words)
    return or_(
        *(name.contains(word) for name in (*names, ClassroomRow.words)),
        RequestRow.topic.in_(tuple(topics)),
        RequestRow.topic.not_in(select(TopicRow.key)),
    )


def _trace(row: Any) -> Trace:
    request, school, classroom = row.RequestRow, row.SchoolRow, row.ClassroomRow
    topic, promise = row.TopicRow, row.PromiseRow
    return Trace(
        request=ClassroomRequest(
            **fields_of(request, ClassroomRequest),
            teacher_email=row.email,
            school=school.key,
            classroom=classroom.key if classroom else "",
        ),
        teacher_name=row.teacher_name,
        school_name=school.name,
        class_name=classroom.name if classroom else "",
        students=classroom.students if classroom else None,
        topic=Topic(**fields_of(topic, Topic)) if topic else Topic(request.topic),
        timezone=school.timezone or (row.DistrictRow.timezone if row.DistrictRow else "UTC"),
        bell_schedule=row.bell_schedule or "",
        has_name=row.proposal is ProposalState.PENDING,
        promise=Promise(**fields_of(promise, Promise), request=request.key) if promise else None,
    )


def _booking(row: Any) -> Booking:
    return Booking(**fields_of(row.BookingRow, Booking), volunteer_email=row.email)


def _whole_sheet(visit: Visit, around: Any, booked: Iterable[Any]) -> VisitSheet:
    request, school, classroom = around.RequestRow, around.SchoolRow, around.ClassroomRow
    topic, district = around.TopicRow, around.DistrictRow
    return VisitSheet(
        visit=visit,
        title=request.title,
        topic=Topic(**fields_of(topic, Topic)) if topic else Topic(request.topic),
        site_name=(district.site_name or district.name) if district else "",
        school=school.key,
        school_name=school.name,
        address=" ".join(school.address.split()),
        arrival_note=school.arrival_note,
        phone=school.phone,
        teacher_name=around.teacher_name,
        teacher_email=around.email,
        class_name=classroom.name if classroom else "",
        grade=format_grade(classroom.grade) if classroom else "",
        students=classroom.students if classroom else None,
        language=request.language,
        note=request.note,
        meeting_url=request.meeting_url,
        sessions=request.sessions,
        speakers=tuple(_on_sheet(each) for each in booked),
    )


def _on_sheet(row: Any) -> SpeakerOnSheet:
    booking = row.BookingRow
    return SpeakerOnSheet(
        email=row.email,
        name=row.name,
        organization=row.organization or "",
        partstat=booking.partstat,
        removed=booking.removed,
        locale=row.locale,
        format=booking.format,
    )
