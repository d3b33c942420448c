"""What words or an address lead to, found by the database among the words kept with each row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.services.ports import NamedClass, NamedPerson, NamedRequest, NamedVisit, Sought
from scheduler.storage.models.districts import ClassroomRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.visit_parts import is_visited_by

Found = tuple[Iterable[Any], int]


class SqlSearch:
    """Implement the port ``Search``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def people(self, sought: Sought) -> tuple[tuple[NamedPerson, ...], int]:
        """Find people by name, in its order: everybody, else those of the visits looked at."""
        is_theirs = PersonRow.email == sought.email if sought.owner is None else false()
        meant = is_theirs if sought.email else named(sought.words, PersonRow.words)
        seen = true() if sought.owner is None else PersonRow.id.in_(_met(sought))
        query = (
            select(PersonRow.email, PersonRow.name, VolunteerRow.id.is_not(None))
            .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(meant, seen)
            .order_by(PersonRow.words, PersonRow.email)
        )
        rows, count = self._first(query, sought)
        return tuple(NamedPerson(*row) for row in rows), count

    def classes(self, sought: Sought) -> tuple[tuple[NamedClass, ...], int]:
        """Find classes by name, subject and school, by key; none by an address."""
        is_near = (PersonRow.email == sought.owner) | SchoolRow.key.in_(sought.schools)
        query = named_classes().where(
            false() if sought.email else named(sought.words, ClassroomRow.words, SchoolRow.words),
            true() if sought.owner is None else is_near,
        )
        rows, count = self._first(query, sought)
        return tuple(NamedClass(*row) for row in rows), count

    def requests(self, sought: Sought) -> tuple[tuple[NamedRequest, ...], int]:
        """Find requests by title, school, teacher and key, by key: everybody's or one's own."""
        texts = (RequestRow.words, SchoolRow.words, PersonRow.words, RequestRow.key_words)
        query = (
            select(RequestRow.key, RequestRow.title, SchoolRow.key, RequestRow.state)
            .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .where(
                PersonRow.email == sought.email if sought.email else named(sought.words, *texts),
                true() if sought.owner is None else PersonRow.email == sought.owner,
            )
            .order_by(RequestRow.key)
        )
        rows, count = self._first(query, sought)
        return tuple(NamedRequest(*row) for row in rows), count

    def visits(self, sought: Sought) -> tuple[tuple[NamedVisit, ...], int]:
        """Find visits by title, school, day and who comes, by start; others' once released."""
        query = named_visits().where(_seen(sought), _meant_visits(sought))
        rows, count = self._first(query, sought)
        return tuple(NamedVisit(*values) for _, *values in rows), count

    def schools_met(self, sought: Sought) -> frozenset[str]:
        """Return the schools of all the visits looked at, whatever the words."""
        there = select(VisitRow.school_id).where(_seen(sought))
        return frozenset(
            self._session.scalars(select(SchoolRow.key).where(SchoolRow.id.in_(there)))
        )

    def _first(self, query: Any, sought: Sought) -> Found:
        """Return the first rows, and how many there are, in one statement."""
        rows = self._session.execute(query.add_columns(func.count().over()).limit(sought.most))
        found = [tuple(row) for row in rows]
        return (row[:-1] for row in found), found[0][-1] if found else 0


def named(words: Iterable[str], *texts: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Require of each word that it begins some word of these columns."""
    # A folded word holds nothing but letters and digits, so none that LIKE reads otherwise.
    return and_(true(), *(or_(*(text.contains(f" {word}") for text in texts)) for word in words))


def named_classes() -> Any:
    """Select the columns of ``NamedClass``, by key."""
    return (
        select(
            ClassroomRow.key,
            ClassroomRow.name,
            ClassroomRow.subject,
            SchoolRow.key,
            PersonRow.email,
        )
        .join(SchoolRow, SchoolRow.id == ClassroomRow.school_id)
        .join(PersonRow, PersonRow.id == ClassroomRow.teacher_id)
        .order_by(ClassroomRow.key)
    )


def named_visits() -> Any:
    """Select a visit's number and the columns of ``NamedVisit`` but for its people, by start."""
    return (
        select(
            VisitRow.id,
            VisitRow.uid,
            RequestRow.key,
            RequestRow.title,
            PersonRow.email,
            func.coalesce(SchoolRow.key, ""),
            VisitRow.starts_at,
            VisitRow.timezone,
            VisitRow.state,
            VisitRow.was_released,
        )
        .join(RequestRow, RequestRow.id == VisitRow.request_id)
        .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
        .outerjoin(SchoolRow, SchoolRow.id == VisitRow.school_id)
        .order_by(VisitRow.starts_at, VisitRow.uid)
    )


def has_part(email: str) -> ColumnElement[bool]:
    """Require of a visit that this person is its teacher, or is meant to come."""
    taught = (
        select(RequestRow.id)
        .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
        .where(PersonRow.email == email)
    )
    return VisitRow.request_id.in_(taught) | is_visited_by(PersonRow.email == email)


def _meant_visits(sought: Sought) -> ColumnElement[bool]:
    if sought.email:
        is_theirs = is_visited_by(PersonRow.email == sought.email)
        return is_theirs if sought.owner is None else false()
    texts = (RequestRow.words, SchoolRow.words, VisitRow.words)
    return and_(
        true(),
        *(
            named((word,), *texts) | is_visited_by(named((word,), PersonRow.words))
            for word in sought.words
        ),
    )


def _seen(sought: Sought) -> ColumnElement[bool]:
    """Require of a visit that it is among those looked at."""
    is_late = VisitRow.ends_at > sought.since
    if sought.owner is None:
        return is_late
    there = select(SchoolRow.id).where(SchoolRow.key.in_(sought.schools))
    is_near = has_part(sought.owner) | VisitRow.school_id.in_(there)
    return and_(is_late, VisitRow.was_released, is_near)


def _met(sought: Sought) -> Any:
    """Select the numbers of everybody who has a part in a visit looked at."""
    seen = _seen(sought)
    teachers = select(RequestRow.teacher_id).join(VisitRow, VisitRow.request_id == RequestRow.id)
    guests = select(BookingRow.volunteer_id).join(VisitRow, VisitRow.id == BookingRow.visit_id)
    return union(teachers.where(seen), guests.where(seen, BookingRow.removed.is_(False)))
