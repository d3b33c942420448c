"""One transaction over all repositories, as the services ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from scheduler.services.ports import (
    Activities,
    Batches,
    BusyCalendars,
    CalendarModes,
    Districts,
    Feeds,
    Journal,
    Leases,
    Outbox,
    People,
    Proposals,
    Requests,
    Runs,
    SignIns,
    Visits,
    Volunteers,
    Work,
)
from scheduler.storage.database import begin
from scheduler.storage.refusals import domain_errors
from scheduler.storage.repositories.activities import SqlActivities
from scheduler.storage.repositories.batches import SqlBatches
from scheduler.storage.repositories.busy_calendars import SqlBusyCalendars
from scheduler.storage.repositories.calendar_modes import SqlCalendarModes
from scheduler.storage.repositories.districts import SqlDistricts
from scheduler.storage.repositories.feeds import SqlFeeds
from scheduler.storage.repositories.journal import SqlJournal, write_notes
from scheduler.storage.repositories.leases import SqlLeases
from scheduler.storage.repositories.outbox import SqlOutbox
from scheduler.storage.repositories.people import SqlPeople
from scheduler.storage.repositories.proposals import SqlProposals
from scheduler.storage.repositories.requests import SqlRequests
from scheduler.storage.repositories.runs import SqlRuns
from scheduler.storage.repositories.sign_ins import SqlSignIns
from scheduler.storage.repositories.visits import SqlVisits
from scheduler.storage.repositories.volunteers import SqlVolunteers


class SqlWork:
    """Implement the port ``Work``: all repositories on one session."""

    def __init__(self, session: Session) -> None:
        self.districts: Districts = SqlDistricts(session)
        self.people: People = SqlPeople(session)
        self.volunteers: Volunteers = SqlVolunteers(session)
        self.busy_calendars: BusyCalendars = SqlBusyCalendars(session)
        self.requests: Requests = SqlRequests(session)
        self.proposals: Proposals = SqlProposals(session)
        self.visits: Visits = SqlVisits(session)
        self.outbox: Outbox = SqlOutbox(session)
        self.feeds: Feeds = SqlFeeds(session)
        self.calendar_modes: CalendarModes = SqlCalendarModes(session)
        self.sign_ins: SignIns = SqlSignIns(session)
        self.activities: Activities = SqlActivities(session)
        self.leases: Leases = SqlLeases(session)
        self.journal: Journal = SqlJournal(session)
        self.runs: Runs = SqlRuns(session)
        self.batches: Batches = SqlBatches(session)


class SqlStore:
    """Implement the port ``Store``, given a way to open sessions.

    ``database.bind`` gives one for a web application, ``database.sessions`` one without.
    """

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Open a transaction that sees one moment, changes nothing and blocks nobody."""
        with self._sessions() as session, domain_errors():
            begin(session, writes=False)
            yield SqlWork(session)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Open a transaction that is committed at the end of the block, or undone by an error."""
        with self._sessions() as session, domain_errors():
            begin(session, writes=True)
            yield SqlWork(session)
            write_notes(session)
            session.commit()
