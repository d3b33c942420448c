"""The district as a whole: made, read in, written out, looked over."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain.requests import RequestState
from tests.bundle import sample
from tests.bundle.test_mistakes import MISTAKES
from tests.cli.command_line import CommandLine

# The closures of all schools are the one change: they belong to nothing that could be new.
ADDED = "20 added, 1 changed."


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a whole district as a folder of spreadsheets."""
    return sample.lay(tmp_path / "bundle", sample.WHOLE)


def octets_by_name(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_init_makes_the_database_and_may_be_repeated(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    new = CommandLine.at("", instance)
    for _ in range(2):
        assert new.done("init") == [f"The database is ready. Instance folder: {instance}"]
    assert (instance / "visitbell.sqlite3").exists()
    assert new.done("sign-in", "carla@schools.example", "--create", "coordinator")


def test_init_keeps_what_is_there(empty: CommandLine, bundle: Path) -> None:
    empty.done("import", bundle)
    before = empty.dump()
    empty.done("init")
    assert empty.dump() == before


@pytest.mark.each_engine
def test_import_reads_a_district_and_says_how_much_is_new(empty: CommandLine, bundle: Path) -> None:
    assert empty.done("import", bundle) == [ADDED]


def test_importing_again_changes_nothing(empty: CommandLine, bundle: Path) -> None:
    empty.done("import", bundle)
    before = empty.dump()
    assert empty.done("import", bundle) == ["0 added, 0 changed."]
    assert empty.dump() == before


def test_a_dry_run_tells_every_change_and_makes_none(empty: CommandLine, bundle: Path) -> None:
    before = empty.dump()
    said = empty.done("import", bundle, "--dry-run")
    assert said[0] == "add district Lakeshore District"
    assert "add request r1" in said
    assert said[-1] == f"Would be: {ADDED[:-1]}. Nothing was changed."
    assert empty.dump() == before


def test_a_dry_run_tells_each_overwrite_with_both_values(empty: CommandLine, bundle: Path) -> None:
    empty.done("import", bundle)
    sample.lay(bundle, {"staff.csv": sample.STAFF.replace("Paul Ng", "Paul Nguyen")})
    before = empty.dump()
    assert empty.done("import", bundle, "--dry-run") == [
        "overwrite staff paul@schools.example name: “Paul Ng” → “Paul Nguyen”",
        "Would be: 0 added, 1 changed. Nothing was changed.",
    ]
    assert empty.dump() == before
    assert empty.done("import", bundle) == ["0 added, 1 changed."]


@pytest.mark.each_engine
def test_what_a_bundle_lacks_stays_unless_it_is_pruned(empty: CommandLine, bundle: Path) -> None:
    empty.done("import", bundle)
    (bundle / "bookings.csv").unlink()
    first_request, _, _ = sample.REQUESTS.partition("r2,")
    without_noor = sample.VOLUNTEERS.partition("noor@")[0]
    about_amara = {
        "volunteers.csv": without_noor,
        "clearances.csv": sample.CLEARANCES.partition("noor@")[0],
        "requests.csv": first_request.replace("noor@example.org", ""),
    }
    sample.lay(bundle, about_amara)
    assert empty.done("import", bundle) == ["0 added, 1 changed."]
    dry = empty.done("import", bundle, "--prune", "--dry-run")
    assert dry[:2] == ["withdraw request r2", "deactivate noor@example.org"]
    assert empty.done("import", bundle, "--prune") == [
        "0 added, 0 changed, 1 request withdrawn, 1 person deactivated."
    ]
    with empty.work() as work:
        assert work.requests.all()["r2"].state is RequestState.WITHDRAWN
        assert not work.volunteers.all()["noor@example.org"].is_active
        assert work.requests.all()["r1"].state is RequestState.BOOKED


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--prune",)])
def test_thirty_mistakes_are_thirty_sentences_and_change_nothing(
    options: tuple[str, ...], empty: CommandLine, bundle: Path
) -> None:
    empty.done("import", bundle)
    files = dict(sample.WHOLE)
    for name, row, *_ in MISTAKES:
        files[f"{name}.csv"] += f"{row}\n"
    sample.lay(bundle, files)
    assert sorted(empty.refused("import", bundle, *options)) == sorted(
        f"{name}.csv, row {number}, column {column}: {sentence}"
        for name, _, number, column, sentence in MISTAKES
    )


def test_a_bundle_that_is_not_there_is_refused(empty: CommandLine, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert empty.refused("import", missing) == [f"{missing}: There is no such folder."]
    missing.mkdir()
    assert empty.refused("import", missing) == [f"{missing}: This folder holds no district bundle."]


@pytest.mark.each_engine
def test_an_export_of_an_import_of_an_export_is_the_same(
    empty: CommandLine, bundle: Path, tmp_path: Path
) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    empty.done("import", bundle)
    assert empty.done("export", first) == [f"Written to {first}."]
    other = CommandLine.at(f"sqlite:///{tmp_path / 'other.sqlite3'}", tmp_path / "other")
    other.done("init")
    other.done("import", first)
    other.done("export", again)
    assert octets_by_name(again) == octets_by_name(first)
    assert octets_by_name(first).keys() == sample.WHOLE.keys()


def test_export_changes_nothing_and_writes_over_its_own_bundle_alone(
    empty: CommandLine, bundle: Path, tmp_path: Path
) -> None:
    empty.done("import", bundle)
    before = empty.dump()
    empty.done("export", bundle)
    assert empty.dump() == before
    sample.lay(tmp_path / "holiday", {"photo.jpg": "sea"})
    assert empty.refused("export", tmp_path / "holiday") == [
        f"{tmp_path / 'holiday'}: The folder holds photo.jpg, "
        "which is no part of a bundle: choose another."
    ]
    assert empty.refused("export", bundle / "topics.csv") == [
        f"{bundle / 'topics.csv'}: There is a file of this name already."
    ]
    assert empty.refused("export", bundle / "topics.csv" / "below") == [
        f"{bundle / 'topics.csv'}: File exists."
    ]


@pytest.mark.each_engine
def test_doctor_finds_a_new_system_to_be_without_a_district(empty: CommandLine) -> None:
    said = empty.run("doctor")
    assert (said.status, said.sentences) == (1, ["Something needs attention."])
    assert said.lines[:2] == [
        "ok  database: sound, every table up to date",
        "!!  district: none yet: run visitbell import FOLDER",
    ]


@pytest.mark.each_engine
def test_doctor_finds_a_district_to_be_well(line: CommandLine) -> None:
    before = line.dump()
    said = line.done("doctor")
    assert [each.partition(": ")[0] for each in said] == [
        "ok  database",
        "ok  district",
        "ok  jobs",
        "ok  mail",
        "ok  requests",
        "ok  visits",
        "ok  busy calendars",
        "ok  proposals",
        "ok  time zones",
        "ok  clock",
        "ok  secret_key",
        "ok  feed_key",
    ]
    assert said[1] == "ok  district: Lakeshore District, America/Toronto"
    assert line.dump() == before


def test_doctor_sees_a_timetable_that_ran(line: CommandLine) -> None:
    assert "ok  jobs: never ran: keep visitbell jobs running" in line.done("doctor")
    line.done("jobs", "--once")
    assert "ok  jobs: never ran: keep visitbell jobs running" not in line.done("doctor")


def test_doctor_sees_a_key_that_others_can_read(line: CommandLine) -> None:
    line.done("doctor")
    key = Path(line.environment["VISITBELL_INSTANCE"]) / "feed_key"
    key.chmod(0o644)
    said = line.run("doctor")
    assert said.status == 1
    assert f"!!  feed_key: others can read it: chmod 600 {key}" in said.lines
