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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import BinaryIO

from scheduler.calendars.busy import BusyReading, read_busy
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.moments import Unreadable
from scheduler.domain.periods import DateRange

CPU_SECONDS = 5
SERIES_CPU_SECONDS = 1.0
MEMORY_OCTETS = 512 * 1024 * 1024


def main() -> None:
    """Answer requests until there are no more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_OCTETS, MEMORY_OCTETS))
    signal.signal(signal.SIGPROF, _give_up)
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request of a stream, with fresh processor time for each."""
    while line := requests.readline():
        request = json.loads(line)
        _grant_cpu()
        answer = json.dumps(_answer(requests.read(request["octets"]), request))
        answers.write(answer.encode() + b"\n")
        answers.flush()


def _answer(octets: bytes, request: Mapping[str, str]) -> Mapping[str, object]:
    window = DateRange(date.fromisoformat(request["first"]), date.fromisoformat(request["last"]))
    try:
        reading = read_busy(
            octets,
            window=window,
            timezone=request["timezone"],
            country=request["country"],
            guard=_a_moment,
        )
    except CalendarUnreadable as problem:
        return {"problem": problem.sentence}
    except MemoryError:
        return {"problem": "This calendar needs more memory than a calendar should."}
    return _plain(reading)


def _plain(reading: BusyReading) -> Mapping[str, object]:
    return {
        "busy": [(period.start.isoformat(), period.end.isoformat()) for period in reading.busy],
        "passed_over": [(entry.component, entry.reason) for entry in reading.passed_over],
        "known_until": reading.known_until.isoformat(),
    }


def _grant_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


@contextmanager
def _a_moment() -> Iterator[None]:
    """Let the block run for a second of processor time, then stop it."""
    signal.setitimer(signal.ITIMER_PROF, SERIES_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _give_up(number: int, frame: FrameType | None) -> None:
    raise Unreadable("It takes too long to work out.")


if __name__ == "__main__":
    main()
