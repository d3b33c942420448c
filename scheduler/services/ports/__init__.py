"""What the services need of the outside: a clock, a store, mail, a solver, a gazetteer.

The edges implement these; tests bring small fakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from scheduler.domain.districts import Coordinates
from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Milestone, Plan

# Named again so that a store, which knows the services by their ports alone, can build them.
from scheduler.services.feed_records import CalendarMode as CalendarMode
from scheduler.services.feed_records import Door as Door
from scheduler.services.feed_records import EventText as EventText
from scheduler.services.feed_records import Fetches as Fetches
from scheduler.services.feed_records import Glimpse as Glimpse
from scheduler.services.feed_records import Rendering as Rendering
from scheduler.services.ports.asking import Draft as Draft
from scheduler.services.ports.asking import Drafts as Drafts
from scheduler.services.ports.asking import Feedbacks as Feedbacks
from scheduler.services.ports.asking import Handovers as Handovers
from scheduler.services.ports.asking import Messages as Messages
from scheduler.services.ports.asking import Promises as Promises
from scheduler.services.ports.batches import Batches as Batches
from scheduler.services.ports.busy_calendars import BusyCalendars as BusyCalendars
from scheduler.services.ports.care import Accounts as Accounts
from scheduler.services.ports.care import AccountsWanted as AccountsWanted
from scheduler.services.ports.care import Closings as Closings
from scheduler.services.ports.care import CountOfOrganization as CountOfOrganization
from scheduler.services.ports.care import CountOfSchool as CountOfSchool
from scheduler.services.ports.care import ListedAccount as ListedAccount
from scheduler.services.ports.care import ListedVolunteer as ListedVolunteer
from scheduler.services.ports.care import Listings as Listings
from scheduler.services.ports.care import OnSheet as OnSheet
from scheduler.services.ports.care import SoughtWord as SoughtWord
from scheduler.services.ports.care import VolunteersWanted as VolunteersWanted
from scheduler.services.ports.care import Waiting as Waiting
from scheduler.services.ports.diary import Diary as Diary
from scheduler.services.ports.diary import DiaryLine as DiaryLine
from scheduler.services.ports.diary import DiaryWanted as DiaryWanted
from scheduler.services.ports.diary import Guest as Guest
from scheduler.services.ports.diary import OwnWeek as OwnWeek
from scheduler.services.ports.diary import VisitFacts as VisitFacts
from scheduler.services.ports.feeds import CalendarModes as CalendarModes
from scheduler.services.ports.feeds import Feeds as Feeds
from scheduler.services.ports.finding import NamedClass as NamedClass
from scheduler.services.ports.finding import NamedPerson as NamedPerson
from scheduler.services.ports.finding import NamedRequest as NamedRequest
from scheduler.services.ports.finding import NamedVisit as NamedVisit
from scheduler.services.ports.finding import Search as Search
from scheduler.services.ports.finding import Sought as Sought
from scheduler.services.ports.imports import Imports as Imports
from scheduler.services.ports.joining import Joinings as Joinings
from scheduler.services.ports.joining import MailDoor as MailDoor
from scheduler.services.ports.joining import MailDoors as MailDoors
from scheduler.services.ports.joining import OwnWeeks as OwnWeeks
from scheduler.services.ports.joining import TimeOffers as TimeOffers
from scheduler.services.ports.journal import Change as Change
from scheduler.services.ports.journal import ChangeKind as ChangeKind
from scheduler.services.ports.journal import Journal as Journal
from scheduler.services.ports.mail_desk import Inbox as Inbox
from scheduler.services.ports.mail_desk import LoggedMail as LoggedMail
from scheduler.services.ports.mail_desk import MailLog as MailLog
from scheduler.services.ports.mail_desk import MailWanted as MailWanted
from scheduler.services.ports.marks import Marks as Marks
from scheduler.services.ports.queue import Queue as Queue
from scheduler.services.ports.records import Activities as Activities
from scheduler.services.ports.records import Leases as Leases
from scheduler.services.ports.records import Outbox as Outbox
from scheduler.services.ports.records import SignIns as SignIns
from scheduler.services.ports.repositories import Districts as Districts
from scheduler.services.ports.repositories import People as People
from scheduler.services.ports.repositories import Proposals as Proposals
from scheduler.services.ports.repositories import Requests as Requests
from scheduler.services.ports.repositories import Visits as Visits
from scheduler.services.ports.repositories import Volunteers as Volunteers
from scheduler.services.ports.runs import Runs as Runs
from scheduler.services.ports.stand_ins import Bounce as Bounce
from scheduler.services.ports.stand_ins import Bounces as Bounces
from scheduler.services.ports.stand_ins import StandIns as StandIns
from scheduler.services.ports.traces import Acquaintance as Acquaintance
from scheduler.services.ports.traces import Outline as Outline
from scheduler.services.ports.traces import Trace as Trace
from scheduler.services.ports.traces import Traces as Traces
from scheduler.services.ports.vitals import CalendarHealth as CalendarHealth
from scheduler.services.ports.vitals import Counts as Counts
from scheduler.services.ports.vitals import Vitals as Vitals
from scheduler.services.queue_rows import Claim as Claim
from scheduler.services.queue_rows import Named as Named
from scheduler.services.queue_rows import Order as Order
from scheduler.services.queue_rows import Pile as Pile
from scheduler.services.queue_rows import QueueLine as QueueLine
from scheduler.services.queue_rows import QueueLines as QueueLines
from scheduler.services.queue_rows import Wanted as Wanted
from scheduler.services.records import Activity as Activity
from scheduler.services.records import Feed as Feed
from scheduler.services.records import FeedAddress as FeedAddress
from scheduler.services.records import FeedKind as FeedKind
from scheduler.services.records import OutboxRow as OutboxRow
from scheduler.services.records import OutboxState as OutboxState
from scheduler.services.records import Outcome as Outcome
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
    queue: Queue
    visits: Visits
    outbox: Outbox
    feeds: Feeds
    calendar_modes: CalendarModes
    sign_ins: SignIns
    activities: Activities
    leases: Leases
    marks: Marks
    vitals: Vitals
    journal: Journal
    runs: Runs
    imports: Imports
    batches: Batches
    listings: Listings
    search: Search
    accounts: Accounts
    closings: Closings
    drafts: Drafts
    messages: Messages
    feedbacks: Feedbacks
    handovers: Handovers
    promises: Promises
    traces: Traces
    joinings: Joinings
    own_weeks: OwnWeeks
    time_offers: TimeOffers
    mail_doors: MailDoors
    inbox: Inbox
    mail_log: MailLog
    stand_ins: StandIns
    bounces: Bounces
    diary: Diary


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that changes nothing and blocks nobody."""

    def write(self) -> AbstractContextManager[Work]:
        """Open a transaction that is committed at the end of the block, or undone by an error."""


class PostStore(Store, Protocol):
    """A store that mail goes out from."""

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Enter what became of claimed mails, in a transaction of its own.

        Each only while that attempt is the latest and still under way: who was thought dead
        changes nothing.
        """


class Transport(Protocol):
    """A way to send mail."""

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[Transport]:
        """Keep one connection for several messages.

        ``meanwhile`` may be called whenever there is nothing to do but wait for an answer: of
        each mail for the first time before its octets leave.
        """

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one message.

        Raises:
            MailRefused: of ``scheduler.mail.transports``, with the server's code.
        """


class Gazetteer(Protocol):
    """Where a postal code lies."""

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return the centroid of a postal code, None where it is not known."""
