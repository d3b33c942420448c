"""Calendar files read in a process of their own, which may fail without harm.

A hostile file can be cheap to send and dear to read. The child has limits on processor time,
memory and the clock; when a file breaks one, the child is gone and the next file gets a new
one. It knows none of the parent's environment, and answers in JSON.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scheduler.calendars.busy import BusyReading, PassedOver
from scheduler.calendars.closures import DayReading
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.zones import zone

WALL_SECONDS = 20

_TOO_MUCH = "This calendar takes more time or memory to read than a calendar should."
_CHUNK_OCTETS = 1 << 16
_MODULE = "scheduler.calendars.reading_process"


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file's octets with its owner's zone and country.

    ``own_uids`` are visits in it that the rules count already.
    """

    octets: bytes
    timezone: str
    country: str = ""
    own_uids: tuple[str, ...] = ()


def read_busy_apart(
    files: Iterable[CalendarFile], *, window: DateRange, wall_seconds: float = WALL_SECONDS
) -> Iterator[BusyReading | CalendarUnreadable]:
    """Yield what each file means, in their order; a file's failure is its own answer.

    One child reads them all, one after the other, as long as none breaks a limit; each has
    ``wall_seconds`` until its answer.

    Raises:
        UnknownZone: if an owner's zone is no zone.
    """
    child: subprocess.Popen[bytes] | None = None
    try:
        for file in files:
            zone(file.timezone)
            if child is None:
                child = _start()
            answer = _ask(child, _busy_request(file, window), wall_seconds=wall_seconds)
            if answer is None:
                _end(child)
                child = None
            yield _reading(answer) if answer else CalendarUnreadable(_TOO_MUCH)
    finally:
        if child is not None:
            _end(child)


def read_one_apart(
    octets: bytes,
    *,
    window: DateRange,
    timezone: str,
    country: str = "",
    own_uids: Iterable[str] = (),
) -> BusyReading:
    """Return what one file means.

    Raises:
        CalendarUnreadable: if nothing of it can be used, or it breaks a limit.
        UnknownZone: if ``timezone`` is no zone.
    """
    file = CalendarFile(octets, timezone, country, tuple(own_uids))
    (answer,) = read_busy_apart((file,), window=window)
    if isinstance(answer, CalendarUnreadable):
        raise answer
    return answer


def read_days_apart(octets: bytes) -> DayReading:
    """Return what a file says of whole days.

    Raises:
        CalendarUnreadable: if nothing of it can be used, or it breaks a limit.
    """
    child = _start()
    try:
        answer = _ask(child, _request(octets, wanted="days"), wall_seconds=WALL_SECONDS)
    finally:
        _end(child)
    given: dict[str, Any] = json.loads(answer) if answer else {"problem": _TOO_MUCH}
    if "problem" in given:
        raise CalendarUnreadable(given["problem"])
    return DayReading(
        days=tuple(
            (date.fromisoformat(first), date.fromisoformat(last), name)
            for first, last, name in given["days"]
        ),
        unreadable=tuple(PassedOver(**entry) for entry in given["unreadable"]),
        passed_over=tuple(PassedOver(**entry) for entry in given["passed_over"]),
    )


def _start() -> subprocess.Popen[bytes]:
    # Nothing of the parent's environment, which holds its secrets, goes along.
    return subprocess.Popen(
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    # Leaving the block closes the pipes and waits; a dead child leaves part of its request.
    with suppress(BrokenPipeError), child:
        pass


def _busy_request(file: CalendarFile, window: DateRange) -> bytes:
    return _request(
        file.octets,
        wanted="busy",
        first=window.first.isoformat(),
        last=window.last.isoformat(),
        timezone=file.timezone,
        country=file.country,
        own_uids=file.own_uids,
    )


def _request(octets: bytes, **head: str | tuple[str, ...]) -> bytes:
    return json.dumps({"octets": len(octets), **head}).encode() + b"\n" + octets


def _ask(child: subprocess.Popen[bytes], request: bytes, *, wall_seconds: float) -> bytes | None:
    """Return the child's answer, None if it died or took too long."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(request)
        child.stdin.flush()
    except BrokenPipeError:
        return None
    deadline = time.monotonic() + wall_seconds
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n"):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not selector.select(remaining):
                return None
            chunk = os.read(child.stdout.fileno(), _CHUNK_OCTETS)
            if not chunk:
                return None
            answer += chunk
    return bytes(answer)


def _reading(answer: bytes) -> BusyReading | CalendarUnreadable:
    given = json.loads(answer)
    if "problem" in given:
        return CalendarUnreadable(given["problem"])
    return BusyReading(
        busy=tuple(
            Period(datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in given["busy"]
        ),
        passed_over=tuple(PassedOver(*entry) for entry in given["passed_over"]),
        known_until=date.fromisoformat(given["known_until"]),
        is_whole=given["is_whole"],
        is_empty=given["is_empty"],
    )
