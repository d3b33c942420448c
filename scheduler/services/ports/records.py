"""What the services need of whoever keeps their own records: mail, sign-ins, deeds, leases.

As with the district's repositories, every method works in sets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from scheduler.domain.people import Person
from scheduler.services.records import (
    Activity,
    OutboxRow,
    OutboxState,
    SignInLink,
    WebSession,
)


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
