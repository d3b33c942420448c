"""What the services need of a store's repositories, one protocol per noun.

Every repository takes and gives domain values and works in sets: no method is meant to be
called once per row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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
from scheduler.services.records import (
    Activity,
    OutboxRow,
    OutboxState,
    SignInLink,
    WebSession,
)


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


class Outbox(Protocol):
    """Mail to be sent, once."""

    def add(self, rows: Iterable[OutboxRow]) -> int:
        """Store rows whose key is new and return how many were; others are left as they are."""

    def of_subjects(self, subjects: Iterable[str]) -> tuple[OutboxRow, ...]:
        """Return all mail about these subjects, by creation."""

    def set_state(
        self, keys: Iterable[str], *, state: OutboxState, due_at: datetime | None = None
    ) -> None:
        """Move rows to another state, and to another due moment where given."""

    def remove(self, keys: Iterable[str]) -> None:
        """Forget rows that were held for a change which was taken back."""

    def recall(self, keys: Iterable[str]) -> int:
        """Take rows back that nobody began to send; return how many there were."""

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """Take rows for sending, longest due first, and count the attempt; nobody else takes them.

        A row taken by a process that died counts as due again once its ``until`` has passed.
        """

    def take_back(self) -> int:
        """Make rows due again that a process took and never answered for; return how many.

        Only for whoever knows that no other process is sending.
        """

    def mark(
        self,
        key: str,
        *,
        state: OutboxState,
        at: datetime,
        due_at: datetime | None = None,
        problem: str = "",
        is_our_fault: bool = False,
        attempt: int | None = None,
    ) -> None:
        """Enter what became of a claimed row; a retry is ``due`` with its next moment.

        With ``attempt``, only while that attempt is the latest and still under way: who was
        thought dead changes nothing.
        """

    def postpone(self, rows: Iterable[OutboxRow], *, due_at: datetime) -> None:
        """Let claimed rows wait until then, as if nobody had tried to send them.

        Only those that nobody has claimed since: another may be sending them at this moment.
        """

    def tie_together(self, keys: Iterable[str], *, bundle: str) -> None:
        """Note that these rows travel in one mail, now and whenever they are tried again."""

    def forget(self, *, before: datetime) -> int:
        """Forget rows of before then that wait for nothing any more; return how many."""

    def held_up(self, recipients: Iterable[str], *, now: datetime) -> Mapping[str, datetime]:
        """Return until when mail that a server refused for now waits, for those who have some."""

    def counts(self) -> Mapping[OutboxState, int]:
        """Return how many rows are in each state."""


class SignIns(Protocol):
    """One-time links and signed-in browsers."""

    def add_link(self, link: SignInLink) -> None:
        """Store a link's hash."""

    def use_link(self, token_sha256: str, *, now: datetime) -> str | None:
        """Use up an unused, unexpired link and return its address, else None."""

    def end_links(self, email: str, *, at: datetime) -> None:
        """End every link of that address which nobody has used yet."""

    def recent_links(self, email: str, *, since: datetime) -> int:
        """Return how many links that address was given since then."""

    def add_session(self, session: WebSession) -> None:
        """Store a signed-in browser."""

    def session(self, token_sha256: str) -> WebSession | None:
        """Return a signed-in browser, expired ones too."""

    def signed_in(self, token_sha256: str) -> tuple[WebSession, Person] | None:
        """Return a signed-in browser with whose it is, expired ones too."""

    def touch_session(self, token_sha256: str, *, seen_at: datetime) -> None:
        """Note that a browser was seen."""

    def end_sessions(self, *, token_sha256: str | None = None, email: str | None = None) -> None:
        """Sign out one browser, or every browser of an address."""

    def forget_links(self, *, before: datetime) -> int:
        """Forget links that ran out before then; return how many."""

    def forget_sessions(self, *, before: datetime) -> int:
        """Forget browsers whose session ended before then; return how many."""


class Activities(Protocol):
    """Who did what."""

    def add(self, entries: Iterable[Activity]) -> None:
        """Append entries."""

    def recent(
        self,
        *,
        limit: int,
        actors: Collection[str] | None = None,
        deeds: Iterable[str] | None = None,
        before: datetime | None = None,
    ) -> tuple[Activity, ...]:
        """Return the latest entries, newest first: of these actors, of these deeds, older ones.

        Those of the last moment come all, so that whoever reads on before it misses none.
        """

    def every(
        self, *, actors: Collection[str] | None = None, deeds: Iterable[str] | None = None
    ) -> Iterator[Activity]:
        """Yield all entries, newest first, in one statement: of these actors, of these deeds."""


class Leases(Protocol):
    """Who may work on what, one process at a time."""

    def take(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take a lease, or one's own again; False while somebody else's still holds."""

    def renew(self, name: str, *, owner: str, until: datetime) -> bool:
        """Prolong a lease, also a late one; False once somebody else took it.

        Until the transaction ends nobody else can take it then.
        """

    def give_back(self, name: str, *, owner: str, at: datetime) -> None:
        """End one's own lease at once; somebody else's is left alone."""

    def seen(self, name: str) -> datetime | None:
        """Return until when the lease was last taken, None if never."""
