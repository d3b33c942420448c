"""The visits of a feed in one statement: a row for each booking, grouped by visit.

The services gather the same sheets for pages and mails from many small statements; a feed is
fetched far more often and may hold thousands. Most of them are as they were, so rows are taken
as the database gives them: what stands for a visit's facts is made from these, and only a visit
whose sheet is asked for is turned into values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Dialect, select, type_coerce
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import NullType

from scheduler.domain.grades import format_grade
from scheduler.domain.periods import Period
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Booking, Visit, VisitState
from scheduler.services.ports import Feed, Glimpse
from scheduler.storage.models.districts import (
    ClassroomRow,
    DistrictRow,
    OrganizationRow,
    SchoolRow,
    TopicRow,
)
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import BookingRow, HostAwaitedRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.feed_owners import concerns, joined

Teacher, Speaker = aliased(PersonRow), aliased(PersonRow)
VISIT_COLUMNS = (
    *(VisitRow.uid, RequestRow.key.label("request"), VisitRow.session, VisitRow.starts_at),
    *(VisitRow.ends_at, VisitRow.timezone, VisitRow.format, VisitRow.state, VisitRow.created_at),
    *(VisitRow.revised_at, SchoolRow.key.label("school"), VisitRow.room, VisitRow.sequence),
    *(VisitRow.release_at, VisitRow.was_released, VisitRow.cancelled_at, VisitRow.cancel_reason),
    HostAwaitedRow.visit_id.label("awaited"),
)
AROUND = (
    *(RequestRow.title, RequestRow.topic, RequestRow.language, RequestRow.note),
    *(RequestRow.meeting_url, RequestRow.sessions, DistrictRow.name, DistrictRow.site_name),
    *(SchoolRow.name.label("school_name"), SchoolRow.address, SchoolRow.arrival_note),
    *(SchoolRow.phone, Teacher.name.label("teacher_name"), Teacher.email.label("teacher_email")),
    *(ClassroomRow.name.label("class_name"), ClassroomRow.grade, ClassroomRow.students),
    *(TopicRow.parent, TopicRow.label, TopicRow.label_fr, TopicRow.label_es),
    TopicRow.is_sensitive,
)
BOOKING_COLUMNS = (
    *(BookingRow.partstat, BookingRow.format.label("own_format"), BookingRow.reason),
    *(BookingRow.answered_at, BookingRow.removed, Speaker.email.label("speaker_email")),
    *(Speaker.name.label("speaker_name"), Speaker.locale.label("speaker_locale")),
    OrganizationRow.name.label("organization_name"),
)


Reader = tuple[str, Callable[[Any], Any]]
COLUMNS: tuple[Any, ...] = (*VISIT_COLUMNS, *AROUND, *BOOKING_COLUMNS)
NAMES = tuple(str(column.key) for column in COLUMNS)
AS_KEPT = tuple(type_coerce(column, NullType()).label(column.key) for column in COLUMNS)
FACTS_OCTETS = 15


def load(session: Session, feed: Feed, *, since: datetime, until: datetime) -> Iterator[Glimpse]:
    """Yield the released visits that concern the feed, by start and UID.

    Sheets say nothing of a pending move, of what the visit occupies, nor of how many guests
    are wanted: no feed shows them.
    """
    query = (
        joined(select(*AS_KEPT), teacher=Teacher)
        .outerjoin(DistrictRow, DistrictRow.id > 0)
        .outerjoin(TopicRow, TopicRow.key == RequestRow.topic)
        .outerjoin(HostAwaitedRow, HostAwaitedRow.visit_id == VisitRow.id)
        .outerjoin(BookingRow, BookingRow.visit_id == VisitRow.id)
        .outerjoin(Speaker, Speaker.id == BookingRow.volunteer_id)
        .outerjoin(VolunteerRow, VolunteerRow.id == BookingRow.volunteer_id)
        .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
        .where(
            concerns(feed, teacher=Teacher, school=SchoolRow, classroom=ClassroomRow),
            VisitRow.was_released,
            VisitRow.state != VisitState.HELD,
            VisitRow.ends_at > since,
            VisitRow.starts_at < until,
        )
        .order_by(VisitRow.starts_at, VisitRow.uid, BookingRow.position)
    )
    readers = _readers(session.get_bind().dialect)
    for uid, grouped in groupby(session.execute(query).all(), key=lambda row: row.uid):
        rows = tuple(map(tuple, grouped))
        facts = blake2b(repr(rows).encode(), digest_size=FACTS_OCTETS).hexdigest()
        yield Glimpse(uid, facts, partial(_sheet_of, rows, readers))


def _readers(dialect: Dialect) -> tuple[Reader, ...]:
    """Return what turns a column, as the database gives it, into a value, where it is none yet."""
    found = (
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in COLUMNS
    )
    return tuple((name, reader) for name, reader in zip(NAMES, found, strict=True) if reader)


def _sheet_of(rows: Sequence[Any], readers: Sequence[Reader]) -> VisitSheet:
    booked = [_typed(row, readers) for row in rows]
    row = booked[0]
    is_booked = row.speaker_email is not None
    return _sheet(row, booked if is_booked else [])


def _typed(row: Sequence[Any], readers: Sequence[Reader]) -> SimpleNamespace:
    value_by_name = dict(zip(NAMES, row, strict=True))
    for name, reader in readers:
        value_by_name[name] = reader(value_by_name[name])
    return SimpleNamespace(**value_by_name)


def _topic(row: Any) -> Topic:
    if row.label is None:
        return Topic(row.topic)
    names = {"label": row.label, "label_fr": row.label_fr, "label_es": row.label_es}
    return Topic(row.topic, parent=row.parent, is_sensitive=row.is_sensitive, **names)


def _sheet(row: Any, booked: Sequence[Any]) -> VisitSheet:
    return VisitSheet(
        visit=_visit(row, booked),
        title=row.title,
        topic=_topic(row),
        site_name=row.site_name or row.name or "",
        school=row.school or "",
        school_name=row.school_name or "",
        address=" ".join((row.address or "").split()),
        arrival_note=row.arrival_note or "",
        phone=row.phone or "",
        teacher_name=row.teacher_name,
        teacher_email=row.teacher_email,
        class_name=row.class_name or "",
        grade="" if row.grade is None else format_grade(row.grade),
        students=row.students,
        language=row.language,
        note=row.note,
        meeting_url=row.meeting_url,
        sessions=row.sessions,
        speakers=tuple(
            SpeakerOnSheet(
                email=each.speaker_email,
                name=each.speaker_name,
                organization=each.organization_name or "",
                partstat=each.partstat,
                removed=each.removed,
                format=each.own_format,
                locale=each.speaker_locale,
            )
            for each in booked
        ),
    )


def _visit(row: Any, booked: Sequence[Any]) -> Visit:
    return Visit(
        uid=row.uid,
        request=row.request,
        session=row.session,
        period=Period(row.starts_at, row.ends_at),
        timezone=row.timezone,
        format=row.format,
        state=row.state,
        bookings=tuple(
            Booking(
                volunteer_email=each.speaker_email,
                partstat=each.partstat,
                format=each.own_format,
                reason=each.reason,
                answered_at=each.answered_at,
                removed=each.removed,
            )
            for each in booked
        ),
        created_at=row.created_at,
        revised_at=row.revised_at,
        school=row.school or "",
        room=row.room,
        sequence=row.sequence,
        release_at=row.release_at,
        was_released=row.was_released,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
        host_agrees=row.awaited is None,
    )
