"""Bookings fit each other: one visit is one thing, and nobody is in two places at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain.requests import RequestState
from tests.bundle import sample

HEADER = "visit,request,volunteer_email,start,end,status,session,format,room,partstat\n"
AMARA, NOOR = "amara@robots.example", "noor@example.org"
FIRST = f"v1,r1,{AMARA},2026-12-08T10:50-05:00,2026-12-08T11:40-05:00,confirmed,1,in_person,12,"


def bookings(*rows: str, speakers: int = 1) -> dict[str, str | bytes]:
    requests = sample.REQUESTS.replace("either,en,,1,1,7", f"either,en,,{speakers},1,7")
    return sample.changed(bookings=HEADER + "".join(f"{row}\n" for row in rows), requests=requests)


@pytest.mark.parametrize(
    "second",
    [
        f"v2,r2,{AMARA},2026-12-08T11:40-05:00,2026-12-08T12:00-05:00,held,1,virtual,,",
        f"v2,r2,{AMARA},2026-12-08T11:00-05:00,2026-12-08T11:30-05:00,cancelled,1,virtual,,",
        f"v1,r1,{NOOR},2026-12-08T15:50Z,2026-12-08T16:40Z,confirmed,1,virtual,12,ACCEPTED",
    ],
    ids=["it only touches", "it is cancelled", "the same visit has a second speaker"],
)
def test_second_booking_stands_when(tmp_path: Path, second: str) -> None:
    whole = sample.merged(tmp_path, bookings(FIRST, second))
    assert whole.bookings is not None
    assert len(whole.bookings) == 2


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (
            f"v2,r2,{NOOR},2026-12-08T11:39-05:00,2026-12-08T12:00-05:00,invited,1,virtual,,",
            "column start: The teacher “lena@schools.example” is in the visit “v1” then.",
        ),
        (
            f"v2,r2,{AMARA},2026-12-08T11:00-05:00,2026-12-08T11:30-05:00,held,1,virtual,,",
            "column start: The volunteer “amara@robots.example” is in the visit “v1” then.",
        ),
        (
            f"v2,r1,{NOOR},2026-12-09T10:00-05:00,2026-12-09T11:00-05:00,held,1,virtual,,",
            "column session: “1” is the visit “v1” already.",
        ),
        (
            f"v2,r1,{NOOR},2026-12-09T10:00-05:00,2026-12-09T11:00-05:00,held,2,virtual,,",
            "column session: “2”: the request has 1.",
        ),
        (
            f"v1,r1,{NOOR},2026-12-08T10:50-05:00,2026-12-08T11:40-05:00,held,1,virtual,12,",
            "column status: Another row of the visit “v1” has another status.",
        ),
        (
            f"v2,r8,{NOOR},2026-12-09T10:00-05:00,2026-12-09T11:00-05:00,held,1,virtual,,",
            "column request: There is no request “r8” in requests.csv.",
        ),
        (
            f"v2,r2,{NOOR},2026-12-09T11:00-05:00,2026-12-09T11:00-05:00,held,1,virtual,,",
            "column end: “2026-12-09T11:00-05:00” is not after the start, 2026-12-09T11:00-05:00.",
        ),
        (
            f"v1,r1,{AMARA},2026-12-08T10:50-05:00,2026-12-08T11:40-05:00,confirmed,1,virtual,12,",
            "column volunteer_email: “v1 amara@robots.example” is in row 2 already.",
        ),
    ],
    ids=[
        "teacher",
        "volunteer",
        "same session",
        "no such session",
        "another status",
        "no request",
        "no length",
        "twice",
    ],
)
def test_second_booking_is_told(tmp_path: Path, second: str, said: str) -> None:
    assert sample.problems(tmp_path, bookings(FIRST, second)) == [f"bookings.csv, row 3, {said}"]


def test_booking_is_checked_against_those_that_stand(tmp_path: Path) -> None:
    existing = sample.merged(tmp_path / "old", sample.WHOLE)
    late = f"v2,r2,{AMARA},2026-12-08T11:00-05:00,2026-12-08T11:30-05:00,held,1,virtual,,\n"
    assert sample.problems(tmp_path / "new", {"bookings.csv": HEADER + late}, over=existing) == [
        "bookings.csv, row 2, column start: "
        "The volunteer “amara@robots.example” is in the visit “v1” then."
    ]


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ((FIRST, FIRST.replace(AMARA, NOOR)), RequestState.BOOKED),
        ((FIRST,), RequestState.OPEN),
        ((FIRST, FIRST.replace(AMARA, NOOR) + "DECLINED"), RequestState.OPEN),
    ],
    ids=["everybody is there", "one is missing", "one declined"],
)
def test_panel_is_booked_once_all_speakers_are(
    tmp_path: Path, rows: tuple[str, ...], state: RequestState
) -> None:
    whole = sample.merged(tmp_path, bookings(*rows, speakers=2))
    assert whole.requests is not None
    assert whole.requests["r1"].state is state
