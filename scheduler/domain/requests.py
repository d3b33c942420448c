"""A teacher's request for speakers: what about, when it would suit, and how many.

Its windows are a list in order of preference; ``scheduler.domain.starts`` turns them into
the starts that a visit could have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Format


class RequestKind(StrEnum):
    """What the visit is: a talk, or mentoring."""

    TALK = "talk"
    MENTORING = "mentoring"


class RequestState(StrEnum):
    """Where a request stands; what happens to its visits is theirs to say."""

    OPEN = "open"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PeriodWindow:
    """Start with this period; the visit may run to the end of ``last_period``."""

    day: date
    period: str
    last_period: str = ""

    def __str__(self) -> str:
        """Return the window as a bundle writes it."""
        until = f"-{self.last_period}" if self.last_period else ""
        return f"{self.day.isoformat()} {self.period}{until}"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Start every five minutes between two wall times, as long as the visit fits."""

    day: date
    start: time
    end: time

    def __str__(self) -> str:
        """Return the window as a bundle writes it."""
        return f"{self.day.isoformat()} {self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class RangeWindow:
    """Any lesson of the class, or any period when no class is named, on these days."""

    days: DateRange

    def __str__(self) -> str:
        """Return the window as a bundle writes it."""
        return f"{self.days.first.isoformat()}/{self.days.last.isoformat()}"


Window = PeriodWindow | TimeWindow | RangeWindow

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ClassroomRequest:
    """What a teacher asked for.

    ``classroom`` is a class's key or empty; ``school`` is the class's, else the teacher's
    first. ``duration_minutes`` None means the period's length. ``priority`` is 1 to 3, 3 the
    most urgent. ``preferred`` and ``excluded`` are volunteers' addresses.
    """

    key: str
    teacher_email: str
    school: str
    title: str
    topic: str
    kind: RequestKind
    windows: tuple[Window, ...]
    classroom: str = ""
    format: Format = Format.EITHER
    language: str = "en"
    duration_minutes: int | None = None
    speakers: int = 1
    sessions: int = 1
    every_days: int = 7
    priority: int = 1
    preferred: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    goal: str = ""
    note: str = ""
    meeting_url: str = ""
    state: RequestState = RequestState.OPEN


def preference_of(position: int) -> int:
    """Return how welcome the window at that place of the list is: 3, 2, then 1."""
    return max(1, 3 - position)


def parse_window(text: str) -> Window:
    """Return the window that a bundle or a form writes.

    Raises:
        ValueError: if it is none of the four forms.
    """
    text = text.strip()
    if "/" in text:
        first, _, last = text.partition("/")
        return RangeWindow(_days(_date(first), _date(last), text=text))
    day_text, _, rest = text.partition(" ")
    day, rest = _date(day_text), rest.strip()
    if not rest:
        raise ValueError(f"“{text}” names no period or time.")
    first, dash, last = (part.strip() for part in rest.partition("-"))
    if ":" in rest:
        return TimeWindow(day, *_times(first, last, text=text))
    if not first or (dash and not last):
        raise ValueError(f"“{text}” needs a period on each side of the dash.")
    return PeriodWindow(day, first, last)


def _date(text: str) -> date:
    text = text.strip()
    try:
        # Python reads week dates such as 2026-W50-2 as well; people write days.
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise ValueError(f"“{text}” is not a date such as 2026-12-08.") from error


def _days(first: date, last: date, *, text: str) -> DateRange:
    if last < first:
        raise ValueError(f"“{text}” must end after it starts.")
    return DateRange(first, last)


def _times(first: str, last: str, *, text: str) -> tuple[time, time]:
    times = (part.zfill(5) if _TIME.fullmatch(part) else "" for part in (first, last))
    try:
        start, end = (time.fromisoformat(part) for part in times)
    except ValueError as error:
        raise ValueError(f"“{text}” needs two times such as 10:40-11:30.") from error
    if end <= start:
        raise ValueError(f"“{text}” must end after it starts.")
    return start, end
