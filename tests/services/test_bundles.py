"""The district as a bundle: all or nothing, once, and back out as it went in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from scheduler.bundle.changes import Change
from scheduler.bundle.pruning import Prunable
from scheduler.demo.moving import materialise
from scheduler.domain.errors import BadInput, NotAllowed
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.periods import Period
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services import approvals, bundles, proposals, visits
from scheduler.services.access import Actor
from scheduler.services.bundles import Imported
from scheduler.services.ports import Store
from scheduler.services.records import OutboxState
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, TEACHER, moment
from tests.bundle.sample import BELLS, BOOKINGS, REQUESTS, WHOLE, changed, lay
from tests.bundle.test_writing import files_of
from tests.databases import postgres_database, sqlite_database
from tests.services.world import NoGazetteer, solve_quickly

OPERATOR = Actor.operator()
BUSY = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Test//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20261101T000000Z\r
SUMMARY:Dentist\r
DTSTART:20261215T150000Z\r
DTEND:20261215T160000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""
FILES = {**WHOLE, "busy/amara@robots.example.ics": BUSY}


@pytest.fixture
def stores(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, sqlite_template: Path
) -> Iterator[tuple[Store, Store]]:
    """Yield two empty districts, each in a database of the same kind."""
    with ExitStack() as ending:
        if database_url.startswith("sqlite"):
            (tmp_path / "second").mkdir()
            second_url = sqlite_database(tmp_path / "second", template=sqlite_template)
        else:
            server, template = map(
                request.getfixturevalue, ("postgres_server_url", "postgres_template")
            )
            second_url = ending.enter_context(postgres_database(server, template=template))
        engines = [connect(url) for url in (database_url, second_url)]
        first, second = (SqlStore(sessions(engine)) for engine in engines)
        yield first, second
        for engine in engines:
            engine.dispose()


@pytest.fixture
def store(stores: tuple[Store, Store]) -> Store:
    """Return one empty district."""
    return stores[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds the sample bundle."""
    return lay(tmp_path / "bundle", FILES)


def bring_in(store: Store, folder: Path, **wishes: bool) -> Imported:
    """Import a folder as the operator."""
    return bundles.import_bundle(store, folder, actor=OPERATOR, now=NOW, **wishes)


def written(store: Store, folder: Path) -> dict[str, bytes]:
    """Export a district and return its files."""
    bundles.export_bundle(store, folder, actor=OPERATOR)
    return files_of(folder)


def visit(store: Store, uid: str = "v1") -> Visit:
    """Return a visit that is there."""
    with store.read() as work:
        found = work.visits.get(uid)
    assert found is not None
    return found


def is_empty(store: Store) -> bool:
    """Tell whether nothing was ever imported."""
    with store.read() as work:
        return work.districts.get() is None and not work.people.all()


class TestImport:
    def test_everything_is_there_afterwards(self, store: Store, folder: Path) -> None:
        done = bring_in(store, folder)
        assert {change.kind for change in done.changes if change.is_addition} >= {
            "district",
            "topic",
            "school",
            "staff",
            "class",
            "organization",
            "volunteer",
            "request",
            "booking",
        }
        with store.read() as work:
            bundle = bundles.as_bundle(work)
        assert bundle.district is not None
        assert bundle.district.name == "Lakeshore District"
        assert [sorted(part or ()) for part in (bundle.schools, bundle.volunteers)] == [
            ["harbour", "maple"],
            ["amara@robots.example", "noor@example.org"],
        ]
        assert (bundle.requests or {}).keys() == {"r1", "r2"}

    def test_calendar_is_kept_as_it_came_with_what_it_means(
        self, store: Store, folder: Path
    ) -> None:
        bring_in(store, folder)
        with store.read() as work:
            amara = work.volunteers.get("amara@robots.example")
        assert amara is not None
        assert amara.busy is not None
        assert amara.busy.content == BUSY.encode()
        assert amara.busy.busy == (Period(moment("2026-12-15 10:00"), moment("2026-12-15 11:00")),)

    def test_second_import_changes_nothing(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        with store.read() as work:
            first, entries = bundles.as_bundle(work), work.activities.recent(limit=9)
        assert bring_in(store, folder) == Imported((), Prunable((), ()))
        with store.read() as work:
            assert bundles.as_bundle(work) == first
            assert work.activities.recent(limit=9) == entries

    def test_second_import_on_another_day_changes_nothing(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        later = bundles.import_bundle(store, folder, actor=OPERATOR, now=NOW + timedelta(days=20))
        assert later.changes == ()

    def test_it_is_noted_who_imported_what(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        with store.read() as work:
            (entry,) = work.activities.recent(limit=9)
        assert (entry.at, entry.actor, entry.deed, entry.subject) == (
            NOW,
            "command line",
            "imported",
            "bundle",
        )

    def test_only_coordinators_import_and_export(self, store: Store, folder: Path) -> None:
        teacher = Actor(TEACHER, "Lena", is_teacher=True)
        with pytest.raises(NotAllowed):
            bundles.import_bundle(store, folder, actor=teacher, now=NOW)
        with pytest.raises(NotAllowed):
            bundles.export_bundle(store, folder / "out", actor=teacher)
        assert is_empty(store)
        assert not (folder / "out").exists()

    def test_mistake_anywhere_keeps_everything_out(self, store: Store, tmp_path: Path) -> None:
        wrong = REQUESTS.replace("robotics,talk", "alchemy,talk")
        files = changed(requests=wrong, bells=BELLS)
        del files["bells.csv"]
        with pytest.raises(BadInput) as refusal:
            bring_in(store, lay(tmp_path / "wrong", files))
        (problem,) = refusal.value.problems
        assert (problem.file, problem.row, problem.column) == ("requests.csv", 2, "topic")
        assert is_empty(store)

    def test_mistake_in_a_later_bundle_changes_nothing(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        bring_in(store, folder)
        before = written(store, tmp_path / "before")
        lay(
            folder,
            {
                "schools.csv": FILES["schools.csv"].replace("Maple School", "Oak School"),
                "bookings.csv": BOOKINGS.replace("2026-12-08T11:40", "2026-12-08T10:40"),
            },
        )
        with pytest.raises(BadInput):
            bring_in(store, folder)
        assert written(store, tmp_path / "after") == before

    def test_booking_that_meets_another_is_refused_with_the_rest(
        self, store: Store, folder: Path
    ) -> None:
        bring_in(store, folder)
        row = BOOKINGS.splitlines()[1].replace("v1,r1", "v9,r2")
        lay(folder, {"bookings.csv": BOOKINGS + row + "\n"})
        with pytest.raises(BadInput):
            bring_in(store, folder)
        with store.read() as work:
            assert work.visits.get("v9") is None

    def test_change_made_while_the_files_are_read_is_not_lost(
        self, store: Store, folder: Path
    ) -> None:
        bring_in(store, folder)
        lay(folder, {"requests.csv": REQUESTS.replace("Meet a nurse", "Meet a doctor")})

        def withdraw(rows_done: int, rows: int) -> None:
            with store.read() as work:
                request = work.requests.get("r2")
            assert request is not None
            if request.state is RequestState.OPEN:
                with store.write() as work:
                    work.requests.put((replace(request, state=RequestState.WITHDRAWN),))

        found = bundles.import_bundle(store, folder, actor=OPERATOR, now=NOW, progress=withdraw)
        assert [(change.key, change.field) for change in found.changes] == [("r2", "title")]
        with store.read() as work:
            request = work.requests.get("r2")
        assert request is not None
        assert (request.title, request.state) == ("Meet a doctor", RequestState.WITHDRAWN)


class TestDryRun:
    def test_first_one_says_what_would_come_and_brings_nothing(
        self, store: Store, folder: Path
    ) -> None:
        would = bring_in(store, folder, dry_run=True)
        assert is_empty(store)
        assert bring_in(store, folder) == would

    def test_it_lists_every_edit_of_the_page_that_would_go(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        bring_in(store, folder)
        with store.write() as work:
            request = work.requests.get("r1")
            school = work.districts.schools()["maple"]
            assert request is not None
            work.requests.put((replace(request, title="Robots, seen from inside"),))
            work.districts.put_schools((replace(school, phone="416-555-0199"),))
        before = written(store, tmp_path / "before")
        would = bring_in(store, folder, dry_run=True)
        assert [change for change in would.changes if change.is_overwrite] == [
            Change("school", "maple", "phone", "416-555-0199", "416-555-0100"),
            Change("request", "r1", "title", "Robots, seen from inside", "How do robots see?"),
        ]
        assert written(store, tmp_path / "after") == before
        assert bring_in(store, folder).changes == would.changes
        assert bring_in(store, folder).changes == ()


class TestPrune:
    def lacking(self, folder: Path) -> Path:
        """Return the folder without Noor, Paul and the request r2."""
        noor = [line for line in FILES["volunteers.csv"].splitlines() if "noor@" not in line]
        clear = [line for line in FILES["clearances.csv"].splitlines() if "noor@" not in line]
        staff = [line for line in FILES["staff.csv"].splitlines() if "paul@" not in line]
        requests = FILES["requests.csv"].split("r2,")[0]
        return lay(
            folder,
            {
                "volunteers.csv": "\n".join(noor) + "\n",
                "clearances.csv": "\n".join(clear) + "\n",
                "staff.csv": "\n".join(staff) + "\n",
                "requests.csv": requests,
            },
        )

    def test_without_it_nothing_goes(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        assert bring_in(store, self.lacking(folder)).pruned == Prunable((), ())
        with store.read() as work:
            assert work.requests.all(states=(RequestState.OPEN,)).keys() == {"r2"}

    def test_requests_are_withdrawn_and_people_put_to_rest(
        self, store: Store, folder: Path
    ) -> None:
        bring_in(store, folder)
        done = bring_in(store, self.lacking(folder), prune=True)
        assert done.pruned == Prunable(("r2",), ("noor@example.org", "paul@schools.example"))
        with store.read() as work:
            request, volunteer = work.requests.get("r2"), work.volunteers.get("noor@example.org")
            people = work.people.many(("noor@example.org", "paul@schools.example"))
        assert request is not None
        assert volunteer is not None
        assert request.state is RequestState.WITHDRAWN
        assert volunteer.is_active is False
        assert [person.is_active for person in people.values()] == [False, False]
        assert bring_in(store, folder, prune=True).pruned == Prunable((), ())

    def test_dry_run_only_says_what_would_go(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        done = bring_in(store, self.lacking(folder), prune=True, dry_run=True)
        assert done.pruned.requests == ("r2",)
        with store.read() as work:
            assert work.requests.all(states=(RequestState.OPEN,)).keys() == {"r2"}

    def test_request_that_was_booked_while_the_files_were_read_stays(
        self, store: Store, folder: Path
    ) -> None:
        bring_in(store, folder)

        def book(rows_done: int, rows: int) -> None:
            with store.read() as work:
                request = work.requests.get("r2")
            assert request is not None
            if request.state is RequestState.OPEN:
                with store.write() as work:
                    work.requests.put((replace(request, state=RequestState.BOOKED),))

        done = bundles.import_bundle(
            store, self.lacking(folder), actor=OPERATOR, now=NOW, prune=True, progress=book
        )
        assert done.pruned.requests == ()
        with store.read() as work:
            assert work.requests.all(states=(RequestState.BOOKED,)).keys() == {"r1", "r2"}

    def test_bookings_are_never_touched(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        before = visit(store)
        header = BOOKINGS.splitlines()[0]
        lay(folder, {"bookings.csv": header + "\n"})
        bring_in(store, folder, prune=True)
        assert visit(store) == before

    def test_pending_proposal_of_a_pruned_request_goes(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        propose(store)
        bring_in(store, self.lacking(folder), prune=True)
        with store.read() as work:
            assert "r2" not in {**work.proposals.all(), **work.proposals.unassigned()}


def propose(store: Store) -> None:
    """Ask the engine."""
    proposals.propose(
        store,
        actor=OPERATOR,
        now=NOW,
        gazetteer=NoGazetteer(),
        solve=solve_quickly,
        seconds=1,
    )


class TestBookings:
    def test_they_send_no_mail_and_hold_the_hour(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        found = visit(store)
        assert found.state is VisitState.CONFIRMED
        assert {key for key, _ in found.occupied} == {
            "volunteer:amara@robots.example",
            "teacher:lena@schools.example",
            "class:maple-5b",
            "room:maple/12",
        }
        with store.read() as work:
            assert work.outbox.counts() == dict.fromkeys(OutboxState, 0)

    def test_their_people_are_not_proposed_for_that_hour(self, store: Store, folder: Path) -> None:
        same_hour = REQUESTS.split("r2,")[0] + (
            "r2,lena@schools.example,,Meet a robot,robotics,talk,either,en,,1,1,7,"
            "2026-12-08 P3,1,,,,,\n"
        )
        bring_in(store, lay(folder, {"requests.csv": same_hour}))
        propose(store)
        with store.read() as work:
            assert work.proposals.get("r2") is None
            assert "r2" in work.proposals.unassigned()


class TestExport:
    def test_export_into_an_empty_database_gives_an_equal_export(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        first, second = stores
        bring_in(first, folder)
        exported = written(first, tmp_path / "first")
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "second-export") == exported
        assert bring_in(first, tmp_path / "first").changes == ()
        assert bring_in(second, tmp_path / "second-export").changes == ()

    def test_lived_in_district_comes_back_as_it_was(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        first, second = stores
        noor = "noor@example.org,Mon,08:00,18:00,,\n"
        cleared = FILES["clearances.csv"].replace(
            "2026-11-01,,,partner programme,harbour,pending", "2026-11-01,2026-11-02,,,,approved"
        )
        asked = REQUESTS + (
            "r3,lena@schools.example,maple-5b,Robots again,robotics,talk,either,en,,1,1,7,"
            "2027-01-12 P2,1,,,,,\n"
            "r4,lena@schools.example,maple-5b,Never mind,robotics,talk,either,en,,1,1,7,"
            "2027-01-19 P2,1,,amara@robots.example,,,\n"
        )
        lay(
            folder,
            {
                "availability.csv": FILES["availability.csv"] + noor,
                "clearances.csv": cleared,
                "requests.csv": asked,
            },
        )
        bring_in(first, folder)
        live_in(first)
        exported = written(first, tmp_path / "first")
        assert b"r4" in exported["requests.csv"]
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "again") == exported
        with first.read() as one, second.read() as other:
            assert one.requests.all() == other.requests.all()
            assert one.people.all() == other.people.all()
            assert one.volunteers.all().keys() == other.volunteers.all().keys()

    def test_made_up_district_comes_back_as_it_was(
        self, stores: tuple[Store, Store], tmp_path: Path
    ) -> None:
        first, second = stores
        materialise(tmp_path / "demo", date(2026, 11, 21))
        bring_in(first, tmp_path / "demo")
        exported = written(first, tmp_path / "first")
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "again") == exported
        assert bring_in(first, tmp_path / "demo").changes == ()

    def test_secrets_are_not_in_it(self, store: Store, folder: Path, tmp_path: Path) -> None:
        bring_in(store, folder)
        with store.write() as work:
            work.people.put((Person("v@schools.example", "V", (Role(RoleName.VIEWER),)),))
        octets = b"".join(written(store, tmp_path / "out").values())
        for secret in (b"token", b"sha256", b"session_token", b"outbox"):
            assert secret not in octets


def live_in(store: Store) -> None:
    """Propose, approve, release, answer with a no, and withdraw a request."""
    propose(store)
    approvals.approve_ready(store, actor=OPERATOR, now=NOW, gazetteer=NoGazetteer())
    later = NOW + timedelta(minutes=10)
    visits.release_due(store, now=later)
    with store.read() as work:
        invited = work.visits.in_states((VisitState.INVITED,))
    assert invited
    for each in invited:
        visits.answer(
            store,
            (each.uid,),
            email=each.volunteers[0],
            says_yes=False,
            actor=OPERATOR,
            now=later,
        )
    with store.write() as work:
        request = work.requests.get("r4")
        assert request is not None
        work.requests.put((replace(request, state=RequestState.WITHDRAWN),))
