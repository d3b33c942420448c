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
from scheduler.matching.proposal import Milestone, Plan

# Named again so that a store, which knows the services by their ports alone, can build them.
from scheduler.services.feed_records import CalendarMode as CalendarMode
from scheduler.services.feed_records import Door as Door
from scheduler.services.feed_records import EventText as EventText
from scheduler.services.feed_records import Fetches as Fetches
from scheduler.services.feed_records import Rendering as Rendering
from scheduler.services.ports.batches import Batches as Batches
from scheduler.services.ports.busy_calendars import BusyCalendars as BusyCalendars
from scheduler.services.ports.feeds import CalendarModes as CalendarModes
from scheduler.services.ports.feeds import Feeds as Feeds
from scheduler.services.ports.journal import Change as Change
from scheduler.services.ports.journal import ChangeKind as ChangeKind
from scheduler.services.ports.journal import Journal as Journal
from scheduler.services.ports.repositories import Activities as Activities
from scheduler.services.ports.repositories import Districts as Districts
from scheduler.services.ports.repositories import Leases as Leases
from scheduler.services.ports.repositories import Outbox as Outbox
from scheduler.services.ports.repositories import People as People
from scheduler.services.ports.repositories import Proposals as Proposals
from scheduler.services.ports.repositories import Requests as Requests
from scheduler.services.ports.repositories import SignIns as SignIns
from scheduler.services.ports.repositories import Visits as Visits
from scheduler.services.ports.repositories import Volunteers as Volunteers
from scheduler.services.ports.runs import Runs as Runs
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


class WatchedSolve(Protocol):
    """A solver that tells how far it is, and that can be told to stop with its best plan."""

    def __call__(
        self,
        problem: Problem,
        seconds: float,
        *,
        progress: Callable[[Milestone], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        """Return the best plan found.

        Raises:
            SearchStopped: if it was told to stop before it had any.
        """


class Work(Protocol):
    """One transaction over all repositories."""

    districts: Districts
    people: People
    volunteers: Volunteers
    busy_calendars: BusyCalendars
    requests: Requests
    proposals: Proposals
    visits: Visits
    outbox: Outbox
    feeds: Feeds
    calendar_modes: CalendarModes
    sign_ins: SignIns
    activities: Activities
    leases: Leases
    journal: Journal
    runs: Runs
    batches: Batches


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
