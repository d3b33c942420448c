"""A small district with its coordinator, wired to real storage: what service tests play in.

Two schools, two teachers, three volunteers who all know robotics, a clock that tests set, a
solver that is the real one, and mail that stays in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from scheduler.domain.districts import Coordinates
from scheduler.domain.people import RoleName
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import APPROVAL_HOLD, Visit
from scheduler.domain.volunteers import Volunteer
from scheduler.factory import mail_renderer
from scheduler.jobs.timetable import Timetable
from scheduler.mail.transports import MemoryTransport
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Cancelled, Plan, Progress
from scheduler.matching.solve import solve
from scheduler.services import approvals, proposals, visits
from scheduler.services.access import Actor
from scheduler.services.feeds import FeedSettings
from scheduler.services.letters import Letterhead
from scheduler.services.ports.fetching import NOTHING_KNOWN, Fetched, FetchFailed, Validators
from scheduler.services.records import Mailbox, OutboxRow
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    COORDINATOR,
    NOW,
    a_bell_schedule,
    a_classroom,
    a_district,
    a_person,
    a_request,
    a_school,
    a_topic_tree,
    a_volunteer,
    an_organization,
)
from tests.databases import filled

BRUNO = "bruno@robots.example"
CHLOE = "chloe@robots.example"
OTHER_TEACHER = "omar@schools.example"
KEY = b"k" * 32


class NoGazetteer:
    """A gazetteer that knows no postal code."""

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return None for every code."""
        return None


class SmallWeb:
    """A web of a few calendars, which a test fills; ``asked`` holds who was asked with what."""

    def __init__(self) -> None:
        self.answer_by_address: dict[str, Fetched | FetchFailed | None] = {}
        self.asked: list[tuple[str, Validators]] = []

    def __call__(self, address: str, *, known: Validators = NOTHING_KNOWN) -> Fetched | None:
        """Return what the test put there; nothing else can be found."""
        self.asked.append((address, known))
        answer = self.answer_by_address.get(address, FetchFailed("The site did not answer."))
        if isinstance(answer, FetchFailed):
            raise answer
        return answer


def solve_quickly(
    problem: Problem,
    seconds: float,
    *,
    progress: Progress | None = None,
    is_cancelled: Cancelled | None = None,
) -> Plan:
    """Solve within a second, always the same way; there is no time to be told to stop."""
    return solve(problem, seconds=min(seconds, 1.0), seed=0, progress=progress)


@dataclass
class World:
    """The district, its clock, and the deeds of its people."""

    store: SqlStore
    now: datetime = NOW
    transport: MemoryTransport = field(default_factory=MemoryTransport)
    gazetteer: NoGazetteer = field(default_factory=NoGazetteer)
    web: SmallWeb = field(default_factory=SmallWeb)

    @property
    def coordinator(self) -> Actor:
        """Return the district's coordinator."""
        return Actor(COORDINATOR, "Carla Meyer", is_coordinator=True)

    @property
    def feeds(self) -> FeedSettings:
        """Return the settings of feeds."""
        return FeedSettings(KEY, "https://visits.example")

    @property
    def letterhead(self) -> Letterhead:
        """Return what mails need of the settings."""
        return Letterhead(
            sender=Mailbox("School visits", "visits@schools.example"),
            reply_address="",
            base_url="https://visits.example",
            secret_key=KEY,
            render=mail_renderer(),
        )

    @property
    def timetable(self) -> Timetable:
        """Return the timetable, on this world's clock."""
        return Timetable(
            store=self.store,
            clock=lambda: self.now,
            lease_clock=lambda: self.now,
            transport=self.transport,
            letterhead=self.letterhead,
            gazetteer=self.gazetteer,
            solve=solve_quickly,
            fetch=self.web,
            owner="this test",
        )

    def post(self) -> None:
        """Let the timetable work once and send all mail, none of which waits for the day."""
        replace(self.timetable, mail_at_any_hour=True).tick()

    def put_requests(self, *requests: ClassroomRequest) -> None:
        """Store requests."""
        with self.store.write() as work:
            work.requests.put(requests)

    def put_volunteers(self, *volunteers: Volunteer) -> None:
        """Store volunteers."""
        with self.store.write() as work:
            work.volunteers.put(volunteers)

    def put_proposals(self, *given: Proposal) -> None:
        """Store proposals as if the engine had made them."""
        with self.store.write() as work:
            work.proposals.put(given)

    def propose(self) -> proposals.Proposed:
        """Ask the engine."""
        return proposals.propose(
            self.store,
            actor=self.coordinator,
            now=self.now,
            gazetteer=self.gazetteer,
            solve=solve_quickly,
            seconds=1,
        )

    def approve(self, *keys: str, all_or_nothing: bool = True) -> approvals.Approval:
        """Approve as the coordinator."""
        return approvals.approve(
            self.store,
            keys,
            actor=self.coordinator,
            now=self.now,
            gazetteer=self.gazetteer,
            all_or_nothing=all_or_nothing,
        )

    def release(self) -> visits.Released:
        """Let the hold-back pass and release what waited for it."""
        self.now += APPROVAL_HOLD
        return visits.release_due(self.store, now=self.now)

    def invite(self, key: str = "robots") -> tuple[Visit, ...]:
        """Propose, approve and release a request; return its visits."""
        self.propose()
        self.approve(key)
        self.release()
        return self.visits_of(key)

    def answer(self, visit: Visit, email: str, says_yes: bool, reason: str = "") -> Visit:
        """Enter an answer as the coordinator."""
        (answered,) = visits.answer(
            self.store,
            (visit.uid,),
            email=email,
            says_yes=says_yes,
            actor=self.coordinator,
            now=self.now,
            reason=reason,
        )
        return answered

    def visits_of(self, key: str = "robots") -> tuple[Visit, ...]:
        """Return a request's visits by start."""
        with self.store.read() as work:
            return work.visits.of_requests((key,))

    def request(self, key: str = "robots") -> ClassroomRequest:
        """Return a request as it is kept."""
        with self.store.read() as work:
            found = work.requests.get(key)
        assert found is not None
        return found

    def proposal(self, key: str = "robots") -> Proposal | None:
        """Return a request's latest proposal."""
        with self.store.read() as work:
            return work.proposals.get(key)

    def mail_of(self, visit: Visit) -> tuple[OutboxRow, ...]:
        """Return every mail about a visit."""
        with self.store.read() as work:
            return work.outbox.of_subjects((visit.uid,))

    def told(self, visit: Visit) -> list[tuple[str, str, str]]:
        """Return purpose, recipient and state of every mail about a visit, sorted."""
        return sorted((row.purpose, row.recipient, str(row.state)) for row in self.mail_of(visit))

    def wait(self, **length: float) -> None:
        """Let the clock run on."""
        self.now += timedelta(**length)


def open_world(engine: Engine) -> World:
    """Return a world on an empty, migrated database."""
    return World(filled(engine, _fill))


def _fill(store: SqlStore) -> None:
    with store.write() as work:
        work.districts.put(a_district())
        work.districts.put_topics(a_topic_tree())
        work.districts.put_bell_schedules((a_bell_schedule(),))
        work.districts.put_organizations((an_organization(),))
        work.districts.put_schools((a_school(), a_school(key="birch", name="Birch School")))
        work.people.put(
            (
                a_person(),
                a_person(email=OTHER_TEACHER, name="Omar Haddad", schools=("birch",)),
                a_person(RoleName.COORDINATOR, email=COORDINATOR, name="Carla Meyer", schools=()),
            )
        )
        other_class = a_classroom(key="birch-7b", school="birch", teacher_email=OTHER_TEACHER)
        work.districts.put_classes((a_classroom(), other_class))
        work.volunteers.put((a_volunteer(),))
        work.requests.put((a_request(),))


def elsewhere(**changes: Any) -> ClassroomRequest:
    """Return the other teacher's request for the same hour at the other school."""
    request = a_request(
        key="bridges", teacher_email=OTHER_TEACHER, school="birch", classroom="birch-7b"
    )
    return replace(request, **changes)


def two_more_volunteers() -> tuple[Volunteer, ...]:
    """Return Bruno and Chloé, who can do what Amara can, a little less well."""
    return (
        a_volunteer(email=BRUNO, name="Bruno Silva", level_by_topic={"robotics": 2}),
        a_volunteer(email=CHLOE, name="Chloé Roy", level_by_topic={"robotics": 1}),
    )
