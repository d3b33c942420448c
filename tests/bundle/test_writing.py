"""An export is the same octets for the same district, and a folder is replaced whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.bundle.values import Bundle
from scheduler.bundle.writing import write_bundle
from scheduler.domain.errors import BadInput
from scheduler.domain.requests import RequestState
from tests.bundle import sample


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def exported(folder: Path, bundle: Bundle) -> dict[str, bytes]:
    write_bundle(bundle, folder)
    return files_of(folder)


def test_export_of_a_tidy_bundle_is_that_bundle(tmp_path: Path) -> None:
    tidy = {name: content.encode() for name, content in sample.WHOLE.items()}
    assert exported(tmp_path / "out", sample.merged(tmp_path / "in", sample.WHOLE)) == tidy


def test_export_of_an_export_is_equal_byte_for_byte(tmp_path: Path) -> None:
    untidy = {
        **sample.WHOLE,
        "staff.csv": "\ufeffName;Email;roles;x_Badge;school\r\n"
        "Lena Ortiz;LENA@schools.example;teacher;;maple\r\n"
        'Paul Ng;paul@schools.example;approver:principal;"7; blue";maple|harbour\r\n',
        "availability.csv": "x_source,end,start,weekday,volunteer_email\n"
        "mail,9:30,8:05,wednesday,noor@example.org\n,12:00,09:00,Mon,noor@example.org\n",
        "closures.ics": "2027-03-15 2027-03-19 Spring, break\n",
        "policies/empty.toml": "",
        "bookings.csv": sample.BOOKINGS.replace("10:50-05:00", "15:50Z").replace(
            "11:40-05:00", "16:40+00:00"
        ),
    }
    first = exported(tmp_path / "first", sample.merged(tmp_path / "in", untidy))
    second = exported(tmp_path / "second", sample.read(tmp_path / "first").merged)
    assert first == second
    assert first["staff.csv"].decode() == (
        "email,name,roles,school,locale,x_Badge\n"
        "lena@schools.example,Lena Ortiz,teacher,maple,,\n"
        "paul@schools.example,Paul Ng,approver:principal,maple;harbour,,7; blue\n"
    )
    assert first["availability.csv"].decode() == (
        "volunteer_email,weekday,start,end,first_date,last_date,x_source\n"
        "noor@example.org,Mon,09:00,12:00,,,\n"
        "noor@example.org,Wed,08:05,09:30,,,mail\n"
    )
    assert b'2027-03-15,2027-03-19,"Spring, break"\n' in first["closures.csv"]
    assert "closures.ics" not in first
    assert b"T10:50-05:00" in first["bookings.csv"]


def test_columns_of_their_own_outlive_a_bundle_without_them(tmp_path: Path) -> None:
    own = sample.ORGANIZATIONS.replace("longitude\n", "longitude,x_floor\n").replace(
        "-79.4\n", "-79.4,3\n"
    )
    first = sample.merged(tmp_path / "in", sample.changed(organizations=own))
    later = sample.merged(tmp_path / "later", sample.WHOLE, over=first)
    assert exported(tmp_path / "out", later)["organizations.csv"] == own.encode()


def test_what_rests_or_is_withdrawn_comes_back_so(tmp_path: Path) -> None:
    whole = sample.merged(tmp_path / "in", sample.WHOLE)
    assert whole.staff is not None
    assert whole.volunteers is not None
    assert whole.requests is not None
    noor, paul = "noor@example.org", "paul@schools.example"
    resting = replace(whole.volunteers[noor], is_active=False, level_by_topic={}, name="")
    changed = replace(
        whole,
        staff={**whole.staff, paul: replace(whole.staff[paul], is_active=False)},
        volunteers={**whole.volunteers, noor: resting},
        requests={
            **whole.requests,
            "r2": replace(whole.requests["r2"], state=RequestState.WITHDRAWN),
        },
    )
    first = exported(tmp_path / "out", changed)
    assert first["requests.csv"].startswith(b"request,teacher_email,class,")
    assert b",meeting_url,x_visitbell_state\n" in first["requests.csv"]
    assert sample.read(tmp_path / "out").merged == changed


def test_part_that_is_not_spoken_of_is_not_written(tmp_path: Path) -> None:
    whole = sample.merged(tmp_path / "in", sample.WHOLE)
    written = exported(tmp_path / "out", Bundle(topics=whole.topics, closures=()))
    assert written == {
        "topics.csv": sample.TOPICS.encode(),
        "closures.csv": b"school,first_date,last_date,name\n",
    }


def test_earlier_export_is_replaced_whole(tmp_path: Path) -> None:
    whole = sample.merged(tmp_path / "in", sample.WHOLE)
    write_bundle(whole, tmp_path / "out")
    topics = Bundle(topics=whole.topics)
    assert list(exported(tmp_path / "out", topics)) == ["topics.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(BadInput, match=r"holds thesis\.odt, which is no part of a bundle"):
        write_bundle(Bundle.empty(), tmp_path)
    assert files_of(tmp_path) == {"thesis.odt": b"years of work"}


def test_failed_export_leaves_the_earlier_one(tmp_path: Path) -> None:
    whole = sample.merged(tmp_path / "in", sample.WHOLE)
    before = exported(tmp_path / "out", whole)
    # A lone surrogate is the one text that no file can hold.
    assert whole.organizations is not None
    bad = replace(whole.organizations["robots"], name="\ud800")
    with pytest.raises(UnicodeEncodeError):
        write_bundle(replace(whole, organizations={"robots": bad}), tmp_path / "out")
    assert files_of(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_export_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_bundle(Bundle.empty(), tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
