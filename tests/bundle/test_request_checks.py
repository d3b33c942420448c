"""Windows that no visit fits are told; days without school are no mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundle import sample


def request(
    windows: str, *, minutes: str = "", classroom: str = "maple-5b"
) -> dict[str, str | bytes]:
    header = "request,teacher_email,class,title,topic,kind,duration_minutes,windows\n"
    row = f'r9,lena@schools.example,{classroom},Hi,robotics,talk,{minutes},"{windows}"\n'
    files = sample.changed(requests=header + row)
    del files["bookings.csv"]
    return files


@pytest.mark.parametrize(
    ("windows", "minutes"),
    [
        ("2026-12-08 P3", "50"),
        ("2026-12-08 P1-P2", "100"),
        ("2026-12-08 10:00-10:45", "45"),
        ("2026-12-08 9:05-9:50", ""),
        ("2026-12-07/2026-12-18", "300"),
        ("2026-12-12 P1", ""),
        ("2026-12-24 P1", "90"),
        ("2027-08-02 P1", "90"),
    ],
    ids=[
        "one period",
        "two periods",
        "times",
        "early times",
        "a range that skips short lessons",
        "a Saturday",
        "a closed day",
        "after the year",
    ],
)
def test_window_that_could_hold_the_visit_is_taken(
    tmp_path: Path, windows: str, minutes: str
) -> None:
    whole = sample.merged(tmp_path, request(windows, minutes=minutes))
    assert whole.requests is not None
    assert len(whole.requests["r9"].windows) == 1


@pytest.mark.parametrize(
    ("windows", "minutes", "sentence"),
    [
        ("2026-12-08 P3", "51", "“2026-12-08 P3” is shorter than the visit."),
        ("2026-12-08 P7", "", "“2026-12-08 P7”: the school has no period P7."),
        (
            "2026-12-08 10:00-10:45",
            "46",
            "“2026-12-08 10:00-10:45” is shorter than the visit of 46 minutes.",
        ),
        ("2026-12-18/2026-12-07", "", "“2026-12-18/2026-12-07” must end after it starts."),
        ("2026-12-08", "", "“2026-12-08” names no period or time."),
        ("next week", "", "“next week”: “next” is not a date such as 2026-12-08."),
        ("3026-12-08 P1", "", "“3026-12-08 P1”: “3026-12-08” is not a date such as 2026-12-08."),
        ("2026-01-01/2027-06-01", "", "“2026-01-01/2027-06-01” is longer than a year."),
    ],
)
def test_window_that_cannot_is_told(
    tmp_path: Path, windows: str, minutes: str, sentence: str
) -> None:
    assert sample.problems(tmp_path, request(windows, minutes=minutes)) == [
        f"requests.csv, row 2, column windows: {sentence}"
    ]


def test_every_bad_window_of_a_list_is_told(tmp_path: Path) -> None:
    windows = "2026-12-08 P7;2026-12-08 P1;2026-12-09 P8"
    assert sample.problems(tmp_path, request(windows)) == [
        "requests.csv, row 2, column windows: “2026-12-08 P7”: the school has no period P7.",
        "requests.csv, row 2, column windows: “2026-12-09 P8”: the school has no period P8.",
    ]


def test_period_that_the_day_type_lacks_is_told(tmp_path: Path) -> None:
    files = request("2026-12-08 P2", classroom="harbour-9")
    files["classes.csv"] = sample.CLASSES + "harbour-9,harbour,lena@schools.example,9,9,,,,B P1\n"
    assert sample.problems(tmp_path, files) == [
        "requests.csv, row 2, column windows: “2026-12-08 P2”: the school has no period P2 on that "
        "day."
    ]


def test_request_without_any_school_is_told(tmp_path: Path) -> None:
    files = request("2026-12-08 P1", classroom="")
    files["staff.csv"] = sample.STAFF.replace("teacher,maple", "teacher,")
    assert sample.problems(tmp_path, files) == [
        "requests.csv, row 2, column class: Neither a class nor the teacher’s school says where "
        "this is."
    ]
