"""What a backup holds is what a machine has again: of one moment, whole, on either database."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW
from tests.databases import engine_on, postgres_database
from tests.faults.copies import Machine, a_busy_world
from tests.services.world import World, open_world, two_more_volunteers
from tests.storage.test_outbox import a_mail

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
from_each = pytest.mark.parametrize("machine", KINDS, indirect=True, ids="from_{}".format)
IN_FULL = pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.full])
to_each_in_full = pytest.mark.parametrize("spare", ["sqlite", IN_FULL], indirect=True)
to_each = pytest.mark.parametrize("spare", KINDS, indirect=True, ids="to_{}".format)
DAMAGED = "This is not a backup, or it is damaged."
SMALL_DISK = "size=4m"
# Enough to begin, too little to end.
ROOM_OCTETS = 120_000


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Return a machine whose database is migrated and empty; on SQLite if nobody says where."""
    engine = getattr(request, "param", "sqlite")
    return Machine(request.getfixturevalue(f"{engine}_url"), tmp_path / "instance")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a backup may go."""
    return tmp_path / "visits.backup"


@pytest.fixture
def spare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """Yield a machine with nothing on it: no table, no key."""
    with _new_database(request, tmp_path) as url:
        yield Machine(url, tmp_path / "spare")


@contextmanager
def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{folder / 'spare.sqlite3'}"
        return
    with postgres_database(request.getfixturevalue("postgres_server_url")) as url:
        yield url


def test_fixture_fills_every_kind_of_column(machine: Machine) -> None:
    a_busy_world(machine.url)
    filled = {name for name, tally in machine.tallies().items() if tally.rows}
    assert filled >= {
        *("district", "school", "bell_period", "weekly_availability", "busy_source"),
        *("visit", "booking", "occupancy", "outbox", "feed", "feed_tick", "proposal"),
    }


@from_each
@to_each
def test_restored_machine_differs_in_nothing(machine: Machine, spare: Machine, file: Path) -> None:
    a_busy_world(machine.url)
    before = machine.tallies()
    rows = sum(tally.rows for tally in before.values())
    assert machine.line.done("backup", file) == [
        f"{file}: {rows} rows and the keys. Keep it as safe as a password."
    ]
    told = spare.line.done("restore", file)
    assert told[-1].startswith(f"{rows} rows as they were on ")
    assert spare.tallies() == machine.tallies() == before
    assert database.problems(spare.url) == ()
    assert [spare.key(name) for name in ("secret_key", "feed_key")] == [
        machine.key(name) for name in ("secret_key", "feed_key")
    ]


@to_each
def test_restored_machine_works_on(machine: Machine, spare: Machine, file: Path) -> None:
    a_busy_world(machine.url)
    feeds = machine.line.done("feeds", "amara@robots.example", "--rotate")
    machine.line.done("backup", file)
    spare.line.done("restore", file)
    line = spare.line.having(NOW="2026-11-21T10:00:00-05:00")
    assert line.done("feeds", "amara@robots.example") == feeds
    world = World(SqlStore(database.sessions(database.connect(spare.url))))
    (visit,) = world.visits_of()
    line.done("cancel", visit.uid, "--reason", "Snow")
    world.put_volunteers(*two_more_volunteers())
    world.store._sessions.kw["bind"].dispose()
    assert database.problems(spare.url) == ()


@from_each
def test_copy_is_of_one_moment_though_others_write(
    machine: Machine, spare: Machine, file: Path
) -> None:
    store = open_world(engine_on(machine.url)).store
    with _numbering_mails(store):
        machine.line.done("backup", file)
        moment = _mails_and_number(store)
    assert moment[0] == moment[1] > 0
    spare.line.done("restore", file)
    engine = database.connect(spare.url)
    mails, number = _mails_and_number(SqlStore(database.sessions(engine)))
    engine.dispose()
    assert mails == number > 0


@contextmanager
def _numbering_mails(store: SqlStore) -> Iterator[None]:
    """Write mails, one at a time, and how many there are, until the block ends."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not enough.is_set() and number < 5_000:
            number += 1
            with store.write() as work:
                work.outbox.add((a_mail(f"mail-{number}"),))
                work.districts.put_extras({"mails": str(number)})
            begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        yield
    finally:
        enough.set()
        thread.join()


def _mails_and_number(store: SqlStore) -> tuple[int, int]:
    with store.read() as work:
        return sum(work.outbox.counts().values()), int(work.districts.extras()["mails"])


def test_backup_is_for_its_owner_alone(machine: Machine, file: Path) -> None:
    machine.line.done("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir() if each.is_file()] == [file.name]


def test_backup_takes_no_other_files_place(machine: Machine, file: Path) -> None:
    file.write_text("last night's")
    assert machine.line.refused("backup", file) == [
        f"{file}: There is a file of this name already."
    ]
    assert file.read_text() == "last night's"


def test_database_that_is_not_set_up_cannot_be_backed_up(spare: Machine, file: Path) -> None:
    said = spare.line.run("backup", file)
    assert (said.status, said.sentences) == (
        1,
        ["The database is not set up yet: run visitbell init."],
    )
    assert not file.exists()


def test_restore_refuses_a_database_that_holds_something(machine: Machine, file: Path) -> None:
    a_busy_world(machine.url)
    machine.line.done("backup", file)
    assert machine.line.refused("restore", file) == [
        "The database is not empty, and restoring would mix two districts: name a new one."
    ]


def test_set_up_but_empty_database_may_be_restored_into(machine: Machine, file: Path) -> None:
    before = machine.tallies()
    machine.line.done("backup", file)
    machine.line.done("restore", file)
    assert machine.tallies() == before
    assert not any(tally.rows for name, tally in before.items() if name in ("person", "visit"))


@to_each_in_full
def test_older_backup_is_brought_up_to_date(spare: Machine, file: Path, tmp_path: Path) -> None:
    old = Machine(f"sqlite:///{tmp_path / 'old.sqlite3'}", tmp_path / "old")
    database.upgrade(old.url, "0004")
    engine = database.connect(old.url)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organization (key, name, kind, contact_email, visits_per_term, address)"
            " VALUES ('robots', 'Robots Inc.', '', '', NULL, '')"
        )
        connection.commit()
    engine.dispose()
    old.line.done("backup", file)
    database.upgrade(spare.url)
    spare.line.done("restore", file)
    assert database.problems(spare.url) == ()
    with spare.line.work() as work:
        assert [each.name for each in work.districts.organizations().values()] == ["Robots Inc."]


def test_backup_of_a_newer_version_is_refused(spare: Machine, machine: Machine, file: Path) -> None:
    machine.line.done("backup", file)
    _retold(file, version="9999")
    spare.line.done("init")
    assert spare.line.refused("restore", file) == [
        f"{file}: It was made by a newer version: bring this program up to date first."
    ]


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04 not quite", b"name;email\n"])
def test_what_is_no_backup_is_refused(spare: Machine, file: Path, octets: bytes) -> None:
    spare.line.done("init")
    file.write_bytes(octets)
    assert spare.line.refused("restore", file) == [f"{file}: {DAMAGED}"]


def test_damaged_backup_restores_nothing(machine: Machine, spare: Machine, file: Path) -> None:
    a_busy_world(machine.url)
    machine.line.done("backup", file)
    whole = file.read_bytes()
    spare.line.done("init")
    for place in range(100, len(whole) - 100, len(whole) // 5):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        said = spare.line.run("restore", file)
        if said.status == 0:
            # Some octets say nothing, such as the hour of a file within.
            assert spare.tallies() == machine.tallies()
            return
        assert "damaged" in said.sentences[0]
        assert not any(tally.rows for tally in spare.tallies().values())
    file.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in spare.line.refused("restore", file)[0]


def test_backup_with_a_row_taken_out_restores_nothing(
    machine: Machine, spare: Machine, file: Path
) -> None:
    a_busy_world(machine.url)
    machine.line.done("backup", file)
    _without_last_line(file, "tables/outbox.jsonl")
    spare.line.done("init")
    keys = spare.key("feed_key")
    assert spare.line.refused("restore", file) == [
        f"{file}: The file is damaged. Nothing was restored."
    ]
    assert spare.key("feed_key") == keys


def test_key_that_was_there_before_is_kept_beside(
    machine: Machine, spare: Machine, file: Path
) -> None:
    machine.line.done("backup", file)
    spare.line.done("init")
    former = spare.key("feed_key")
    told = spare.line.done("restore", file)
    (kept,) = spare.folder.glob("feed_key.former-*")
    assert kept.read_text() == former
    assert f"The feed key that was there before is now in {kept}." in told
    for path in (kept, spare.folder / "feed_key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_key_in_the_settings_is_refused(machine: Machine, spare: Machine, file: Path) -> None:
    machine.line.done("backup", file)
    spare.line.done("init")
    other = spare.line.having(FEED_KEY="another key, long enough to be one of them")
    assert other.refused("restore", file) == [
        "VISITBELL_FEED_KEY is another key than the backup's: leave it out, then restore."
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_full_disk_leaves_no_half_backup(machine: Machine, tmp_path: Path) -> None:
    store = open_world(engine_on(machine.url)).store
    with store.write() as work:
        work.districts.put_extras({"x": os.urandom(4_000_000).hex()})
    with _small_disk(tmp_path / "small") as disk:
        assert machine.line.refused("backup", disk / "visits.backup") == [
            "No space left on device."
        ]
        assert list(disk.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_full_disk_leaves_a_sound_database_that_goes_on_by_itself(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "small") as disk:
        machine = Machine(f"sqlite:///{disk / 'visitbell.sqlite3'}", tmp_path / "instance")
        machine.line.done("init")
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * (_free_octets(disk) - ROOM_OCTETS))
        said = machine.line.run("import", _a_bundle(tmp_path))
        assert (said.status, said.sentences) == (1, ["There is no room left on the disk."])
        assert database.problems(machine.url) == ()
        assert not any(tally.rows for tally in machine.tallies().values())
        ballast.unlink()
        machine.line.done("import", _a_bundle(tmp_path))


def _a_bundle(folder: Path) -> Path:
    from scheduler.demo.moving import materialise

    bundle = folder / "bundle"
    if not bundle.exists():
        bundle.mkdir()
        materialise(bundle, NOW.date())
    return bundle


def _free_octets(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _retold(file: Path, **changes: object) -> None:
    """Write the backup anew with another manifest."""
    _rewritten(
        file,
        "manifest.json",
        lambda octets: json.dumps({**json.loads(octets), **changes}).encode(),
    )


def _without_last_line(file: Path, member: str) -> None:
    _rewritten(file, member, lambda octets: octets[: octets.rstrip(b"\n").rindex(b"\n") + 1])


def _rewritten(file: Path, member: str, change) -> None:  # type: ignore[no-untyped-def]
    with ZipFile(file) as archive:
        octets_by_member = {name: archive.read(name) for name in archive.namelist()}
    octets_by_member[member] = change(octets_by_member[member])
    with ZipFile(file, "w") as archive:
        for name, octets in octets_by_member.items():
            archive.writestr(name, octets)
