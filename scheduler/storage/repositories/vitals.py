"""How the district is, in one statement for each table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.domain.requests import RequestState
from scheduler.domain.runs import RunState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.ports import CalendarHealth, Counts, OutboxState
from scheduler.storage import versions
from scheduler.storage.models.records import LeaseRow, OutboxEntryRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.runs import RunRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import BusyCalendarRow

State = TypeVar("State", bound=StrEnum)


class SqlVitals:
    """Implement the port ``Vitals``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def require_tables(self) -> str:
        """Return the version of the tables.

        Raises:
            WrongTables: if it is not the one that this program works with.
        """
        versions.require_needed(self._session.connection())
        return versions.needed()

    def counts(self) -> Counts:
        """Return how much there is of everything, in a few statements whatever there is."""
        return Counts(
            mails=self._by(OutboxEntryRow.state, OutboxState),
            due_since=self._due_since(),
            visits=self._by(VisitRow.state, VisitState),
            bookings=self._by(BookingRow.partstat, Partstat, BookingRow.removed.is_(False)),
            requests=self._by(RequestRow.state, RequestState),
            calendars=self._calendars(),
            last_run_end=self._last_run_end(),
            lease_until=dict(self._session.execute(select(LeaseRow.name, LeaseRow.until)).all()),
        )

    def _by(
        self, column: InstrumentedAttribute[State], states: type[State], *only: Any
    ) -> Mapping[State, int]:
        counted = select(column, func.count()).where(*only).group_by(column)
        return dict.fromkeys(states, 0) | dict(self._session.execute(counted).all())

    def _due_since(self) -> datetime | None:
        due = select(func.min(OutboxEntryRow.due_at)).where(OutboxEntryRow.state == OutboxState.DUE)
        return self._session.scalar(due)

    def _calendars(self) -> Mapping[CalendarHealth, int]:
        health = case(
            (BusyCalendarRow.address == "", CalendarHealth.FILE),
            (BusyCalendarRow.failures > 0, CalendarHealth.FAILING),
            else_=CalendarHealth.WELL,
        )
        counted = self._session.execute(select(health, func.count()).group_by(health))
        return dict.fromkeys(CalendarHealth, 0) | {CalendarHealth(h): n for h, n in counted}

    def _last_run_end(self) -> Mapping[RunState, datetime]:
        latest = select(RunRow.state, func.max(RunRow.ended_at)).group_by(RunRow.state)
        return {state: end for state, end in self._session.execute(latest) if end is not None}
