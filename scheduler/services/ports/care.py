"""What caring for people and places needs of a store: light lists, accounts that move, closings.

A list holds no whole values: only what its page shows, read in one statement or two however
many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from scheduler.domain.closings import Closing
from scheduler.domain.people import Role
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import Clearance
from scheduler.services.records import OutboxRow


@dataclass(frozen=True, slots=True)
class NamedVolunteer:
    """A volunteer as they are looked for by name, organization or topic."""

    email: str
    name: str
    organization: str
    organization_name: str
    level_by_topic: Mapping[str, int]
    is_active: bool


@dataclass(frozen=True, slots=True)
class ListedVolunteer:
    """A volunteer as the list shows one.

    ``visits`` are those since the moment that was asked for, ``zones`` where their schools
    are; ``next_start`` is that of the next one, by the clock of ``next_timezone``.
    """

    email: str
    name: str
    organization: str
    organization_name: str
    level_by_topic: Mapping[str, int]
    is_active: bool
    has_times: bool
    has_calendar: bool
    clearances: tuple[Clearance, ...] = ()
    visits: int = 0
    zones: frozenset[str] = frozenset()
    next_start: datetime | None = None
    next_timezone: str = ""


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as the list shows one; ``seen_at`` is when a browser of it was last seen."""

    email: str
    name: str
    roles: tuple[Role, ...]
    schools: tuple[str, ...]
    is_active: bool
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CountOfSchool:
    """How many requests of a school were filled, and how many are open."""

    filled: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class CountOfOrganization:
    """Who is active for an organization, and the visits they gave or are to give."""

    people: int = 0
    given: int = 0
    coming: int = 0


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request as the search finds one."""

    key: str
    title: str
    teacher_email: str
    school: str
    classroom: str
    state: RequestState


@dataclass(frozen=True, slots=True)
class NamedVisit:
    """A visit as the search finds one; ``volunteers`` are those still meant to come."""

    uid: str
    request: str
    title: str
    teacher_email: str
    school: str
    start: datetime
    timezone: str
    state: VisitState
    was_released: bool
    volunteers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """An account as the search finds one."""

    email: str
    name: str
    is_volunteer: bool


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A class as the search finds one."""

    key: str
    name: str
    subject: str
    school: str
    teacher_email: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a coordinator, in numbers.

    ``proposed`` are open requests with a proposal that waits, ``nobody`` those for which nobody
    was found, ``changes`` what-ifs, ``newcomers`` people who would like to volunteer,
    ``failed_mail`` mails of any age.
    """

    proposed: int
    nobody: int
    changes: int = 0
    newcomers: int = 0
    failed_mail: int = 0


@dataclass(frozen=True, slots=True)
class OnSheet:
    """What a visit sheet says of a person; an empty locale is the district's."""

    name: str
    locale: str
    organization: str


class Listings(Protocol):
    """Lists for pages, whole but light; whoever asks filters and sorts them."""

    def waiting(self) -> Waiting:
        """Return how much waits for a coordinator."""

    def failed_mail(self, *, since: datetime, subjects: Iterable[str]) -> tuple[OutboxRow, ...]:
        """Return mail that failed about visits that end after since, or about these subjects.

        The latest comes first.
        """

    def people(self) -> tuple[NamedPerson, ...]:
        """Return the names of all accounts, by address."""

    def on_sheets(self, emails: Iterable[str]) -> Mapping[str, OnSheet]:
        """Return by address what visit sheets say of these people; unknown ones left out."""

    def classes(self) -> tuple[NamedClass, ...]:
        """Return all classes, by key."""

    def volunteers(
        self, *, now: datetime, since: datetime, emails: Iterable[str] | None = None
    ) -> tuple[ListedVolunteer, ...]:
        """Return all volunteers, or these, by address."""

    def named_volunteers(self) -> tuple[NamedVolunteer, ...]:
        """Return all volunteers by what they are looked for with, in one light statement."""

    def zones(self, *, since: datetime) -> tuple[str, ...]:
        """Return in order the zones of the schools that somebody visited since, or is to visit."""

    def emails(self) -> tuple[str, ...]:
        """Return the addresses of all accounts, in order."""

    def accounts(self) -> tuple[ListedAccount, ...]:
        """Return all accounts, by address."""

    def schools(self, *, since: datetime) -> Mapping[str, CountOfSchool]:
        """Return by school what was filled since then and what is open; empty ones left out."""

    def organizations(
        self, *, now: datetime, since: datetime, until: datetime
    ) -> Mapping[str, CountOfOrganization]:
        """Return by organization who is active, and the visits that begin in that time."""

    def requests(self) -> tuple[NamedRequest, ...]:
        """Return all requests, by key."""

    def visits(self, *, since: datetime) -> tuple[NamedVisit, ...]:
        """Return visits that end after since, by start."""


class Accounts(Protocol):
    """Accounts as a whole: what they are called, and what belongs to them."""

    def rename(self, email: str, new: str) -> None:
        """Give an account another address, everywhere it is kept by its address.

        Mail that was sent keeps the address it went to; what waits goes to the new one.

        Raises:
            Unknown: if nobody bears the address.
        """

    def merge(self, gone: str, *, into: str, at: datetime) -> None:
        """Move everything that belongs to one account to another, and forget the one.

        What both have once stays as the second has it. That one has to hold a feed of each
        kind and place that the first one holds, whose addresses then answer as replaced ones
        do; where the first is a volunteer, so is the second.

        Raises:
            DoubleBooked: if both are needed at the same time.
            Unknown: if either bears no account.
        """


class Closings(Protocol):
    """Days closed at short notice."""

    def get(self, key: str) -> Closing | None:
        """Return one closing."""

    def since(self, day: date) -> tuple[Closing, ...]:
        """Return the closings of that day and later, by day, the latest made first."""

    def put(self, closing: Closing) -> None:
        """Add or change a closing."""
