"""Working on imports: looked over, then carried out after a yes to that list, all or nothing."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.bundle.changes import Change
from scheduler.domain.errors import IllegalTransition, NotAllowed, Outrun, Unknown
from scheduler.domain.imports import ATTEMPTS, KEPT, FileCount, Import, ImportState
from scheduler.domain.requests import RequestState
from scheduler.services import importing, imports
from scheduler.services.access import Actor
from scheduler.services.bundles import export_zip
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.import_lists import Listed
from scheduler.services.import_pages import import_desk, look
from tests.actors import CARLA
from tests.builders import NOW, a_request
from tests.processes import quick_processes
from tests.services.dying import Dying
from tests.services.importers import (
    HEADER,
    MAPLE,
    OAK,
    ONE_MORE,
    PATIENCE_SECONDS,
    a_worker,
    bring,
    kept,
    looked_over,
    said_yes,
    work,
    write_and_hang,
)
from tests.services.world import World

SILENCE = ALIVE_LASTS * 2


@pytest.fixture(autouse=True)
def reports_without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report a hundred times a second, so that no test waits for it."""
    monkeypatch.setattr("scheduler.services.heartbeat.REPORT_SECONDS", 0.01)


def schools(world: World) -> dict[str, str]:
    """Return the schools' names by key."""
    with world.store.read() as present:
        return {key: school.name for key, school in present.districts.schools().items()}


def rename(world: World, key: str, name: str) -> None:
    """Change a school as a page does."""
    with world.store.write() as present:
        school = present.districts.schools()[key]
        present.districts.put_schools((replace(school, name=name),))


def has_files(world: World, found: Import) -> bool:
    """Tell whether the files are kept."""
    with world.store.read() as present:
        return present.imports.has_parcel(found.key)


def listed(world: World, found: Import) -> Listed:
    """Return the list that waits."""
    return look(world.store, found.key, actor=CARLA, lease_now=NOW).listed


class TestLook:
    @pytest.mark.each_engine
    def test_list_tells_what_would_be_new_and_changed(self, world: World) -> None:
        before = schools(world)
        found = looked_over(
            world, {"schools.csv": f"{HEADER}\n{MAPLE.replace('Maple S', 'Elm S')}\n{OAK}\n"}
        )
        assert (found.state, found.counts) == (
            ImportState.READY,
            (FileCount("schools.csv", 2, 1, 1),),
        )
        assert listed(world, found).edits == (
            Change("school", "maple", "name", "Maple School", "Elm School"),
        )
        assert listed(world, found).additions == (Change("school", "oak"),)
        assert (schools(world), has_files(world, found)) == (before, True)

    def test_what_is_known_already_needs_no_yes(self, world: World) -> None:
        found = bring(world.store, {"district.zip": export_zip(world.store, actor=CARLA)})
        done = work(world)
        assert done is not None
        assert (done.state, done.confirmed_by, done.rows) == (ImportState.DONE, "", 0)
        assert not has_files(world, found)

    def test_mistakes_are_told_all_at_once_and_the_files_forgotten(self, world: World) -> None:
        found = looked_over(world, {"schools.csv": f"{HEADER}\n,No key,x,y,,\n"})
        assert found.state is ImportState.REFUSED
        assert [(each.row, each.column) for each in listed(world, found).problems] == [
            (2, "latitude"),
            (2, "longitude"),
            (2, "school"),
        ]
        assert not has_files(world, found)

    def test_timetable_works_on_what_waits(self, world: World) -> None:
        bring(world.store, ONE_MORE)
        found = world.timetable.import_one()
        assert found is not None
        assert (found.state, found.owner) == (ImportState.READY, "this test")

    def test_nothing_waits_nothing_is_done(self, world: World) -> None:
        assert work(world) is None

    def test_import_that_somebody_works_on_is_left_alone(self, world: World) -> None:
        bring(world.store, ONE_MORE)
        others: list[Import | None] = []

        def meanwhile() -> bool:
            others.append(work(world))
            return False

        work(world, is_leaving=meanwhile)
        assert set(others) == {None}

    def test_list_and_texts_too_long_to_read_are_cut(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("scheduler.services.import_lists.MOST_LISTED", 1)
        renamed = MAPLE.replace("Maple School", "M" * 400)
        found = looked_over(world, {"schools.csv": f"{HEADER}\n{renamed}\n{OAK}\n"})
        seen = listed(world, found)
        assert seen.changes == (Change("school", "maple", "name", "Maple School", "M" * 299 + "…"),)
        assert seen.more == 1


class TestImport:
    @pytest.mark.each_engine
    def test_yes_brings_the_rows_in_and_forgets_the_files(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        said_yes(world, found)
        done = work(world)
        assert done == kept(world, found)
        assert (done.state, done.confirmed_by, done.rows) == (ImportState.DONE, CARLA.email, 1)
        assert schools(world)["oak"] == "Oak School"
        assert not has_files(world, found)
        with world.store.read() as present:
            (entry,) = present.activities.recent(limit=1)
        assert (entry.actor, entry.deed, entry.subject) == (CARLA.email, "imported", "schools.csv")

    @pytest.mark.each_engine
    def test_list_that_became_another_is_shown_anew_and_nothing_done(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        said_yes(world, found)
        with world.store.write() as present:
            school = present.districts.schools()["maple"]
            present.districts.put_schools((replace(school, key="oak", name="Ash School"),))
        again = work(world)
        assert again is not None
        assert (again.state, again.has_moved, again.confirmed_by) == (ImportState.READY, True, "")
        assert listed(world, again).edits[0] == (
            Change("school", "oak", "name", "Ash School", "Oak School")
        )
        assert schools(world)["oak"] == "Ash School"
        said_yes(world, again)
        work(world)
        assert schools(world)["oak"] == "Oak School"

    def test_change_elsewhere_does_not_hold_it_up(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        said_yes(world, found)
        rename(world, "maple", "Elm School")
        work(world)
        assert schools(world) == {**schools(world), "maple": "Elm School", "oak": "Oak School"}

    def test_yes_to_a_list_that_nobody_sees_any_more_is_no_yes(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        imports.say_yes(world.store, found.key, seen="another", prunes=False, actor=CARLA)
        assert kept(world, found) == found

    def test_what_the_files_lack_goes_only_if_that_is_ticked(self, world: World) -> None:
        with world.store.read() as present:
            keys = set(present.requests.all(states=(RequestState.OPEN,)))
        header = "request,teacher_email,title,topic,kind,windows\n"
        for prunes in (False, True):
            found = looked_over(world, {"requests.csv": header, **ONE_MORE})
            assert set(listed(world, found).requests) == keys
            said_yes(world, found, prunes=prunes)
            done = work(world)
            assert done is not None
            assert done.withdrawn == (len(keys) if prunes else 0)
        with world.store.read() as present:
            assert present.requests.all(states=(RequestState.OPEN,)) == {}

    @pytest.mark.parametrize("prunes", [False, True])
    def test_what_nobody_saw_does_not_go(self, world: World, prunes: bool) -> None:
        header = "request,teacher_email,title,topic,kind,windows\n"
        found = looked_over(world, {"requests.csv": header, **ONE_MORE})
        said_yes(world, found, prunes=prunes)
        world.put_requests(a_request(key="asked meanwhile"))
        done = work(world)
        assert done is not None
        state = ImportState.READY if prunes else ImportState.DONE
        assert (done.state, done.withdrawn) == (state, 0)
        assert ("oak" in schools(world)) is not prunes


class TestWays:
    def test_second_import_waits_for_the_first(self, world: World) -> None:
        found = bring(world.store, ONE_MORE)
        with pytest.raises(IllegalTransition):
            bring(world.store, ONE_MORE)
        work(world)
        second = bring(world.store, ONE_MORE)
        with pytest.raises(IllegalTransition):
            said_yes(world, kept(world, found))
        assert kept(world, found).state is ImportState.READY
        assert kept(world, second).state is ImportState.WAITING

    @pytest.mark.parametrize("is_seen", [False, True])
    def test_given_up_import_does_nothing_and_forgets(self, world: World, is_seen: bool) -> None:
        found = looked_over(world, ONE_MORE) if is_seen else bring(world.store, ONE_MORE)
        dropped = imports.give_up(world.store, found.key, actor=CARLA, now=NOW)
        assert (dropped.state, has_files(world, found)) == (ImportState.DROPPED, False)
        assert work(world) is None
        assert "oak" not in schools(world)

    def test_import_given_up_while_it_is_carried_out_keeps_nothing(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        said_yes(world, found)
        drops = iter((True,))

        def drop() -> bool:
            if next(drops, False):
                imports.give_up(world.store, found.key, actor=CARLA, now=NOW)
            return False

        work(world, is_leaving=drop)
        assert kept(world, found).state is ImportState.DROPPED
        assert "oak" not in schools(world)

    def test_files_are_forgotten_after_a_day(self, world: World) -> None:
        found, late = looked_over(world, ONE_MORE), NOW + KEPT
        assert work(world, clock=lambda: late) is None
        assert has_files(world, found)
        work(world, clock=lambda: late.replace(minute=1))
        assert (kept(world, found).state, has_files(world, found)) == (ImportState.DROPPED, False)
        assert listed(world, found) == Listed()
        with pytest.raises(IllegalTransition):
            imports.look_again(world.store, found.key, actor=CARLA)

    def test_files_can_be_looked_over_again(self, world: World) -> None:
        found = looked_over(world, ONE_MORE)
        rename(world, "maple", "Elm School")
        imports.look_again(world.store, found.key, actor=CARLA)
        again = work(world)
        assert again is not None
        assert (again.state, again.has_moved) == (ImportState.READY, False)

    def test_unknown_import_is_unknown(self, world: World) -> None:
        with pytest.raises(Unknown):
            look(world.store, "none", actor=CARLA, lease_now=NOW)
        with pytest.raises(Unknown):
            imports.give_up(world.store, "none", actor=CARLA, now=NOW)

    def test_viewers_see_nothing_of_it(self, world: World) -> None:
        vera = Actor("vera@schools.example", "Vera", is_viewer=True)
        with pytest.raises(NotAllowed):
            import_desk(world.store, actor=vera)


class TestTrouble:
    @pytest.mark.each_engine
    def test_killed_worker_leaves_nothing_and_is_followed(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        found = looked_over(world, ONE_MORE)
        said_yes(world, found)
        kill_a_writer(database_url, tmp_path / "found")
        assert "oak" not in schools(world)
        assert (work(world), kept(world, found).state) == (None, ImportState.WORKING)
        world.now += SILENCE
        done = work(world)
        assert done is not None
        assert (done.state, done.attempt) == (ImportState.DONE, 2)
        assert schools(world)["oak"] == "Oak School"

    def test_it_is_not_tried_for_ever(self, world: World) -> None:
        found = bring(world.store, ONE_MORE)
        for _ in range(ATTEMPTS):
            dying = Dying(world.store)
            with pytest.raises(ConnectionError):
                importing.work_one(dying, worker=a_worker(world, is_leaving=dying.die))
            world.now += SILENCE
        assert work(world) is None
        assert kept(world, found).state is ImportState.FAILED
        imports.look_again(world.store, found.key, actor=CARLA)
        assert work(world) is not None

    def test_leaving_process_gives_it_back(self, world: World) -> None:
        found = bring(world.store, ONE_MORE)
        assert work(world, is_leaving=lambda: True) == found
        assert work(world) is not None

    def test_words_of_strange_errors_are_not_for_everybody(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        found = bring(world.store, ONE_MORE)

        secret = "lena@schools.example"

        def fail() -> bool:
            raise ZeroDivisionError(secret)

        failed = work(world, is_leaving=fail)
        assert failed == kept(world, found)
        assert (failed.state, failed.trouble) == (
            ImportState.FAILED,
            {"error": "ZeroDivisionError", "sentence": ""},
        )
        assert found.key in caplog.text
        assert secret not in caplog.text

    def test_what_our_own_errors_say_is_told(self, world: World) -> None:
        bring(world.store, ONE_MORE)

        def fail() -> bool:
            raise Outrun

        failed = work(world, is_leaving=fail)
        assert failed is not None
        assert failed.trouble == {"error": "Outrun", "sentence": str(Outrun())}


def kill_a_writer(url: str, found: Path) -> None:
    """Kill a process without warning once it has written all but the end."""
    process = quick_processes().Process(target=write_and_hang, args=(url, str(found)))
    process.start()
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found.exists() and found.read_text()):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    os.kill(int(found.read_text()), signal.SIGKILL)
    process.join()
