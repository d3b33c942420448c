"""What the services need of a store for mail that came in, and for looking at mail that goes out.

Both are read page by page, the latest first, or one by one where somebody takes all along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from scheduler.domain.incoming import Incoming, IncomingState
from scheduler.services.records import OutboxRow, OutboxState


@dataclass(frozen=True, slots=True)
class MailWanted:
    """Which mail is meant: in these states, to a person, both empty for any; about these subjects.

    Each word of ``text`` begins one of their name, or their address holds it. ``subjects`` of
    None are all there are.
    """

    states: Collection[OutboxState] = ()
    text: str = ""
    subjects: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class LoggedMail:
    """A mail with whom it is for by name, empty where there is no account."""

    row: OutboxRow
    name: str


class Inbox(Protocol):
    """E-mails that need a person."""

    def get(self, key: str) -> Incoming | None:
        """Return one mail."""

    def many(self, *, state: IncomingState, limit: int, offset: int = 0) -> tuple[Incoming, ...]:
        """Return mail in that state, the latest first."""

    def every(self, state: IncomingState) -> Iterator[Incoming]:
        """Yield all mail in that state, the latest first, in one statement."""

    def count(self, state: IncomingState) -> int:
        """Return how many are in that state."""

    def add(self, mails: Iterable[Incoming]) -> int:
        """Store mail whose key is new and return how many were; an unknown account is none."""

    def save(self, mails: Iterable[Incoming]) -> None:
        """Store changed mail."""


class MailLog(Protocol):
    """Every mail that was written; it reads and never writes."""

    def many(self, wanted: MailWanted, *, limit: int, offset: int = 0) -> tuple[LoggedMail, ...]:
        """Return the mail wanted, the latest first."""

    def every(self, wanted: MailWanted) -> Iterator[LoggedMail]:
        """Yield all the mail wanted, the latest first, in one statement."""

    def get(self, key: str) -> LoggedMail | None:
        """Return one mail."""
