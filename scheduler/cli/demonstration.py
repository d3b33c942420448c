"""The whole main job on a made-up district, as its people would do it over a morning.

Everything happens in the two hours before the real clock takes over: the import, the
proposals, the approvals, the end of the hold-back, the volunteers' answers, the mail.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.config import Settings
from scheduler.demo.moving import materialise
from scheduler.domain.people import RoleName
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.factory import Wiring, timetable_of, wire
from scheduler.services.access import Actor
from scheduler.services.approvals import Approval, approve
from scheduler.services.bundles import import_bundle
from scheduler.services.feeds import feed_for
from scheduler.services.ports import Progress, Solve
from scheduler.services.proposals import Proposed, propose
from scheduler.services.records import FeedKind
from scheduler.services.sign_in import link_for
from scheduler.services.visits import answer
from scheduler.storage import database

MORNING = timedelta(hours=2)
STEPS = 6
SOLVE_SECONDS = 15.0
LEFT_FOR_THE_VISITOR = 8
LINKS_LAST = timedelta(days=7)
# Of ten people asked, one says no and two have not looked yet.
SAYS = (True, True, True, None, True, True, False, True, None, True)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The demonstration under these settings, which are its own."""

    settings: Settings
    actor: Actor
    solve: Solve

    @property
    def home(self) -> Path:
        """Return the folder that holds its database and mail."""
        return self.settings.instance / "demo"

    def reset(self) -> None:
        """Forget an earlier demonstration, mail and all."""
        shutil.rmtree(self.home)
        self.home.mkdir()

    def run(self, *, progress: Progress) -> tuple[str, ...]:
        """Do the main job if it was not done yet, and return what to tell."""
        database.upgrade(self.settings.database_url)
        with closing(wire(self.settings)) as wiring:
            with wiring.store.read() as work:
                is_new = work.districts.get() is None
            told = self._make(wiring, progress=progress) if is_new else ("The demo goes on.",)
            return (*told, *self._addresses(wiring))

    def _make(self, wiring: Wiring, *, progress: Progress) -> tuple[str, ...]:
        begun = wiring.clock() - MORNING
        progress(0, STEPS)
        self._import(wiring, begun)
        progress(1, STEPS)
        proposed = propose(
            wiring.store,
            actor=self.actor,
            now=begun,
            gazetteer=wiring.gazetteer,
            solve=self.solve,
            seconds=SOLVE_SECONDS,
        )
        progress(3, STEPS)
        approved = approve(
            wiring.store,
            proposed.proposed[:-LEFT_FOR_THE_VISITOR],
            actor=self.actor,
            now=begun,
            gazetteer=wiring.gazetteer,
            all_or_nothing=False,
        )
        self._tick(wiring, at=begun + timedelta(minutes=11))
        progress(4, STEPS)
        yes, no = self._answers(wiring, at=begun + timedelta(minutes=50))
        self._tick(wiring, at=begun + timedelta(minutes=60))
        progress(STEPS, STEPS)
        return self._told(wiring, proposed, approved, yes=yes, no=no)

    def _import(self, wiring: Wiring, now: datetime) -> None:
        with tempfile.TemporaryDirectory() as folder:
            materialise(Path(folder), now.date())
            import_bundle(wiring.store, Path(folder), actor=self.actor, now=now)

    def _tick(self, wiring: Wiring, *, at: datetime) -> None:
        timetable = replace(timetable_of(wiring), clock=lambda: at, mail_at_any_hour=True)
        timetable.run_once()

    def _answers(self, wiring: Wiring, *, at: datetime) -> tuple[int, int]:
        with wiring.store.read() as work:
            invited = work.visits.in_states((VisitState.INVITED,))
        counts = {True: 0, False: 0}
        for turn, (email, visits) in enumerate(_asked(invited)):
            says = SAYS[turn % len(SAYS)]
            if says is None:
                continue
            answer(
                wiring.store,
                (visit.uid for visit in visits),
                email=email,
                says_yes=says,
                actor=self.actor,
                now=at,
                reason="" if says else "I am away that week",
            )
            counts[says] += 1
        return counts[True], counts[False]

    def _told(
        self, wiring: Wiring, proposed: Proposed, approved: Approval, *, yes: int, no: int
    ) -> tuple[str, ...]:
        with wiring.store.read() as work:
            schools, volunteers = len(work.districts.schools()), len(work.volunteers.all())
            organizations = len(work.districts.organizations())
            confirmed = len(work.visits.in_states((VisitState.CONFIRMED,)))
            sent = sum(number for state, number in work.outbox.counts().items() if state == "sent")
        plan = proposed.plan
        return (
            f"Read in: {schools} schools, {volunteers} volunteers of {organizations} "
            f"organizations, {proposed.requests} requests.",
            f"Proposed: {len(proposed.proposed)} requests filled ({plan.status}); "
            f"{len(proposed.unassigned)} have nobody, each with its reasons.",
            f"Approved: {len(approved.approved)}, checked again one by one; "
            f"{LEFT_FOR_THE_VISITOR} are left on the board for you.",
            f"Answered: {yes} yes, {no} no, so {confirmed} visits are confirmed.",
            f"Sent: {sent} mails, kept in {self.home / 'mail'}.",
        )

    def _addresses(self, wiring: Wiring) -> Iterator[str]:
        yield "Sign in as (each link works once):"
        for role, email in _one_per_role(wiring).items():
            token = link_for(wiring.store, email, now=wiring.clock(), lasts=LINKS_LAST)
            yield f"  {role:<12}{self.settings.base_url}/login/{token}"
        busiest = _busiest(wiring)
        if busiest:
            feed = feed_for(
                wiring.store, kind=FeedKind.VOLUNTEER, owner=busiest, settings=wiring.feeds
            )
            yield f"A volunteer's calendar feed: {wiring.feeds.address_of(feed)}"


def _asked(visits: tuple[Visit, ...]) -> Iterator[tuple[str, tuple[Visit, ...]]]:
    """Yield each person with the visits of one request that they were asked to, in order."""
    asked: dict[tuple[str, str], list[Visit]] = {}
    for visit in visits:
        for booking in visit.present_bookings:
            if booking.partstat is Partstat.NEEDS_ACTION:
                asked.setdefault((visit.request, booking.volunteer_email), []).append(visit)
    for (_, email), theirs in sorted(asked.items()):
        yield email, tuple(theirs)


def _one_per_role(wiring: Wiring) -> dict[str, str]:
    """Return the address of one person per role, those with most to see."""
    with wiring.store.read() as work:
        people = work.people.all()
        visits = work.visits.in_states((VisitState.CONFIRMED, VisitState.INVITED))
        requests = work.requests.many({visit.request for visit in visits})
    teachers = [requests[visit.request].teacher_email for visit in visits]
    roles = {"teacher": _most(teachers), "volunteer": _busiest(wiring)}
    for role in (RoleName.COORDINATOR, RoleName.OFFICE, RoleName.VIEWER):
        holders = (email for email, person in people.items() if person.has_role(role))
        roles[str(role)] = next(holders, "")
    return {role: email for role, email in roles.items() if email}


def _busiest(wiring: Wiring) -> str:
    with wiring.store.read() as work:
        visits = work.visits.in_states((VisitState.CONFIRMED,))
    return _most([email for visit in visits for email in visit.volunteers])


def _most(emails: list[str]) -> str:
    return max(sorted(set(emails)), key=emails.count, default="")
