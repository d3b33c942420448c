"""Whose visits a feed shows, as columns and as a condition on visits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from scheduler.domain.errors import Unknown
from scheduler.services.ports import CalendarMode, Feed, FeedKind
from scheduler.storage.models.districts import ClassroomRow, OrganizationRow, SchoolRow
from scheduler.storage.models.feeds import CalendarChoiceRow, CalendarModeRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.rows import known_ids

Key = InstrumentedAttribute[str]
PERSON: tuple[str, Key, str] = ("person_id", PersonRow.email, "person")
SCHOOL: tuple[str, Key, str] = ("school_id", SchoolRow.key, "school")
PLACE_BY_KIND: dict[FeedKind, tuple[str, Key, str]] = {
    FeedKind.VOLUNTEER: PERSON,
    FeedKind.TEACHER: PERSON,
    FeedKind.BUSY: PERSON,
    FeedKind.CLASS: ("classroom_id", ClassroomRow.key, "class"),
    FeedKind.SCHOOL: SCHOOL,
    FeedKind.OFFICE: SCHOOL,
    FeedKind.ORGANIZATION: ("organization_id", OrganizationRow.key, "organization"),
}


def owner_columns(session: Session, feed: Feed, *, holder_id: int | None) -> dict[str, object]:
    """Return the columns that say for what and whom a feed is.

    Raises:
        Unknown: if there is no such person, place or zone.
    """
    if feed.kind in PLACE_BY_KIND:
        column, key, kind = PLACE_BY_KIND[feed.kind]
        number = known_ids(session, key, (feed.owner,), kind=kind)[feed.owner]
        made_for = f"{feed.kind}:{number}:{holder_id or 0}"
        return {column: number, "zone": "", "holder_id": holder_id, "made_for": made_for}
    if feed.kind is FeedKind.ZONE:
        known = select(exists().where(SchoolRow.zone == feed.owner))
        is_known = bool(feed.owner) and bool(session.scalar(known))
    else:
        # The public is one and has no name.
        is_known = not feed.owner
    if not is_known:
        raise Unknown(str(feed.kind), feed.owner)
    made_for = f"{feed.kind}:{feed.owner}:{holder_id or 0}"
    return {"zone": feed.owner, "holder_id": holder_id, "made_for": made_for}


def concerns(feed: Feed, *, teacher: Any, school: Any, classroom: Any) -> ColumnElement[bool]:
    """Return the condition under which a visit, joined to these tables, concerns the feed."""
    match feed.kind:
        case FeedKind.VOLUNTEER:
            return _is_booked(feed.owner) & ~_came_as_invitation(feed.owner)
        case FeedKind.BUSY:
            condition: ColumnElement[bool] = teacher.email == feed.owner
            condition |= _is_booked(feed.owner)
        case FeedKind.TEACHER:
            condition = (teacher.email == feed.owner) & ~_came_as_invitation(feed.owner)
        case FeedKind.CLASS:
            condition = classroom.key == feed.owner
        case FeedKind.SCHOOL | FeedKind.OFFICE:
            condition = school.key == feed.owner
        case FeedKind.ORGANIZATION:
            return _is_staffed_by(feed.owner)
        case FeedKind.ZONE:
            condition = school.zone == feed.owner
        case FeedKind.PUBLIC:
            condition = RequestRow.is_public.is_(True)
    return condition


def _is_booked(email: str) -> ColumnElement[bool]:
    booked = select(BookingRow.visit_id).join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
    return VisitRow.id.in_(booked.where(PersonRow.email == email))


def _came_as_invitation(email: str) -> ColumnElement[bool]:
    """Whoever chose a way wants each visit in one place; who left it to us misses none here."""
    invited = (
        select(CalendarModeRow.visit_id)
        .join(PersonRow, PersonRow.id == CalendarModeRow.person_id)
        .join(CalendarChoiceRow, CalendarChoiceRow.person_id == PersonRow.id)
        .where(PersonRow.email == email, CalendarModeRow.mode == CalendarMode.INVITATION)
    )
    return VisitRow.id.in_(invited)


def _is_staffed_by(organization: str) -> ColumnElement[bool]:
    its = aliased(OrganizationRow)
    staffed = (
        select(BookingRow.visit_id)
        .join(VolunteerRow, VolunteerRow.id == BookingRow.volunteer_id)
        .join(its, its.id == VolunteerRow.organization_id)
    )
    return VisitRow.id.in_(staffed.where(its.key == organization))


def joined(query: Any, *, teacher: Any) -> Any:
    """Join visits to what stands around them: request, teacher, school and class."""
    return (
        query.select_from(VisitRow)
        .join(RequestRow, RequestRow.id == VisitRow.request_id)
        .join(teacher, teacher.id == RequestRow.teacher_id)
        .outerjoin(SchoolRow, SchoolRow.id == VisitRow.school_id)
        .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
    )
