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
from scheduler.domain.people import Person, Role
from scheduler.domain.volunteers import Clearance
from scheduler.services.ports.finding import NamedClass, NamedVisit
from scheduler.services.records import OutboxRow


@dataclass(frozen=True, slots=True)
class SoughtWord:
    """A folded word that begins one of a name, and the organizations and topics that it means."""

    word: str
    organizations: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VolunteersWanted:
    """Which volunteers are meant: of each word the name, the organization or a topic has it.

    ``topics`` are those of which they know one, ``organization`` is theirs; empty for any.
    """

    words: tuple[SoughtWord, ...] = ()
    topics: tuple[str, ...] = ()
    organization: str = ""
    is_active: bool = True


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
    mail_comes_back: bool
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
class AccountsWanted:
    """Which accounts are meant: those who hold a role, empty for any, and are active or not.

    Each of the folded ``words`` begins a word of their name, or the address is theirs.
    """

    words: tuple[str, ...] = ()
    email: str = ""
    role: str = ""
    is_active: bool = True


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
class Waiting:
    """What waits for a coordinator, in numbers.

    ``proposed`` are open requests with a proposal that waits, ``nobody`` those for which nobody
    was found, ``changes`` what-ifs, ``newcomers`` people who would like to volunteer,
    ``failed_mail`` mails of any age, ``searches`` those for stand-ins that go on,
    ``old_calendars`` active volunteers who lent one that was not read lately.
    """

    proposed: int
    nobody: int
    changes: int = 0
    newcomers: int = 0
    failed_mail: int = 0
    searches: int = 0
    old_calendars: int = 0


@dataclass(frozen=True, slots=True)
class OnSheet:
    """What a visit sheet says of a person; an empty locale is the district's."""

    name: str
    locale: str
    organization: str


class Listings(Protocol):
    """Lists for pages, whole but light; whoever asks filters and sorts them."""

    def waiting(self, *, now: datetime, today: date) -> Waiting:
        """Return how much waits for a coordinator; today is the day by the district's clock."""

    def failed_mail(self, *, since: datetime, lately: datetime) -> tuple[OutboxRow, ...]:
        """Return mail that failed about visits that end after since, the latest first.

        Also what is about no visit and was written after lately.
        """

    def namesakes(self, person: Person) -> tuple[str, ...]:
        """Return in order the other addresses of accounts whose name has the same words."""

    def on_sheets(self, emails: Iterable[str]) -> Mapping[str, OnSheet]:
        """Return by address what visit sheets say of these people; unknown ones left out."""

    def classes(self, *, teacher: str) -> tuple[NamedClass, ...]:
        """Return this teacher's classes, by key."""

    def volunteers(
        self,
        *,
        now: datetime,
        since: datetime,
        emails: Iterable[str] | None = None,
        organization: str = "",
        ending_by: date | None = None,
    ) -> tuple[ListedVolunteer, ...]:
        """Return all volunteers, or those who are meant, by address.

        That is: these; those of one organization; those of whose clearances for every school
        the last one ends on this day or before.
        """

    def meant_volunteers(
        self, wanted: VolunteersWanted, *, skipped: int = 0, most: int | None = None
    ) -> tuple[tuple[str, ...], int]:
        """Return a part of those wanted by address, in order of their names, and how many are.

        Cost: two light statements.
        """

    def organizations_served(self) -> Mapping[str, str]:
        """Return by key the names of the organizations that volunteers come from, by name."""

    def zones(self, *, since: datetime) -> tuple[str, ...]:
        """Return in order the zones of the schools that somebody visited since, or is to visit."""

    def accounts(
        self, wanted: AccountsWanted, *, skipped: int = 0, most: int | None = None
    ) -> tuple[tuple[ListedAccount, ...], int]:
        """Return a part of the accounts wanted, by the words of their names, and how many are."""

    def schools(self, *, since: datetime) -> Mapping[str, CountOfSchool]:
        """Return by school what was filled since then and what is open; empty ones left out."""

    def organizations(
        self, *, now: datetime, since: datetime, until: datetime
    ) -> Mapping[str, CountOfOrganization]:
        """Return by organization who is active, and the visits that begin in that time."""

    def visits(self, *, since: datetime, of: str = "") -> tuple[NamedVisit, ...]:
        """Return visits that end after since, of everybody or of one person, by start."""


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
