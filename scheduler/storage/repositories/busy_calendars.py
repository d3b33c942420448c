"""Volunteers' calendars on the web or from a file: spans of time, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.domain.busy_calendars import LATE_AFTER, BusyCalendar
from scheduler.services.ports import ChangeKind
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.volunteers import BusyCalendarRow, VolunteerRow
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    insert_rows,
    volunteer_ids_of,
)


class SqlBusyCalendars:
    """Implement the port ``BusyCalendars``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_owners(self, emails: Iterable[str]) -> Mapping[str, tuple[BusyCalendar, ...]]:
        """Return the calendars of those who have any by address, in the order of their adding."""
        found: dict[str, tuple[BusyCalendar, ...]] = {}
        for chunk in chunks(emails):
            for calendar in self._each(_calendars().where(PersonRow.email.in_(chunk))):
                found[calendar.owner] = (*found.get(calendar.owner, ()), calendar)
        return found

    def add(self, calendar: BusyCalendar) -> None:
        """Store a new calendar.

        Raises:
            Unknown: if its owner is no volunteer.
        """
        ids = volunteer_ids_of(self._session, (calendar.owner,))
        row = columns_of(calendar, BusyCalendarRow) | {"volunteer_id": ids[calendar.owner]}
        note(self._session, ChangeKind.VOLUNTEER, (calendar.owner,))
        insert_rows(self._session, BusyCalendarRow, [row])

    def save(self, calendar: BusyCalendar) -> None:
        """Store what became of a calendar; one that was removed meanwhile stays removed."""
        named = BusyCalendarRow.key == calendar.key
        told = select(BusyCalendarRow.busy, BusyCalendarRow.known_until).where(named)
        # Most checks find nothing new, and then nobody has to think again.
        if self._session.execute(told).one_or_none() != (calendar.busy, calendar.known_until):
            note(self._session, ChangeKind.VOLUNTEER, (calendar.owner,))
        self._session.connection().execute(
            update(BusyCalendarRow).where(named).values(columns_of(calendar, BusyCalendarRow))
        )

    def remove(self, calendar: BusyCalendar) -> None:
        """Forget a calendar with all that it told."""
        note(self._session, ChangeKind.VOLUNTEER, (calendar.owner,))
        self._session.connection().execute(
            delete(BusyCalendarRow).where(BusyCalendarRow.key == calendar.key)
        )

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[BusyCalendar, ...]:
        """Take calendars that are due for a check, longest overdue first; nobody else does.

        Those of people who no longer take part are left alone. One that was taken by a process
        that died is due again at ``until``.
        """
        chosen = self._session.scalars(
            select(BusyCalendarRow.id)
            .join(VolunteerRow, VolunteerRow.id == BusyCalendarRow.volunteer_id)
            .where(BusyCalendarRow.next_check <= now, VolunteerRow.is_active)
            .order_by(BusyCalendarRow.next_check, BusyCalendarRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=BusyCalendarRow)
        ).all()
        self._session.connection().execute(
            update(BusyCalendarRow).where(BusyCalendarRow.id.in_(chosen)).values(next_check=until)
        )
        return self._each(_calendars().where(BusyCalendarRow.id.in_(chosen)))

    def _each(self, statement: Select[BusyCalendarRow, str]) -> tuple[BusyCalendar, ...]:
        rows = self._session.execute(statement.order_by(BusyCalendarRow.id))
        return tuple(
            BusyCalendar(**fields_of(row, BusyCalendar), owner=email) for row, email in rows
        )


def lenders_of_old(*, now: datetime, today: date) -> Select[int]:
    """Return how to count the active volunteers with a calendar that nobody trusts any more.

    What trust is says :meth:`scheduler.domain.busy_calendars.BusyCalendar.trust`.
    """
    is_unread = (BusyCalendarRow.problem != "") | (BusyCalendarRow.read_at < now - LATE_AFTER)
    is_old = (BusyCalendarRow.known_until < today) | (BusyCalendarRow.address != "") & is_unread
    return (
        select(func.count(BusyCalendarRow.volunteer_id.distinct()))
        .join(VolunteerRow, VolunteerRow.id == BusyCalendarRow.volunteer_id)
        .where(VolunteerRow.is_active, is_old)
    )


def _calendars() -> Select[BusyCalendarRow, str]:
    return select(BusyCalendarRow, PersonRow.email).join(
        PersonRow, PersonRow.id == BusyCalendarRow.volunteer_id
    )
