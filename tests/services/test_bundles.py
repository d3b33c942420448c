"""The district as a bundle: all or nothing, once, and never over what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.bundle.changes import Change
from scheduler.bundle.pruning import Prunable
from scheduler.domain.errors import BadInput
from scheduler.domain.periods import Period
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services import bundles
from scheduler.services.bundles import Imported
from scheduler.services.ports import Store
from scheduler.services.records import OutboxState
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, moment
from tests.bundle.sample import BELLS, BOOKINGS, REQUESTS, changed, lay
from tests.services.bundle_folders import (
    BUSY,
    FILES,
    OPERATOR,
    bring_in,
    propose,
    written,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Yield one empty district."""
    engine = connect(database_url)
    yield SqlStore(sessions(engine))
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds the sample bundle."""
    return lay(tmp_path / "bundle", FILES)


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
    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
    def test_pending_proposal_of_a_pruned_request_goes(self, store: Store, folder: Path) -> None:
        bring_in(store, folder)
        propose(store)
        bring_in(store, self.lacking(folder), prune=True)
        with store.read() as work:
            assert "r2" not in {**work.proposals.all(), **work.proposals.unassigned()}


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
