"""How a request itself could be changed to find somebody: what a coordinator would ask a teacher.

Each alteration is the request as it would be written down, so that whoever carries one out
stores just what was tried. A request some of whose visits stand keeps its lessons and its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations

from scheduler.domain.assignments import Demand
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import ClassroomRequest, PeriodWindow, RangeWindow
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local
from scheduler.matching.cures import Variant
from scheduler.services.picture import Picture
from scheduler.services.snapshots import demand_of

ANOTHER_LESSON = "another_lesson"
VIRTUAL = "virtual"
AT_SCHOOL = "at_school"
SMALLER_TEAM = "smaller_team"
FEWER_SESSIONS = "fewer_sessions"
SHORTER_VISIT = "shorter_visit"
AHEAD = timedelta(weeks=7)
AFTER_THE_LAST = timedelta(weeks=2)
LONGEST = timedelta(weeks=20)

Alter = Callable[[ClassroomRequest], ClassroomRequest]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One fact of a request changed: its kind and how."""

    kind: str
    alter: Alter


def alterations_of(picture: Picture, request: ClassroomRequest) -> tuple[Alteration, ...]:
    """Return what could be changed of the request alone, the easiest to ask for first."""
    if picture.visits_of(request.key):
        return tuple(_formats(request))
    return (
        Alteration(ANOTHER_LESSON, lambda asked: _any_lesson(picture, asked)),
        *_formats(request),
        *_smaller(request),
    )


def variants_of(picture: Picture, demand: Demand) -> tuple[Variant, ...]:
    """Return the request with each alteration carried out."""
    request = picture.requests[demand.id]
    alterations = alterations_of(picture, request)
    return tuple(_variant(picture, demand, (each,)) for each in alterations)


def pairs_of(picture: Picture, demand: Demand) -> tuple[Variant, ...]:
    """Return the request with every two alterations of different kinds carried out."""
    request = picture.requests[demand.id]
    return tuple(
        _variant(picture, demand, both)
        for both in combinations(alterations_of(picture, request), 2)
        if both[0].kind != both[1].kind and {each.kind for each in both} != {VIRTUAL, AT_SCHOOL}
    )


def moved_to(request: ClassroomRequest, start: datetime, *, picture: Picture) -> ClassroomRequest:
    """Return the request with the lesson that starts then as its first choice, the others below.

    Where no period of the school starts then, nothing is moved.
    """
    school_time = picture.school_time_by_school[request.school]
    day = local(start, school_time.timezone).date()
    for named in school_time.periods_on(day):
        if named.period.start == start:
            window = PeriodWindow(day, named.name)
            rest = (each for each in request.windows if each != window)
            return replace(request, windows=(window, *rest))
    return request


def _variant(picture: Picture, demand: Demand, alterations: tuple[Alteration, ...]) -> Variant:
    request = picture.requests[demand.id]
    for each in alterations:
        request = each.alter(request)
    changed = demand_of(picture, request)
    kinds = tuple(each.kind for each in alterations)
    if ANOTHER_LESSON in kinds:
        known = {option.start for option in demand.options}
        others = tuple(option for option in changed.options if option.start not in known)
        changed = replace(changed, options=others)
    # Whom the run passed over stays out, whatever else is changed.
    changed = replace(changed, excluded=demand.excluded)
    return Variant(kinds, changed, _days_asked(picture, demand) if ANOTHER_LESSON in kinds else ())


def _formats(request: ClassroomRequest) -> Iterator[Alteration]:
    if request.format is not Format.VIRTUAL:
        yield Alteration(VIRTUAL, lambda asked: replace(asked, format=Format.VIRTUAL))
    else:
        yield Alteration(AT_SCHOOL, lambda asked: replace(asked, format=Format.EITHER))


def _smaller(request: ClassroomRequest) -> Iterator[Alteration]:
    for speakers in range(request.speakers - 1, 0, -1):
        yield Alteration(SMALLER_TEAM, _with_speakers(speakers))
    for sessions in range(request.sessions - 1, 0, -1):
        yield Alteration(FEWER_SESSIONS, _with_sessions(sessions))
    if request.duration_minutes:
        yield Alteration(SHORTER_VISIT, lambda asked: replace(asked, duration_minutes=None))


def _with_speakers(speakers: int) -> Alter:
    return lambda asked: replace(asked, speakers=speakers)


def _with_sessions(sessions: int) -> Alter:
    return lambda asked: replace(asked, sessions=sessions)


def _any_lesson(picture: Picture, request: ClassroomRequest) -> ClassroomRequest:
    """Any lesson of the class, or any period where none is named, from tomorrow on."""
    first = picture.today + timedelta(days=1)
    last = max(picture.today + AHEAD, max(_window_days(request)) + AFTER_THE_LAST)
    last = min(last, picture.today + LONGEST)
    return replace(request, windows=(RangeWindow(DateRange(first, last)),))


def _window_days(request: ClassroomRequest) -> Iterator[date]:
    for window in request.windows:
        yield window.days.last if isinstance(window, RangeWindow) else window.day


def _days_asked(picture: Picture, demand: Demand) -> tuple[int, ...]:
    offered = {option.sessions[0].day for option in demand.options}
    asked = {day.toordinal() for day in _window_days(picture.requests[demand.id])}
    return tuple(sorted(offered or asked))
