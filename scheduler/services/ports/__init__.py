"""What the services need of the outside: a clock, a store, mail, a solver, a gazetteer.

The edges implement these; tests bring small fakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from scheduler.domain.districts import Coordinates
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.services.ports.repositories import Activities as Activities
from scheduler.services.ports.repositories import Districts as Districts
from scheduler.services.ports.repositories import Feeds as Feeds
from scheduler.services.ports.repositories import Leases as Leases
from scheduler.services.ports.repositories import Outbox as Outbox
from scheduler.services.ports.repositories import People as People
from scheduler.services.ports.repositories import Proposals as Proposals
from scheduler.services.ports.repositories import Requests as Requests
from scheduler.services.ports.repositories import SignIns as SignIns
from scheduler.services.ports.repositories import Visits as Visits
from scheduler.services.ports.repositories import Volunteers as Volunteers

# Named again so that a store, which knows the services by their ports alone, can build them.
from scheduler.services.records import Activity as Activity
from scheduler.services.records import Feed as Feed
from scheduler.services.records import FeedAddress as FeedAddress
from scheduler.services.records import FeedKind as FeedKind
from scheduler.services.records import OutboxRow as OutboxRow
from scheduler.services.records import OutboxState as OutboxState
from scheduler.services.records import SignInLink as SignInLink
from scheduler.services.records import WebSession as WebSession

Clock = Callable[[], datetime]
Render = Callable[[str, Mapping[str, object]], str]
Progress = Callable[[int, int], None]
Solve = Callable[[Problem, float], Plan]


class Work(Protocol):
    """One transaction over all repositories."""

    districts: Districts
    people: People
    volunteers: Volunteers
    requests: Requests
    proposals: Proposals
    visits: Visits
    outbox: Outbox
    feeds: Feeds
    sign_ins: SignIns
    activities: Activities
    leases: Leases


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that changes nothing and blocks nobody."""

    def write(self) -> AbstractContextManager[Work]:
        """Open a transaction that is committed at the end of the block, or undone by an error."""


class Transport(Protocol):
    """A way to send mail."""

    def open(self) -> AbstractContextManager[Transport]:
        """Keep one connection for several messages."""

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Send one message.

        Raises:
            MailRefused: of ``scheduler.mail.transports``, with the server's code.
        """


class Gazetteer(Protocol):
    """Where a postal code lies."""

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return the centroid of a postal code, None where it is not known."""
