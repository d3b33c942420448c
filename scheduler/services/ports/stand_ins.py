"""What the services need of a store for searches for stand-ins, and for addresses that bounce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.domain.stand_ins import Rules, StandInAsk, StandInSearch


@dataclass(frozen=True, slots=True)
class Bounce:
    """An address that mail came back from: how often, when last, and what its server said."""

    email: str
    last_at: datetime
    times: int = 1
    problem: str = ""


class StandIns(Protocol):
    """Searches for stand-ins with whom they asked."""

    def get(self, key: str) -> StandInSearch | None:
        """Return one search."""

    def of_visits(self, uids: Iterable[str]) -> tuple[StandInSearch, ...]:
        """Return all searches for these visits, by visit and opening."""

    def watched(self, *, at: datetime) -> tuple[StandInSearch, ...]:
        """Return those that are on, and those stopped of visits that begin after that moment.

        A stopped one counts if it is its visit's latest; by when their next wave is due.
        """

    def asks(self, keys: Iterable[str]) -> tuple[StandInAsk, ...]:
        """Return everybody asked in these searches, by wave and in the order of asking."""

    def last_asked(self, emails: Iterable[str]) -> Mapping[str, datetime]:
        """Return by address when each of these was last asked to step in."""

    def put(self, searches: Iterable[StandInSearch]) -> None:
        """Add or change searches."""

    def put_asks(self, asks: Iterable[StandInAsk]) -> None:
        """Add or change who was asked."""

    def rules(self) -> Rules:
        """Return what the district decided, or what is usual."""

    def put_rules(self, rules: Rules) -> None:
        """Keep what the district decided."""


class Bounces(Protocol):
    """Addresses of people that mail came back from."""

    def of(self, emails: Iterable[str]) -> Mapping[str, Bounce]:
        """Return by address what came back."""

    def all(self) -> tuple[Bounce, ...]:
        """Return every marked address, the latest first."""

    def mark(self, email: str, *, at: datetime, problem: str) -> None:
        """Note that mail to this person came back; an unknown address is nobody's."""

    def clear(self, email: str) -> None:
        """Take the mark away."""
