"""What the services need of a store's repositories, one protocol per noun.

Every repository takes and gives domain values and works in sets: no method is meant to be
called once per row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import District, Organization, School
from scheduler.domain.people import Person, RoleName
from scheduler.domain.proposals import Proposal, Unassigned
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.domain.topics import TopicTree
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.volunteers import Volunteer


class Districts(Protocol):
    """The district's own things: few rows, always read whole."""

    def get(self) -> District | None:
        """Return the district, or None before the first import."""

    def put(self, district: District) -> None:
        """Store the district, terms and weights included."""

    def topics(self) -> TopicTree:
        """Return the whole tree, topics by key."""

    def put_topics(self, tree: TopicTree) -> None:
        """Make the tree exactly this."""

    def bell_schedules(self) -> Mapping[str, BellSchedule]:
        """Return every bell schedule by key, with its day types."""

    def put_bell_schedules(self, schedules: Iterable[BellSchedule]) -> None:
        """Replace each of these schedules whole."""

    def closures(self) -> tuple[Closure, ...]:
        """Return all closures, sorted."""

    def put_closures(self, closures: Iterable[Closure]) -> None:
        """Make the closures exactly these."""

    def schools(self) -> Mapping[str, School]:
        """Return every school by key, in order of key."""

    def put_schools(self, schools: Iterable[School]) -> None:
        """Add or change these schools."""

    def classes(
        self, *, school: str = "", keys: Iterable[str] | None = None
    ) -> Mapping[str, Classroom]:
        """Return every class by key, in order of key; those of a school or of these keys alone."""

    def put_classes(self, classes: Iterable[Classroom]) -> None:
        """Add or change these classes."""

    def organizations(self) -> Mapping[str, Organization]:
        """Return every organization by key, in order of key."""

    def put_organizations(self, organizations: Iterable[Organization]) -> None:
        """Add or change these organizations."""

    def extras(self) -> Mapping[str, str]:
        """Return the bundle's own leftovers by name: ``x_`` columns and policy files, as text."""

    def put_extras(self, extras: Mapping[str, str]) -> None:
        """Make the leftovers exactly these."""


class People(Protocol):
    """Accounts and staff roles."""

    def get(self, email: str) -> Person | None:
        """Return the account of that address; a volunteer's carries the volunteer role."""

    def many(self, emails: Iterable[str]) -> Mapping[str, Person]:
        """Return these accounts by address; unknown ones are left out."""

    def email_of(self, reference: str) -> str:
        """Return the address that a reference stands for, empty where it is nobody's."""

    def with_role(self, role: RoleName) -> tuple[str, ...]:
        """Return the addresses of everyone active who holds this staff role, in order."""

    def all(self) -> Mapping[str, Person]:
        """Return every account by address, in order of address."""

    def put(self, people: Iterable[Person]) -> None:
        """Add or change accounts with their staff roles and schools.

        Volunteer roles and generations of links are kept.
        """

    def end_links(self, email: str) -> None:
        """Begin a new generation of the links in this person's mails."""


class Volunteers(Protocol):
    """Volunteers with availability, days away, clearances and imported busy time."""

    def get(self, email: str) -> Volunteer | None:
        """Return one volunteer."""

    def all(self) -> Mapping[str, Volunteer]:
        """Return every volunteer by address, inactive ones too, in order of address."""

    def many(self, emails: Iterable[str]) -> Mapping[str, Volunteer]:
        """Return these volunteers by address; unknown ones are left out."""

    def without_availability(self) -> tuple[str, ...]:
        """Return the addresses of active volunteers of whom no availability is known."""

    def put(self, volunteers: Iterable[Volunteer]) -> None:
        """Add or replace each volunteer whole, with the account it belongs to."""


class Requests(Protocol):
    """Teachers' requests."""

    def get(self, key: str) -> ClassroomRequest | None:
        """Return one request."""

    def all(
        self, *, states: Iterable[RequestState] | None = None
    ) -> Mapping[str, ClassroomRequest]:
        """Return requests by key, in order of key; all states unless some are named."""

    def many(self, keys: Iterable[str]) -> Mapping[str, ClassroomRequest]:
        """Return these requests by key; unknown ones are left out."""

    def of_teacher(self, email: str) -> Mapping[str, ClassroomRequest]:
        """Return one teacher's requests by key."""

    def put(self, requests: Iterable[ClassroomRequest]) -> None:
        """Add or replace requests."""

    def new_key(self) -> str:
        """Return a key that no request bears."""

    def public(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of these requests whose visits the public may know of."""

    def set_public(self, keys: Iterable[str], *, is_public: bool) -> None:
        """Say whether the public may know of these requests' visits; at first it may not."""


class Proposals(Protocol):
    """The checker's latest suggestions: at most one per request, or why there is none."""

    def get(self, request: str) -> Proposal | None:
        """Return a request's latest proposal in any state."""

    def all(self) -> Mapping[str, Proposal]:
        """Return the latest proposal of each request by key, in any state."""

    def many(self, requests: Iterable[str]) -> Mapping[str, Proposal]:
        """Return the latest proposal of each of these requests that has one, by key."""

    def unassigned(self) -> Mapping[str, Unassigned]:
        """Return by request why the last run found nobody."""

    def put(self, proposals: Iterable[Proposal]) -> None:
        """Store proposals, each replacing its request's former one and its unassigned entry."""

    def put_unassigned(self, entries: Iterable[Unassigned]) -> None:
        """Store why nobody was found, each replacing its request's former proposal or entry."""

    def remove(self, requests: Iterable[str]) -> None:
        """Forget what is known of these requests, proposal and entry."""


class Visits(Protocol):
    """Visits with their bookings; what they occupy is kept free by the database itself."""

    def get(self, uid: str) -> Visit | None:
        """Return one visit."""

    def many(self, uids: Iterable[str]) -> Mapping[str, Visit]:
        """Return these visits by UID, in the order given; unknown ones are left out."""

    def of_requests(self, keys: Iterable[str]) -> tuple[Visit, ...]:
        """Return all visits of these requests, by start."""

    def of_volunteers(
        self, emails: Iterable[str], *, since: datetime | None = None
    ) -> tuple[Visit, ...]:
        """Return visits in which any of these has or had a part, ending after since, by start."""

    def of_schools(
        self, schools: Iterable[str], *, since: datetime | None = None
    ) -> tuple[Visit, ...]:
        """Return visits at these schools, ending after since, by start."""

    def in_states(
        self,
        states: Iterable[VisitState],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Visit, ...]:
        """Return visits in these states that end after since and start before until, by start."""

    def due_for_release(self, now: datetime) -> tuple[Visit, ...]:
        """Return held visits and pending moves whose release moment has come, by that moment."""

    def add(self, visits: Iterable[Visit]) -> None:
        """Store new visits.

        Raises:
            DoubleBooked: if one would share a volunteer, teacher, class or room with another.
        """

    def save(self, visits: Iterable[Visit]) -> None:
        """Store changed visits, bookings included.

        Raises:
            DoubleBooked: as ``add``.
        """

    def remove(self, uids: Iterable[str]) -> None:
        """Take visits back that nobody ever heard of."""

    def lock(self, resources: Iterable[str]) -> None:
        """Keep every other writer of these resources waiting until this transaction ends."""
