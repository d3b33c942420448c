"""The district that browsers visit: the made-up one, on a morning when work is half done.

Twenty proposals wait, eight requests have nobody, people were asked and have answered yes, no
or not yet, and some visits are over. Made once for each test process, then copied.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from scheduler.config import Settings
from scheduler.demo.moving import materialise
from scheduler.domain.visits import Partstat, VisitState
from scheduler.factory import Wiring, timetable_of, wire
from scheduler.services.access import Actor
from scheduler.services.approvals import approve
from scheduler.services.bundles import import_bundle
from scheduler.services.importing import ImportWorker, work_one
from scheduler.services.imports import bring
from scheduler.services.ports import Store
from scheduler.services.proposals import propose
from scheduler.services.visits import answer
from tests.services.world import KEY, solve_quickly

MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
COORDINATOR = "robin.seaward@example.org"
VIEWER = "jo.trustee@example.org"
OFFICE = "simone.comeau@example.org"
ROBIN = Actor(COORDINATOR, "Robin Seaward", is_coordinator=True)
LEFT_TO_APPROVE = 20
# Of three people asked, one says yes, one no, and one has not looked yet.
SAYS = (True, False, None)
# Files on their way into the district: one list waits for a yes, one is full of mistakes.
BROUGHT = {
    "seen_import": {
        "schools.csv": "school,name,latitude,longitude\ncapstan,Capstan Road,44.65,-63.57\n"
        "lighthouse,Lighthouse School,44.66,-63.58\n",
        "requests.csv": "request,teacher_email,title,topic,kind,windows\n",
    },
    "refused_import": {"schools.csv": "school,name,latitude,longitude\ncapstan,,north,-63.57\n"},
}


def settings_for(url: str, folder: Path) -> Settings:
    """Return the settings under which the district lives in that database."""
    return Settings(
        instance=folder,
        database_url=url,
        secret_key=KEY,
        feed_key=KEY,
        base_url="https://visits.example",
        mail_url=f"eml:{folder / 'mail'}",
    )


def fill(url: str, folder: Path) -> None:
    """Put the district into an empty, migrated database."""
    with closing(wire(settings_for(url, folder))) as wiring:
        begun = MORNING - timedelta(hours=2)
        _read_in(wiring, begun)
        _approve_most(wiring, begun)
        _tick(wiring, begun + timedelta(minutes=11))
        _answer(wiring, begun + timedelta(minutes=50))
        _tick(wiring, MORNING - timedelta(minutes=30))
        for name in BROUGHT:
            brought(wiring.store, name, now=MORNING)


def brought(store: Store, name: str, *, now: datetime) -> str:
    """Bring a file in that is looked over and then waits; return the import's key."""
    files = [(file, BytesIO(text.encode())) for file, text in BROUGHT[name].items()]
    found = bring(store, files, actor=ROBIN, now=now)
    work_one(store, worker=ImportWorker("a test", lambda: now, lambda: now))
    return found.key


def _read_in(wiring: Wiring, now: datetime) -> None:
    with TemporaryDirectory() as folder:
        materialise(Path(folder), now.date())
        import_bundle(wiring.store, Path(folder), actor=ROBIN, now=now)


def _approve_most(wiring: Wiring, now: datetime) -> None:
    proposed = propose(
        wiring.store,
        actor=ROBIN,
        now=now,
        gazetteer=wiring.gazetteer,
        solve=solve_quickly,
        seconds=1,
    )
    approve(
        wiring.store,
        proposed.proposed[:-LEFT_TO_APPROVE],
        actor=ROBIN,
        now=now,
        gazetteer=wiring.gazetteer,
        all_or_nothing=False,
    )


def _tick(wiring: Wiring, now: datetime) -> None:
    timetable = replace(
        timetable_of(wiring),
        clock=lambda: now,
        lease_clock=lambda: now,
        mail_at_any_hour=True,
    )
    timetable.tick()
    timetable.give_lease_back()


def _answer(wiring: Wiring, now: datetime) -> None:
    with wiring.store.read() as work:
        invited = work.visits.in_states((VisitState.INVITED,))
    asked = dict.fromkeys(
        (visit.request, booking.volunteer_email)
        for visit in invited
        for booking in visit.present_bookings
        if booking.partstat is Partstat.NEEDS_ACTION
    )
    for turn, (request, email) in enumerate(sorted(asked)):
        says_yes = SAYS[turn % len(SAYS)]
        if says_yes is None:
            continue
        answer(
            wiring.store,
            [visit.uid for visit in invited if visit.request == request],
            email=email,
            says_yes=says_yes,
            actor=ROBIN,
            now=now,
            reason="" if says_yes else "I am away that week",
        )
