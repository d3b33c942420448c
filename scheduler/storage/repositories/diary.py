"""Visits by day, as bare columns: two statements whatever the number of visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.periods import DateRange, Period
from scheduler.services.ports import (
    Activity,
    DiaryLine,
    DiaryWanted,
    Guest,
    OwnWeek,
    VisitFacts,
)
from scheduler.storage.models.districts import ClassroomRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import ActivityRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import BookingRow, HostAwaitedRow, PendingMoveRow, VisitRow
from scheduler.storage.models.volunteers import (
    DaysAwayRow,
    VolunteerRow,
    WeeklyAvailabilityRow,
)
from scheduler.storage.repositories.rows import by_owner, fields_of
from scheduler.storage.repositories.visit_parts import is_visited_by

Teacher = aliased(PersonRow)
COLUMNS = (
    *(VisitRow.id, VisitRow.starts_at, VisitRow.ends_at),
    *(VisitRow.uid, RequestRow.key.label("request"), RequestRow.title, RequestRow.topic),
    *(SchoolRow.key.label("school"), SchoolRow.name.label("school_name"), SchoolRow.zone),
    func.coalesce(ClassroomRow.name, "").label("class_name"),
    *(Teacher.email.label("teacher_email"), Teacher.name.label("teacher_name")),
    *(VisitRow.timezone, VisitRow.room, VisitRow.format, VisitRow.state, VisitRow.was_released),
    HostAwaitedRow.visit_id.is_(None).label("host_agrees"),
    *(VisitRow.cancel_reason, VisitRow.release_at),
    PendingMoveRow.starts_at.label("moves_to"),
    PendingMoveRow.release_at.label("moves_at"),
)


class SqlDiary:
    """Implement the port ``Diary``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, wanted: DiaryWanted, *, within: Period) -> tuple[DiaryLine, ...]:
        """Return the visits that begin within this span, by start, in two statements."""
        in_time = and_(VisitRow.starts_at >= within.start, VisitRow.starts_at < within.end)
        return self._lines(and_(in_time, _whose(wanted)))

    def line(self, wanted: DiaryWanted, *, uid: str) -> DiaryLine | None:
        """Return one visit, None where it is not among those wanted."""
        return next(iter(self._lines(and_(VisitRow.uid == uid, _whose(wanted)))), None)

    def facts(self, uid: str) -> VisitFacts | None:
        """Return what else there is to tell of one visit, in two statements."""
        row: Any = self._session.execute(
            select(
                RequestRow.id,
                SchoolRow.address,
                SchoolRow.arrival_note,
                ClassroomRow.students,
                RequestRow.note,
                RequestRow.meeting_url,
            )
            .join(VisitRow, VisitRow.request_id == RequestRow.id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
            .where(VisitRow.uid == uid)
        ).one_or_none()
        if row is None:
            return None
        siblings = self._session.scalars(
            select(VisitRow.uid).where(VisitRow.request_id == row[0]).order_by(VisitRow.starts_at)
        )
        _, *facts = row
        return VisitFacts(tuple(siblings), *facts)

    def weeks(self, emails: Iterable[str]) -> Mapping[str, OwnWeek]:
        """Return by address when these volunteers can visit, in three statements."""
        meant = PersonRow.email.in_(tuple(emails))
        weekly, away = self._weekly(meant), self._away(meant)
        rows = self._session.execute(
            select(VolunteerRow.id, PersonRow.email, VolunteerRow.timezone)
            .join(PersonRow, PersonRow.id == VolunteerRow.id)
            .where(meant)
        )
        return {
            email: OwnWeek(tuple(weekly[number]), tuple(away[number]), timezone)
            for number, email, timezone in rows
        }

    def timezone_of(self, email: str) -> str:
        """Return a volunteer's own zone, empty where they have none."""
        return self.timezones((email,)).get(email, "")

    def timezones(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Return by address the zones of those volunteers who have one of their own."""
        found = select(PersonRow.email, VolunteerRow.timezone).join(
            VolunteerRow, VolunteerRow.id == PersonRow.id
        )
        own = found.where(PersonRow.email.in_(tuple(emails)), VolunteerRow.timezone != "")
        return {row.email: row.timezone for row in self._session.execute(own)}

    def history(self, subjects: Iterable[str]) -> tuple[Activity, ...]:
        """Return what was done with these subjects, the oldest first."""
        rows = self._session.scalars(
            select(ActivityRow)
            .where(ActivityRow.subject.in_(tuple(subjects)))
            .order_by(ActivityRow.at, ActivityRow.id)
        )
        return tuple(Activity(**fields_of(row, Activity)) for row in rows)

    def _lines(self, chosen: ColumnElement[bool]) -> tuple[DiaryLine, ...]:
        guests = self._guests(chosen)
        rows: Any = self._session.execute(
            select(*COLUMNS)
            .join(RequestRow, RequestRow.id == VisitRow.request_id)
            .join(Teacher, Teacher.id == RequestRow.teacher_id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
            .outerjoin(HostAwaitedRow, HostAwaitedRow.visit_id == VisitRow.id)
            .outerjoin(PendingMoveRow, PendingMoveRow.visit_id == VisitRow.id)
            .where(chosen)
            .order_by(VisitRow.starts_at, VisitRow.uid)
        ).mappings()
        return tuple(_line(row, guests[row["id"]]) for row in rows)

    def _guests(self, chosen: ColumnElement[bool]) -> Mapping[int, list[Guest]]:
        rows: Any = self._session.execute(
            select(
                BookingRow.visit_id,
                PersonRow.email,
                PersonRow.name,
                BookingRow.partstat,
                BookingRow.reason,
                BookingRow.removed,
            )
            .join(VisitRow, VisitRow.id == BookingRow.visit_id)
            .join(RequestRow, RequestRow.id == VisitRow.request_id)
            .join(Teacher, Teacher.id == RequestRow.teacher_id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
            .where(chosen)
            .order_by(BookingRow.visit_id, BookingRow.position)
        )
        return by_owner((number, Guest(*rest)) for number, *rest in rows)

    def _weekly(self, meant: ColumnElement[bool]) -> Mapping[int, list[WeeklyAvailability]]:
        rows = self._session.scalars(
            select(WeeklyAvailabilityRow)
            .join(PersonRow, PersonRow.id == WeeklyAvailabilityRow.volunteer_id)
            .where(meant)
            .order_by(WeeklyAvailabilityRow.volunteer_id, WeeklyAvailabilityRow.position)
        )
        return by_owner(
            (row.volunteer_id, WeeklyAvailability(**fields_of(row, WeeklyAvailability)))
            for row in rows
        )

    def _away(self, meant: ColumnElement[bool]) -> Mapping[int, list[DaysAway]]:
        rows = self._session.execute(
            select(DaysAwayRow.volunteer_id, DaysAwayRow.first, DaysAwayRow.last)
            .join(PersonRow, PersonRow.id == DaysAwayRow.volunteer_id)
            .where(meant)
            .order_by(DaysAwayRow.volunteer_id, DaysAwayRow.position)
        )
        return by_owner((number, DaysAway(DateRange(*ends))) for number, *ends in rows)


def _line(row: Mapping[str, Any], guests: Iterable[Guest]) -> DiaryLine:
    told = {name: row[name] for name in row if name not in {"id", "starts_at", "ends_at"}}
    period = Period(row["starts_at"], row["ends_at"])
    return DiaryLine(**told, period=period, guests=tuple(guests))


def _whose(wanted: DiaryWanted) -> ColumnElement[bool]:
    if wanted.is_all:
        return true()
    is_mine = is_visited_by(PersonRow.email == wanted.volunteer)
    whose = is_mine | SchoolRow.key.in_(tuple(wanted.schools))
    return or_(Teacher.email == wanted.teacher, and_(VisitRow.was_released, whose))
