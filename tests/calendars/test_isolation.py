"""Reading in a child process: the same answers, and limits that hold."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from scheduler.calendars.busy import BusyReading, PassedOver
from scheduler.calendars.closures import read_days
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import (
    CalendarFile,
    read_busy_apart,
    read_days_apart,
    read_one_apart,
)
from scheduler.domain.errors import UnknownZone
from scheduler.domain.periods import DateRange
from tests.builders import TORONTO, period
from tests.calendars.files import DECEMBER, a_file, an_event, at, reading

ONCE = an_event(at("20261208T104000Z", "20261208T113000Z"), "TRANSP:OPAQUE")
FREE = an_event(at("20261209T104000Z", "20261209T113000Z"), "TRANSP:TRANSPARENT")
# No month has a 366th day of the year, but no look at the rule's shape tells.
ENDLESS = an_event(
    at("20261201T090000Z", "20261201T100000Z"), "RRULE:FREQ=HOURLY;BYYEARDAY=366;BYMONTH=1"
)


def apart(*octets: bytes) -> list[BusyReading | CalendarUnreadable]:
    files = (CalendarFile(file, TORONTO, "CA") for file in octets)
    return list(read_busy_apart(files, window=DECEMBER))


def reading_children() -> list[int]:
    """Return the processes that this one started to read files."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        # A process may end while we look.
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
            if parent == os.getpid() and b"reading_process" in command:
                found.append(int(status.parent.name))
    return found


def the_child() -> int:
    """Return the one process that is reading files."""
    (child,) = reading_children()
    return child


def test_child_reads_as_its_parent_would() -> None:
    octets = a_file(ONCE, FREE, an_event(at("20261210T104000", "20261210T113000")))
    answer = read_one_apart(octets, window=DECEMBER, timezone=TORONTO, country="CA")
    assert answer == reading(octets)
    assert answer.passed_over == (PassedOver("VEVENT, line 9", "It is marked as free."),)


def test_one_child_reads_many_files_each_with_its_own_answer() -> None:
    answers = apart(a_file(ONCE), b"no calendar", a_file())
    assert [getattr(answer, "busy", None) for answer in answers] == [
        (period("2026-12-08 10:40-11:30", timezone="UTC"),),
        None,
        (),
    ]
    assert str(answers[1]).startswith("This is not a calendar file")


def test_file_that_cannot_be_read_raises_when_it_is_the_only_one() -> None:
    with pytest.raises(CalendarUnreadable, match="not a calendar file"):
        read_one_apart(b"no calendar", window=DECEMBER, timezone=TORONTO)


def test_endless_series_is_stopped_and_the_rest_is_read() -> None:
    (answer,) = apart(a_file(ENDLESS, ONCE))
    assert isinstance(answer, BusyReading)
    assert answer.busy == (
        period("2026-12-01 09:00-10:00", timezone="UTC"),
        period("2026-12-08 10:40-11:30", timezone="UTC"),
    )
    assert [entry.reason for entry in answer.passed_over] == ["It takes too long to work out."]


def test_many_endless_series_end_their_file_and_the_next_one_is_read() -> None:
    answers = apart(a_file(*[ENDLESS] * 12), a_file(ONCE))
    assert [type(answer) for answer in answers] == [CalendarUnreadable, BusyReading]
    assert str(answers[0]) == "This calendar takes more time to read than a calendar should."
    assert reading_children() == []


def test_child_that_dies_is_no_end_of_the_parent() -> None:
    def files() -> Iterator[CalendarFile]:
        yield CalendarFile(a_file(ONCE), TORONTO)
        os.kill(the_child(), signal.SIGKILL)
        yield CalendarFile(a_file(ONCE), TORONTO)
        yield CalendarFile(a_file(ONCE), TORONTO)

    answers = list(read_busy_apart(files(), window=DECEMBER))
    assert [type(answer) for answer in answers] == [BusyReading, CalendarUnreadable, BusyReading]


def test_clock_on_the_wall_counts_too() -> None:
    files = [CalendarFile(a_file(*[ENDLESS] * 3), TORONTO)]
    (answer,) = read_busy_apart(files, window=DECEMBER, wall_seconds=0.5)
    assert isinstance(answer, CalendarUnreadable)


def test_child_knows_nothing_of_the_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISITBELL_SECRET_KEY", "hush")
    environments = []

    def files() -> Iterator[CalendarFile]:
        yield CalendarFile(a_file(ONCE), TORONTO)
        environments.append(Path(f"/proc/{the_child()}/environ").read_bytes())

    assert len(list(read_busy_apart(files(), window=DECEMBER))) == 1
    assert [environment.split(b"=")[0] for environment in environments] == [b"PYTHONPATH"]
    assert b"hush" not in environments[0]


def test_owner_without_a_zone_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UnknownZone):
        read_one_apart(a_file(), window=DECEMBER, timezone="Mars/Olympus")


def test_largest_file_fits_into_the_memory_limit() -> None:
    text = "DESCRIPTION:" + "x" * (19 * 1024 * 1024)
    (answer,) = apart(a_file(an_event(at("20261208T104000Z", "20261208T113000Z"), text)))
    assert isinstance(answer, BusyReading)
    assert answer.known_until == date(2026, 12, 31)


def test_own_visits_travel_to_the_child() -> None:
    octets = a_file(an_event(at("20261208T104000Z", "20261208T113000Z"), uid="ours"), ONCE)
    answer = read_one_apart(octets, window=DECEMBER, timezone=TORONTO, own_uids=["ours"])
    assert answer.passed_over == (PassedOver("VEVENT, line 4", "It is one of our own visits."),)


@pytest.mark.parametrize(
    ("octets", "is_whole", "is_empty"),
    [(a_file(ONCE), True, False), (a_file(), True, True), (a_file(ONCE)[:-15], False, False)],
)
def test_file_says_whether_it_is_whole_and_whether_it_is_empty(
    octets: bytes, is_whole: bool, is_empty: bool
) -> None:
    answer = read_one_apart(octets, window=DECEMBER, timezone=TORONTO)
    assert (answer.is_whole, answer.is_empty) == (is_whole, is_empty)


def test_window_travels_to_the_child_and_back() -> None:
    window = DateRange(date(2027, 1, 1), date(2027, 1, 31))
    answer = read_one_apart(a_file(ONCE), window=window, timezone=TORONTO)
    assert answer == BusyReading((), (), date(2027, 1, 31))


def test_days_of_school_are_read_as_the_parent_would() -> None:
    octets = a_file(
        an_event("DTSTART;VALUE=DATE:20261221\nDTEND;VALUE=DATE:20270104", "SUMMARY:Winter break"),
        an_event("DTSTART;VALUE=DATE:20261111", "RRULE:FREQ=SECONDLY"),
        ONCE,
    )
    found = read_days_apart(octets)
    assert found == read_days(octets)
    assert found.days == ((date(2026, 12, 21), date(2027, 1, 3), "Winter break"),)
    assert (len(found.unreadable), len(found.passed_over)) == (1, 1)


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"no calendar", "not a calendar file"),
        (
            a_file(*[an_event("DTSTART;VALUE=DATE:20261111", "RRULE:FREQ=DAILY")] * 3000),
            "more time to read than a calendar should",
        ),
    ],
    ids=["no calendar", "thousands of series"],
)
def test_days_of_school_that_cost_too_much_are_refused_in_words(octets: bytes, words: str) -> None:
    with pytest.raises(CalendarUnreadable, match=words):
        read_days_apart(octets)
    assert reading_children() == []
