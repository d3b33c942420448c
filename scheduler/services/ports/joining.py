"""What the services need of a store for people who join and for what volunteers choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from scheduler.domain.day_parts import DayPart
from scheduler.domain.joining import Joining, JoiningState
from scheduler.domain.mail_choices import MailChoices
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.other_times import OfferState, TimeOffer
from scheduler.domain.own_weeks import FormerWeek, WeekCheck


class Joinings(Protocol):
    """People who would like to be volunteers; their addresses need not be accounts."""

    def get(self, key: str) -> Joining | None:
        """Return one of them."""

    def of_email(self, email: str) -> tuple[Joining, ...]:
        """Return everything that was sent for this address, by time."""

    def in_states(self, states: Iterable[JoiningState]) -> tuple[Joining, ...]:
        """Return those in these states, by time."""

    def accepted_since(self, moment: datetime) -> frozenset[str]:
        """Return the addresses of those who were accepted then or later."""

    def count_from(self, asked_from: str, *, since: datetime) -> int:
        """Return how many came from this sender since then."""

    def put(self, joinings: Iterable[Joining]) -> None:
        """Add or change these."""

    def remove(self, keys: Iterable[str]) -> None:
        """Forget these."""

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget whoever asked before that and never proved the address; return how many."""


class OwnWeeks(Protocol):
    """Since when volunteers' weeks hold, how they were before, and what their days are cut in."""

    def checks(self, emails: Iterable[str]) -> Mapping[str, WeekCheck]:
        """Return by address since when these weeks hold; what nobody noted is not in it."""

    def right_before(self, moment: datetime) -> tuple[WeekCheck, ...]:
        """Return the checks of active volunteers who last spoke before that, by address."""

    def unchecked(self) -> tuple[str, ...]:
        """Return active volunteers with availability and no check, by address."""

    def put_checks(self, checks: Iterable[WeekCheck]) -> None:
        """Add or change these.

        Raises:
            Unknown: if one is nobody's.
        """

    def former(self, email: str) -> tuple[FormerWeek, ...]:
        """Return a volunteer's former weeks, by their end."""

    def add_former(self, week: FormerWeek) -> None:
        """Keep a week that holds no more.

        Raises:
            Unknown: if it is nobody's.
        """

    def day_parts(self) -> tuple[DayPart, ...]:
        """Return the parts of a day in order, as the district decided or as is usual."""

    def put_day_parts(self, parts: Iterable[DayPart]) -> None:
        """Make the parts of a day exactly these; the usual ones are not kept."""


class TimeOffers(Protocol):
    """Other times that volunteers offered."""

    def get(self, key: str) -> TimeOffer | None:
        """Return one offer."""

    def of_visits(self, uids: Iterable[str]) -> tuple[TimeOffer, ...]:
        """Return all offers for these visits, by time."""

    def in_state(self, state: OfferState) -> tuple[TimeOffer, ...]:
        """Return all offers in that state, by time."""

    def put(self, offers: Iterable[TimeOffer]) -> None:
        """Add or change these.

        Raises:
            Unknown: if one is about no visit, or nobody's.
        """


FIRST_GENERATION: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MailDoor:
    """Whose a link for one purpose is, and whether they have ended the links in their mails."""

    email: str
    has_ended: bool = False


class MailDoors(Protocol):
    """What people and the district chose about mail, and the links by which people choose."""

    def choices(self, emails: Iterable[str]) -> Mapping[str, MailChoices]:
        """Return by address what people chose; who chose nothing is not in it."""

    def choose(self, choices: MailChoices) -> None:
        """Store what a person chose.

        Raises:
            Unknown: if nobody has that address.
        """

    def open(
        self,
        purpose: str,
        email_by_token_sha256: Mapping[str, str],
        *,
        generations: Mapping[str, int] = FIRST_GENERATION,
    ) -> None:
        """Keep the hashes of people's links for one purpose; an unknown address has none.

        ``generations`` are those of the links by address, the first where none is named.
        """

    def behind(self, purpose: str, token_sha256: str) -> MailDoor | None:
        """Return whose link for that purpose it is."""

    def close(self, email: str) -> None:
        """End every such link of a person; the next mail opens new ones."""

    def rules(self) -> MailRules:
        """Return when mail goes, as the district decided or as is usual."""

    def put_rules(self, rules: MailRules) -> None:
        """Keep what the district decided."""
