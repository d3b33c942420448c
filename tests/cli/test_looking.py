"""Commands that answer a question: why a request looks as it does, what a calendar means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import VOLUNTEER, a_proposal, a_volunteer
from tests.cli.command_line import CommandLine
from tests.services.world import World, elsewhere, two_more_volunteers

CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:dentist
DTSTART:20261208T093000
DTEND:20261208T103000
SUMMARY:Dentist
END:VEVENT
BEGIN:VEVENT
UID:lunch
DTSTART:20261209T170000Z
DTEND:20261209T180000Z
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""
DAYS = ("--from", "2026-12-01", "--until", "2026-12-31")


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    """Return a calendar file with one engagement in no zone and one that takes no time."""
    path = tmp_path / "amara.ics"
    path.write_text(CALENDAR.replace("\n", "\r\n"))
    return path


@pytest.mark.each_engine
def test_why_ranks_who_could_come_with_every_rule_and_its_fact(line: CommandLine) -> None:
    before = line.dump()
    said = line.done("why", "robots")
    assert said[:3] == [
        "robots: Robots around us",
        f"  1. Amara Okafor <{VOLUNTEER}> Tue 2026-12-08 10:40",
        "     fit +120, preference +60, travel -1",
    ]
    assert "     ok topic_match: topic robotics, level 3" in said
    assert "1 person; left after each rule:" in said
    assert line.dump() == before


def test_why_says_what_would_help_where_nobody_fits(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(weekly=()))
    said = line.done("why", "robots")
    assert "     within_availability: 0, 1 out" in said
    assert said[-2:] == [
        "Nobody: the last one is not known to be free then.",
        "Would help: ask for their times "
        f"(ask_times: email {VOLUNTEER}, name Amara Okafor, is_known False): "
        "1 person could come Tue 2026-12-08 10:40",
    ]


def test_why_says_that_no_single_change_helps(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(weekly=(), clearances=()))
    said = line.done("why", "robots")
    (proof,) = (each for each in said if each.startswith("None of the single changes helps"))
    assert "another_lesson" in proof
    assert said[-1].startswith("Would help: renew the clearance")


def test_why_holds_one_person_against_a_request(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=()))
    before = line.dump()
    said = line.done("why", "robots", "--person", VOLUNTEER)
    assert said[:2] == [
        f"robots: Robots around us; Amara Okafor <{VOLUNTEER}>",
        "  Tue 2026-12-08 10:40: does not fit; fit +120, preference +60, travel -1",
    ]
    assert [each for each in said if "!! " in each] == [
        "     !! clearance_valid: day 2026-12-08, known 0"
    ]
    told = json.loads("\n".join(line.done("why", "robots", "--person", VOLUNTEER, "--json")))
    (chance,) = told["chances"]
    assert [each["rule"] for each in chance["reasons"] if not each["kept"]] == ["clearance_valid"]
    assert line.refused("why", "robots", "--person", "nobody@x.example")
    assert line.dump() == before


def test_why_tells_the_next_best_and_what_would_have_to_give(
    line: CommandLine, world: World
) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(request="bridges"))
    assert any(
        each.startswith("Would have to give: bridges would be given up, for ")
        for each in line.done("why", "robots")
    )
    world.put_volunteers(*two_more_volunteers())
    said = line.done("why", "bridges")
    assert any(each.startswith(f"Next best, for {VOLUNTEER}: Bruno Silva") for each in said)


def test_why_tells_programs_the_same(line: CommandLine) -> None:
    told = json.loads("\n".join(line.done("why", "robots", "--json")))
    assert (told["request"], told["pool"], told["decided_by"]) == ("robots", 1, "")
    (candidate,) = told["candidates"]
    assert (candidate["email"], candidate["start"]) == (VOLUNTEER, "2026-12-08T15:40:00+00:00")
    assert candidate["points"] == sum(candidate["points_by_term"].values())
    assert all(reason["kept"] for reason in candidate["reasons"])


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_why_of_an_unknown_request_is_refused(options: tuple[str, ...], line: CommandLine) -> None:
    assert line.refused("why", "nothing", *options) == ["There is no request “nothing”."]


def test_busy_reads_a_calendar_by_the_districts_clock(line: CommandLine, calendar: Path) -> None:
    before = line.dump()
    assert line.done("busy", calendar, *DAYS) == [
        "busy 2026-12-08T14:30:00Z 2026-12-08T15:30:00Z",
        "passed over VEVENT, line 10: It is marked as free.",
    ]
    assert line.dump() == before


def test_busy_reads_a_calendar_by_its_owners_clock(line: CommandLine, calendar: Path) -> None:
    told = line.done("busy", calendar, *DAYS, "--tz", "America/Edmonton", "--json")
    assert json.loads("\n".join(told)) == {
        # Edmonton stays at UTC-6 from November 2026.
        "busy": [{"start": "2026-12-08T15:30:00Z", "end": "2026-12-08T16:30:00Z"}],
        "passed_over": [{"component": "VEVENT, line 10", "reason": "It is marked as free."}],
        "known_until": "2026-12-31",
    }


def test_busy_needs_no_district_where_the_zone_is_given(empty: CommandLine, calendar: Path) -> None:
    assert empty.refused("busy", calendar, *DAYS) == [
        "There is no district yet: say whose clock it is with --tz."
    ]
    assert empty.done("busy", calendar, *DAYS, "--tz", "America/Toronto")[0] == (
        "busy 2026-12-08T14:30:00Z 2026-12-08T15:30:00Z"
    )


def test_busy_needs_no_database_where_the_zone_is_given(tmp_path: Path, calendar: Path) -> None:
    nowhere = CommandLine.at(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}", tmp_path)
    assert len(nowhere.done("busy", calendar, *DAYS, "--tz", "America/Toronto")) == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--tz", "Mars/Olympus"),
            "“Mars/Olympus” is not a time zone name such as America/Edmonton.",
        ),
        (("--from", "2027-01-01"), "The last day is before the first."),
    ],
)
def test_busy_refuses_what_makes_no_sense(
    options: tuple[str, ...], sentence: str, line: CommandLine, calendar: Path
) -> None:
    assert line.refused("busy", calendar, *DAYS, *options) == [sentence]


def test_busy_refuses_what_is_no_calendar(line: CommandLine, tmp_path: Path) -> None:
    page = tmp_path / "page.ics"
    page.write_text("Amara is busy on Monday.")
    assert line.refused("busy", page, *DAYS) == [
        "This is not a calendar file: it has no BEGIN:VCALENDAR."
    ]
    missing = tmp_path / "missing.ics"
    assert line.refused("busy", missing, *DAYS) == [
        f"{missing}: it cannot be read (No such file or directory)."
    ]
    assert line.refused("busy", tmp_path, *DAYS) == [
        f"{tmp_path}: it cannot be read (Is a directory)."
    ]
