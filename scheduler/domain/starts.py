"""From a request's windows to the starts that its visit could have.

A start is the first session's span with every later session, each ``every_days`` later at
the same wall time. If one session falls on a closed day, that start does not exist. A start
reached twice keeps its best preference.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from scheduler.domain.classes import Classroom, lessons_on
from scheduler.domain.periods import Period
from scheduler.domain.requests import (
    ClassroomRequest,
    PeriodWindow,
    RangeWindow,
    TimeWindow,
    Window,
    preference_of,
)
from scheduler.domain.schooldays import NamedPeriod, SchoolTime
from scheduler.domain.zones import at_wall_time, is_wall_time, local

STEP_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Start:
    """One possible start: its preference, 3 best, and each session's span in UTC, in order."""

    preference: int
    sessions: tuple[Period, ...]


class WindowMisfit(ValueError):
    """Say that a window names a period that day lacks, or one too short for the visit."""


def starts_of(
    request: ClassroomRequest, *, school_time: SchoolTime, classroom: Classroom | None
) -> tuple[Start, ...]:
    """Return every start of the request in order of time.

    Windows that do not fit their day are passed over; ``misfit_of`` says why. Cost: days and
    periods of the windows × sessions.
    """
    best: dict[datetime, tuple[int, Period]] = {}
    for position, window in enumerate(request.windows):
        for first in _first_sessions(request, window, school_time=school_time, classroom=classroom):
            # Windows come best first, so whichever reaches a moment first is its best.
            best.setdefault(first.start, (preference_of(position), first))
    found = (
        Start(preference, sessions)
        for _, (preference, first) in sorted(best.items())
        if (sessions := _series(first, request, school_time=school_time))
    )
    return tuple(found)


def start_at(
    moment: datetime, request: ClassroomRequest, *, minutes: int, school_time: SchoolTime
) -> Start | None:
    """Return a chosen start outside the windows (preference 1), or None on a closed day."""
    first = Period(moment.astimezone(UTC), moment.astimezone(UTC) + timedelta(minutes=minutes))
    sessions = _series(first, request, school_time=school_time)
    return Start(1, sessions) if sessions else None


def misfit_of(request: ClassroomRequest, window: Window, *, school_time: SchoolTime) -> str:
    """Return why a window can never hold a visit of this length, or an empty text.

    A day without lessons is no misfit: closures come and go. A period that the day or the
    whole schedule lacks, or one that is too short, is.
    """
    if isinstance(window, PeriodWindow):
        known = {bell.name for bell in school_time.bells.periods}
        for name in filter(None, (window.period, window.last_period)):
            if name not in known:
                return f"“{window}”: the school has no period {name}."
    if isinstance(window, PeriodWindow) and school_time.has_lessons(window.day):
        try:
            _period_start(request, window, school_time=school_time)
        except WindowMisfit as misfit:
            return str(misfit)
    if isinstance(window, TimeWindow) and _minutes_between(window) < (
        request.duration_minutes or 0
    ):
        return f"“{window}” is shorter than the visit of {request.duration_minutes} minutes."
    return ""


def _first_sessions(
    request: ClassroomRequest,
    window: Window,
    *,
    school_time: SchoolTime,
    classroom: Classroom | None,
) -> Iterator[Period]:
    match window:
        case PeriodWindow():
            with suppress(WindowMisfit):
                yield _period_start(request, window, school_time=school_time)
        case TimeWindow():
            yield from _time_starts(request, window, school_time=school_time)
        case RangeWindow():
            yield from _range_starts(request, window, school_time=school_time, classroom=classroom)


def _period_start(
    request: ClassroomRequest, window: PeriodWindow, *, school_time: SchoolTime
) -> Period:
    by_name = {named.name: named.period for named in school_time.periods_on(window.day)}
    for name in (window.period, window.last_period or window.period):
        if name not in by_name:
            raise WindowMisfit(f"“{window}”: the school has no period {name} on that day.")
    first, last = by_name[window.period], by_name[window.last_period or window.period]
    length = timedelta(minutes=request.duration_minutes or first.minutes)
    if first.start + length > last.end:
        raise WindowMisfit(f"“{window}” is shorter than the visit.")
    return Period(first.start, first.start + length)


def _time_starts(
    request: ClassroomRequest, window: TimeWindow, *, school_time: SchoolTime
) -> Iterator[Period]:
    length = timedelta(minutes=request.duration_minutes or _minutes_between(window))
    start, end = (_plain(window.day, wall) for wall in (window.start, window.end))
    while start + length <= end:
        if is_wall_time(window.day, start.time(), school_time.timezone):
            begun = at_wall_time(window.day, start.time(), school_time.timezone)
            yield Period(begun, begun + length)
        start += timedelta(minutes=STEP_MINUTES)


def _range_starts(
    request: ClassroomRequest,
    window: RangeWindow,
    *,
    school_time: SchoolTime,
    classroom: Classroom | None,
) -> Iterator[Period]:
    for day in window.days.days():
        for named in _lesson_periods(day, school_time=school_time, classroom=classroom):
            length = timedelta(minutes=request.duration_minutes or named.period.minutes)
            if named.period.start + length <= named.period.end:
                yield Period(named.period.start, named.period.start + length)


def _lesson_periods(
    day: date, *, school_time: SchoolTime, classroom: Classroom | None
) -> tuple[NamedPeriod, ...]:
    if classroom is None:
        return school_time.periods_on(day)
    return lessons_on(classroom, day, school_time=school_time)


def _series(
    first: Period, request: ClassroomRequest, *, school_time: SchoolTime
) -> tuple[Period, ...]:
    wall = local(first.start, school_time.timezone)
    length = first.end - first.start
    sessions: list[Period] = []
    for number in range(request.sessions):
        day = wall.date() + timedelta(days=number * request.every_days)
        if not school_time.has_lessons(day):
            return ()
        begun = at_wall_time(day, wall.time(), school_time.timezone) if number else first.start
        sessions.append(Period(begun, begun + length))
    return tuple(sessions)


def _plain(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall)


def _minutes_between(window: TimeWindow) -> int:
    length = _plain(window.day, window.end) - _plain(window.day, window.start)
    return int(length.total_seconds() // 60)
