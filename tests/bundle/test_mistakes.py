"""Many mistakes in one bundle: each is told once, with its file, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.bundle.problems import MOST_REPORTED
from scheduler.bundle.values import Bundle
from scheduler.domain.errors import BadInput
from tests.bundle import sample

# One line each: a file, the row that is added to it (row numbers follow), and what is said.
MISTAKES = (
    ("topics", "robotics,health,Again,,,no", 5, "topic", "“robotics” is in row 4 already."),
    ("topics", "drones,flying,,,,no", 6, "parent", "There is no topic “flying” in topics.csv."),
    ("topics", "ring,ring,,,,no", 7, "parent", "“ring” is its own ancestor: ring > ring."),
    ("topics", "lidar,robotics,,,,maybe", 8, "sensitive", "“maybe” must be yes or no."),
    ("topics", "deep,lidar,,,,no", 9, "parent", "“deep” lies deeper than 3 levels."),
    (
        "bell_schedules",
        "regular,,P4,12:30,12:10",
        8,
        "end",
        "“12:10” is not after the start, 12:30.",
    ),
    (
        "bell_schedules",
        "regular,,Lunch break,11:40,12:20",
        9,
        "period",
        "“Lunch break” must be one short word such as P3 or A.",
    ),
    ("day_types", "high,2026-12-09,C", 4, "day_type", "high has no day type “C”."),
    (
        "closures",
        "elm,2027-02-01,2027-02-02,Flood",
        4,
        "school",
        "There is no school “elm” in schools.csv.",
    ),
    (
        "closures",
        ",2027-02-10,2027-02-01,Storm",
        5,
        "last_date",
        "“2027-02-01” is before the first day, 2027-02-10.",
    ),
    (
        "schools",
        "oak,Oak,,,97.1,-79.3,,,,,,,,",
        4,
        "latitude",
        "“97.1” is not a number from -90 to 90.",
    ),
    (
        "schools",
        "ash,Ash,,,43.6,-79.3,America/Tronto,,,,,,,",
        5,
        "timezone",
        "“America/Tronto” is not a time zone name such as America/Edmonton.",
    ),
    (
        "schools",
        "fir,Fir,,,43.6,-79.3,,,5-K,,,,,",
        6,
        "grades",
        "“5-K” runs backwards.",
    ),
    (
        "staff",
        "max@schools,Max,teacher,maple,",
        5,
        "email",
        "“max@schools” is not an e-mail address.",
    ),
    ("staff", "eva@schools.example,Eva,boss,maple,", 6, "roles", "“boss” is not a role."),
    (
        "classes",
        "maple-6a,maple,nobody@schools.example,6A,6,,,,",
        4,
        "teacher_email",
        "There is no account “nobody@schools.example” in staff.csv.",
    ),
    (
        "classes",
        "maple-7a,maple,lena@schools.example,7A,7,,,,Mon P9",
        5,
        "lessons",
        "“Mon P9”: regular has no period P9.",
    ),
    ("organizations", "docs,,health,,,,,", 3, "name", "The name is missing."),
    (
        "organizations",
        "law,Law Office,,,,,43.7,",
        4,
        "longitude",
        "There is a latitude but no longitude.",
    ),
    (
        "volunteers",
        "kim@example.org,Kim,,guest,robotics,K-3,en,virtual,,,,,,,,,,,,,,,,",
        4,
        "kind",
        "“guest” must be one of: speaker, mentor, peer, helper.",
    ),
    (
        "volunteers",
        "Amara@Robots.example,Amara,,,robotics,K-3,en,virtual,,,,,,,,,,,,,,,,",
        5,
        "email",
        "“amara@robots.example” is in row 2 already.",
    ),
    (
        "volunteers",
        "lee@example.org,Lee,,,robotics:5,K-3,en,virtual,,,,,,,,,,,,,,,,",
        6,
        "topics",
        "“robotics:5” is not a topic with a level from 1 to 3.",
    ),
    (
        "availability",
        "stranger@example.org,Wed,09:00,12:00,,",
        4,
        "volunteer_email",
        "There is no volunteer “stranger@example.org” in volunteers.csv.",
    ),
    (
        "availability",
        "noor@example.org,Midweek,09:00,12:00,,",
        5,
        "weekday",
        "“Midweek” is not a weekday: use Mon, Tue, Wed, Thu, Fri, Sat, Sun.",
    ),
    (
        "days_away",
        "noor@example.org,2026-12-32,2026-12-31",
        3,
        "first_date",
        "There is no day “2026-12-32”.",
    ),
    (
        "clearances",
        "noor@example.org,police_check,,,,,,granted",
        4,
        "state",
        "“granted” must be one of: pending, approved, refused, withdrawn.",
    ),
    (
        "requests",
        "r3,lena@schools.example,maple-5b,Hi,robotics,talk,,,90,1,1,,2026-12-08 P1,1,,,,,",
        4,
        "windows",
        "“2026-12-08 P1” is shorter than the visit.",
    ),
    (
        "requests",
        "r4,lena@schools.example,maple-5b,Hi,robotics,talk,,,,0,1,,2026-12-08 P1,1,,,,,",
        5,
        "speakers",
        "“0” is not a whole number from 1 to 100.",
    ),
    (
        "bookings",
        "v2,r2,amara@robots.example,2026-12-08T11:00-05:00,2026-12-08T11:30-05:00,held,1,virtual,,,",
        3,
        "start",
        "The volunteer “amara@robots.example” is in the visit “v1” then.",
    ),
    (
        "bookings",
        "v3,r2,noor@example.org,2026-12-10T09:50,2026-12-10T10:30-05:00,held,2,virtual,,,",
        4,
        "start",
        "“2026-12-10T09:50” is not a moment such as 2026-12-08T10:40-06:00.",
    ),
)


def test_thirty_mistakes_are_thirty_sentences(tmp_path: Path) -> None:
    files = dict(sample.WHOLE)
    for name, row, *_ in MISTAKES:
        files[f"{name}.csv"] += f"{row}\n"
    said = [
        f"{name}.csv, row {number}, column {column}: {sentence}"
        for name, _, number, column, sentence in MISTAKES
    ]
    assert len(said) == 30
    assert sorted(sample.problems(tmp_path, files)) == sorted(said)


def test_problems_come_by_file_and_row(tmp_path: Path) -> None:
    files = sample.changed(
        topics=sample.TOPICS + "b,x,,,,\na,y,,,,\n",
        closures=sample.CLOSURES + ",2027-02-10,,Storm\n",
    )
    with pytest.raises(BadInput) as caught:
        sample.read(sample.lay(tmp_path, files))
    places = [(each.file, each.row, each.column) for each in caught.value.problems]
    assert places == [
        ("closures.csv", 4, "last_date"),
        ("topics.csv", 5, "parent"),
        ("topics.csv", 6, "parent"),
    ]


def test_only_the_first_two_hundred_are_told(tmp_path: Path) -> None:
    rows = "".join(f"t{number},nowhere\n" for number in range(500))
    files = sample.changed(
        topics=sample.TOPICS.split("\n")[0] + "\n" + rows.replace("e\n", "e,,,,\n")
    )
    said = sample.problems(tmp_path, files)
    assert len(said) == MOST_REPORTED


def test_row_of_the_wrong_length_is_told_once(tmp_path: Path) -> None:
    files = sample.changed(staff=sample.STAFF + "tim@schools.example,Tim\n")
    files["classes.csv"] = sample.CLASSES + "maple-8,maple,tim@schools.example,8,8,,,,\n"
    assert sample.problems(tmp_path, files) == [
        "staff.csv, row 5: This row has 2 cells, but there are 5 columns."
    ]


def test_misspelt_file_is_not_passed_over(tmp_path: Path) -> None:
    files = {**sample.WHOLE, "volunteer.csv": sample.VOLUNTEERS, "notes.txt": "hello"}
    assert sample.problems(tmp_path, files) == [
        "volunteer.csv: A bundle has no file of this name. Is it volunteers.csv?"
    ]


def test_folder_without_a_bundle_is_refused(tmp_path: Path) -> None:
    for folder, sentence in (
        (tmp_path, "This folder holds no district bundle."),
        (tmp_path / "none", "There is no such folder."),
    ):
        with pytest.raises(BadInput) as caught:
            sample.read(folder)
        assert [each.sentence for each in caught.value.problems] == [sentence]


def test_first_bundle_needs_the_district(tmp_path: Path) -> None:
    assert sample.problems(tmp_path, {"topics.csv": sample.TOPICS}) == [
        "district.toml: The first bundle of a district needs this file."
    ]


def test_calendar_of_a_stranger_and_a_broken_one_are_told(tmp_path: Path) -> None:
    files = {
        **sample.WHOLE,
        "busy/noor@example.org.ics": "<html>",
        "busy/who@example.org.ics": sample.BUSY,
        "closures.ics": "broken",
    }
    assert sample.problems(tmp_path, files) == [
        "busy/noor@example.org.ics: This file is not a calendar.",
        "busy/who@example.org.ics: There is no volunteer “who@example.org” in volunteers.csv.",
        "closures.ics: This file is not a calendar.",
    ]


def test_one_address_has_one_name(tmp_path: Path) -> None:
    files = sample.changed(staff=sample.STAFF + "noor@example.org,Noor H.,viewer,,\n")
    assert sample.problems(tmp_path, files) == [
        "volunteers.csv, row 3, column name: One address has two names: "
        "“Noor Haddad” here, “Noor H.” in staff.csv."
    ]


def test_nothing_of_a_bad_bundle_is_returned(tmp_path: Path) -> None:
    existing = Bundle.empty()
    sample.problems(tmp_path, sample.changed(topics="topic\na:b\n"), over=existing)
    assert existing == Bundle.empty()
