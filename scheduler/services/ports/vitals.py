"""What the services need to know of a district's health: counts and moments, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from scheduler.domain.requests import RequestState
from scheduler.domain.runs import RunState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.records import OutboxState


class CalendarHealth(StrEnum):
    """How a volunteer's busy calendar is: a file, or an address that answers or does not."""

    FILE = "file"
    WELL = "well"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything, each state named, none included.

    ``due_since`` is when the mail that has waited longest was due, ``last_run_end`` when the
    latest run of each state ended; both by the district's clock, and leases by real time.
    """

    mails: Mapping[OutboxState, int]
    due_since: datetime | None
    visits: Mapping[VisitState, int]
    bookings: Mapping[Partstat, int]
    requests: Mapping[RequestState, int]
    calendars: Mapping[CalendarHealth, int]
    last_run_end: Mapping[RunState, datetime]
    lease_until: Mapping[str, datetime]


class Vitals(Protocol):
    """How the district is."""

    def require_tables(self) -> str:
        """Return the version of the tables.

        Raises:
            WrongTables: if it is not the one that this program works with.
        """

    def counts(self) -> Counts:
        """Return how much there is of everything, in a few statements whatever there is."""
