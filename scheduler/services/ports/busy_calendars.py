"""What the services need of the store for the calendars that volunteers lend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from scheduler.domain.busy_calendars import BusyCalendar


class BusyCalendars(Protocol):
    """Calendars that volunteers gave on their own page, by file or by address."""

    def of_owners(self, emails: Iterable[str]) -> Mapping[str, tuple[BusyCalendar, ...]]:
        """Return the calendars of those who have any by address, in the order of their adding."""

    def add(self, calendar: BusyCalendar) -> None:
        """Store a new calendar."""

    def save(self, calendar: BusyCalendar) -> None:
        """Store what became of a calendar; one that was removed meanwhile stays removed."""

    def remove(self, calendar: BusyCalendar) -> None:
        """Forget a calendar with all that it told."""

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[BusyCalendar, ...]:
        """Take calendars that are due for a check, longest overdue first; nobody else does.

        One that was taken by a process that died is due again at ``until``.
        """
