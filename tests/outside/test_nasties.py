"""Files that nobody should have to read: each answered in words, the reader alive, little spent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from scheduler.calendars.busy import BusyReading
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import CalendarFile, read_busy_apart
from tests.architecture.source import CHECKOUT
from tests.calendars.files import DECEMBER, a_file, an_event
from tests.outside.corpus import HOME, MOST_CPU_SECONDS, MOST_MEGABYTES
from tests.outside.nasties import HOUR, nasties

EVERY = 5
MEASURED = """
import json, sys
from tests.outside.corpus import most_megabytes, read_apart
from tests.outside.nasties import nasties
from tests.calendars.files import DECEMBER
found = nasties()
costs = {name: read_apart(found[name], DECEMBER).cpu_seconds for name in sys.argv[1:]}
print(json.dumps({"costs": costs, "megabytes": most_megabytes()}))
"""


def answered(octets: Iterable[bytes]) -> list[BusyReading | CalendarUnreadable]:
    files = (CalendarFile(each, HOME, "CA") for each in octets)
    return list(read_busy_apart(files, window=DECEMBER))


def measured(names: Iterable[str]) -> Mapping[str, Any]:
    """Return what reading costs, each file in a child of its own, seen from a fresh process."""
    words = [sys.executable, "-c", MEASURED, *names]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, check=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def test_there_are_at_least_a_hundred() -> None:
    assert len(nasties()) >= 100
    assert len(set(nasties().values())) == len(nasties())


def is_answered(answer: BusyReading | CalendarUnreadable) -> bool:
    if isinstance(answer, CalendarUnreadable):
        return answer.sentence.endswith(".") and len(answer.sentence) < 120
    return all(entry.reason.endswith(".") for entry in answer.passed_over)


@pytest.mark.timeout(300)
def test_reader_answers_in_words_and_lives_on() -> None:
    good = a_file(an_event(HOUR))
    (expected,) = answered([good])
    names, files = list(nasties())[::EVERY], list(nasties().values())[::EVERY]
    answers = answered(each for file in files for each in (file, good))
    assert [
        name for name, answer in zip(names, answers[::2], strict=True) if not is_answered(answer)
    ] == []
    assert set(map(repr, answers[1::2])) == {repr(expected)}


@pytest.mark.timeout(300)
def test_dearest_files_stay_within_the_limits() -> None:
    dear = (
        "rule-07",
        "heap-endless",
        "heap-daily",
        "heap-changes",
        "block-many",
        "octets-one-line",
    )
    found = measured(dear)
    assert {name: cost for name, cost in found["costs"].items() if cost > MOST_CPU_SECONDS} == {}
    assert found["megabytes"] <= MOST_MEGABYTES


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_every_nasty_file_is_answered_within_the_limits() -> None:
    files = nasties()
    answers = answered(files.values())
    assert [n for n, answer in zip(files, answers, strict=True) if not is_answered(answer)] == []
    found = measured(files)
    assert {name: cost for name, cost in found["costs"].items() if cost > MOST_CPU_SECONDS} == {}
    assert found["megabytes"] <= MOST_MEGABYTES
