"""The child that reads calendar files under limits; see ``isolation`` for its parent.

Run as ``python -m scheduler.calendars.reading_process``. A request is one line of JSON and
the file's octets, an answer one line of JSON. It ends with its input, or by a limit.
"""

from __future__ import annotations

import json
import math
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from types import FrameType
from typing import Any, BinaryIO

from scheduler.calendars.busy import BusyReading, read_busy
from scheduler.calendars.closures import read_days
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import Unreadable
from scheduler.domain.periods import DateRange

FILE_CPU_SECONDS = 1.6
SERIES_CPU_SECONDS = 0.5
MEMORY_OCTETS = 256 * 1024 * 1024


def main() -> None:
    """Answer requests until there are no more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_OCTETS, MEMORY_OCTETS))
    allowance = Allowance()
    signal.signal(signal.SIGPROF, allowance.give_up)
    serve(sys.stdin.buffer, sys.stdout.buffer, allowance=allowance)


class TooLong(BaseException):
    """End the reading of a file; nothing on the way may take it for an error of one entry."""


class Allowance:
    """The processor time that a file has, and of that each of its series."""

    def __init__(self) -> None:
        self._ends = 0.0
        self._is_in_series = False

    @contextmanager
    def for_a_file(self) -> Iterator[None]:
        """Let the block run for the time that a file has, then raise ``TooLong``."""
        self._ends = time.process_time() + FILE_CPU_SECONDS
        # For what no exception can end: the system kills the process a second later.
        soft = math.ceil(self._ends) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        signal.setitimer(signal.ITIMER_PROF, FILE_CPU_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    @contextmanager
    def for_a_series(self) -> Iterator[None]:
        """Let the block run for the time that a series has, then raise ``Unreadable``."""
        self._is_in_series = self._left() > SERIES_CPU_SECONDS
        signal.setitimer(signal.ITIMER_PROF, min(SERIES_CPU_SECONDS, self._left()))
        try:
            yield
        finally:
            self._is_in_series = False
            signal.setitimer(signal.ITIMER_PROF, self._left())

    def give_up(self, number: int, frame: FrameType | None) -> None:
        """Answer the alarm: the time of a series is over, or that of the file."""
        if self._is_in_series:
            raise Unreadable("It takes too long to work out.")
        raise TooLong

    def _left(self) -> float:
        # Nothing at all would turn the alarm off.
        return max(self._ends - time.process_time(), 0.001)


def serve(requests: BinaryIO, answers: BinaryIO, *, allowance: Allowance) -> None:
    """Answer each request of a stream, with fresh processor time for each."""
    while line := requests.readline():
        request = json.loads(line)
        octets = requests.read(request["octets"])
        answer = json.dumps(_answer(octets, request, allowance), default=date.isoformat)
        answers.write(answer.encode() + b"\n")
        answers.flush()


def _answer(
    octets: bytes, request: Mapping[str, Any], allowance: Allowance
) -> Mapping[str, object]:
    try:
        with allowance.for_a_file():
            if request["wanted"] == "days":
                return asdict(read_days(octets, guard=allowance.for_a_series))
            return _plain(_reading(octets, request, allowance))
    except CalendarUnreadable as problem:
        return {"problem": problem.sentence}
    except TooLong:
        return {"problem": "This calendar takes more time to read than a calendar should."}
    except MemoryError:
        return {"problem": "This calendar needs more memory than a calendar should."}


def _reading(octets: bytes, request: Mapping[str, Any], allowance: Allowance) -> BusyReading:
    return read_busy(
        octets,
        window=DateRange(date.fromisoformat(request["first"]), date.fromisoformat(request["last"])),
        timezone=request["timezone"],
        country=request["country"],
        own_uids=frozenset(request["own_uids"]),
        guard=allowance.for_a_series,
    )


def _plain(reading: BusyReading) -> Mapping[str, object]:
    return {
        "busy": [(period.start.isoformat(), period.end.isoformat()) for period in reading.busy],
        "passed_over": [(entry.component, entry.reason) for entry in reading.passed_over],
        "known_until": reading.known_until.isoformat(),
        "is_whole": reading.is_whole,
        "is_empty": reading.is_empty,
    }


if __name__ == "__main__":
    main()
