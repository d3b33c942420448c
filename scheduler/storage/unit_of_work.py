"""One transaction over all repositories, as the services ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from scheduler.services.ports import (
    Accounts,
    Activities,
    Batches,
    Bounces,
    BusyCalendars,
    CalendarModes,
    Closings,
    Diary,
    Districts,
    Drafts,
    Feedbacks,
    Feeds,
    Handovers,
    Imports,
    Inbox,
    Joinings,
    Journal,
    Leases,
    Listings,
    MailDoors,
    MailLog,
    Marks,
    Messages,
    Outbox,
    Outcome,
    OwnWeeks,
    People,
    Promises,
    Proposals,
    Queue,
    Requests,
    Runs,
    Search,
    SignIns,
    StandIns,
    TimeOffers,
    Traces,
    Visits,
    Vitals,
    Volunteers,
    Work,
)
from scheduler.storage.database import begin
from scheduler.storage.refusals import domain_errors
from scheduler.storage.repositories.accounts import SqlAccounts
from scheduler.storage.repositories.activities import SqlActivities
from scheduler.storage.repositories.asking import (
    SqlDrafts,
    SqlFeedbacks,
    SqlHandovers,
    SqlMessages,
    SqlPromises,
)
from scheduler.storage.repositories.batches import SqlBatches
from scheduler.storage.repositories.busy_calendars import SqlBusyCalendars
from scheduler.storage.repositories.calendar_modes import SqlCalendarModes
from scheduler.storage.repositories.closings import SqlClosings
from scheduler.storage.repositories.diary import SqlDiary
from scheduler.storage.repositories.districts import SqlDistricts
from scheduler.storage.repositories.districts_once import DistrictsOnce
from scheduler.storage.repositories.feeds import SqlFeeds
from scheduler.storage.repositories.imports import SqlImports
from scheduler.storage.repositories.joinings import SqlJoinings
from scheduler.storage.repositories.journal import SqlJournal, write_notes
from scheduler.storage.repositories.leases import SqlLeases
from scheduler.storage.repositories.listings import SqlListings
from scheduler.storage.repositories.mail_desk import SqlInbox, SqlMailLog
from scheduler.storage.repositories.mail_doors import SqlMailDoors
from scheduler.storage.repositories.marks import SqlMarks
from scheduler.storage.repositories.outbox import SqlOutbox, settle
from scheduler.storage.repositories.own_weeks import SqlOwnWeeks
from scheduler.storage.repositories.people import SqlPeople
from scheduler.storage.repositories.proposals import SqlProposals
from scheduler.storage.repositories.queue import SqlQueue
from scheduler.storage.repositories.requests import SqlRequests
from scheduler.storage.repositories.runs import SqlRuns
from scheduler.storage.repositories.search import SqlSearch
from scheduler.storage.repositories.sign_ins import SqlSignIns
from scheduler.storage.repositories.stand_ins import SqlBounces, SqlStandIns
from scheduler.storage.repositories.time_offers import SqlTimeOffers
from scheduler.storage.repositories.traces import SqlTraces
from scheduler.storage.repositories.visits import SqlVisits
from scheduler.storage.repositories.vitals import SqlVitals
from scheduler.storage.repositories.volunteers import SqlVolunteers


class SqlWork:
    """Implement the port ``Work``: all repositories on one session."""

    def __init__(self, session: Session, *, writes: bool) -> None:
        self.districts: Districts = SqlDistricts(session) if writes else DistrictsOnce(session)
        self.people: People = SqlPeople(session)
        self.volunteers: Volunteers = SqlVolunteers(session)
        self.busy_calendars: BusyCalendars = SqlBusyCalendars(session)
        self.requests: Requests = SqlRequests(session)
        self.proposals: Proposals = SqlProposals(session)
        self.queue: Queue = SqlQueue(session)
        self.visits: Visits = SqlVisits(session)
        self.outbox: Outbox = SqlOutbox(session)
        self.feeds: Feeds = SqlFeeds(session)
        self.calendar_modes: CalendarModes = SqlCalendarModes(session)
        self.sign_ins: SignIns = SqlSignIns(session)
        self.activities: Activities = SqlActivities(session)
        self.leases: Leases = SqlLeases(session)
        self.marks: Marks = SqlMarks(session)
        self.vitals: Vitals = SqlVitals(session)
        self.journal: Journal = SqlJournal(session)
        self.runs: Runs = SqlRuns(session)
        self.imports: Imports = SqlImports(session)
        self.batches: Batches = SqlBatches(session)
        self.listings: Listings = SqlListings(session)
        self.search: Search = SqlSearch(session)
        self.accounts: Accounts = SqlAccounts(session)
        self.closings: Closings = SqlClosings(session)
        self.drafts: Drafts = SqlDrafts(session)
        self.messages: Messages = SqlMessages(session)
        self.feedbacks: Feedbacks = SqlFeedbacks(session)
        self.handovers: Handovers = SqlHandovers(session)
        self.promises: Promises = SqlPromises(session)
        self.traces: Traces = SqlTraces(session)
        self.joinings: Joinings = SqlJoinings(session)
        self.own_weeks: OwnWeeks = SqlOwnWeeks(session)
        self.time_offers: TimeOffers = SqlTimeOffers(session)
        self.mail_doors: MailDoors = SqlMailDoors(session)
        self.inbox: Inbox = SqlInbox(session)
        self.mail_log: MailLog = SqlMailLog(session)
        self.stand_ins: StandIns = SqlStandIns(session)
        self.bounces: Bounces = SqlBounces(session)
        self.diary: Diary = SqlDiary(session)


class SqlStore:
    """Implement the port ``Store``, given a way to open sessions.

    ``database.bind`` gives one for a web application, ``database.sessions`` one without.
    """

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Open a transaction that sees one moment, changes nothing and blocks nobody."""
        with domain_errors(), self._sessions() as session:
            begin(session, writes=False)
            yield SqlWork(session, writes=False)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Open a transaction that is committed at the end of the block, or undone by an error."""
        with domain_errors(), self._sessions() as session:
            begin(session, writes=True)
            yield SqlWork(session, writes=True)
            write_notes(session)
            session.commit()

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Enter what became of claimed mails, in a transaction of its own."""
        with domain_errors():
            settle(self._engine, outcomes)

    @cached_property
    def _engine(self) -> Engine:
        with self._sessions() as session:
            return session.get_bind().engine
