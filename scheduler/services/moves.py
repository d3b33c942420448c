"""Move a visit to another lesson: which lessons of the class ahead keep every rule.

Whoever comes stays the same; only what the new time would break is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scheduler.domain.classes import Classroom, lessons_on
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.visits import OCCUPYING, Visit
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.booking_by_hand import broken_there
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.vicinity import vicinity
from scheduler.services.warm import Warm

AHEAD = timedelta(weeks=4)
MOST_LESSONS = 24


@dataclass(frozen=True, slots=True)
class MoveSheet:
    """A visit with the lessons it could move to, by start, and the days that were looked at."""

    visit: Visit
    title: str
    school_name: str
    class_name: str
    days: DateRange
    starts: tuple[datetime, ...]


def move_sheet(
    store: Store, uid: str, *, warm: Warm, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> MoveSheet:
    """Return the lessons of the next weeks to which the visit could move.

    Lessons are those of the class, or the school's periods where no class is named. They lie
    between tomorrow and four weeks after the visit.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such visit.
        IllegalTransition: if it is over or cancelled.
    """
    require_coordinator(actor, deed="move visits")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        visit = work.visits.get(uid)
        request = work.requests.get(visit.request) if visit else None
        if visit is None or request is None:
            raise Unknown("visit", uid)
        if visit.state not in OCCUPYING:
            raise IllegalTransition(subject="visit", state=str(visit.state), step="moved")
        around = vicinity(
            work,
            district,
            requests={request.key: request},
            emails=visit.volunteers,
            declined={},
            now=now,
        )
        picture = replace(around, requests={request.key: request})
        classroom = picture.classroom_of(request)
        days = _days(visit, now=now)
        return MoveSheet(
            visit=visit,
            title=request.title,
            school_name=picture.schools[visit.school].name,
            class_name=classroom.name if classroom else "",
            days=days,
            starts=tuple(_free(picture, visit, classroom, days=days, gazetteer=gazetteer)),
        )


def _days(visit: Visit, *, now: datetime) -> DateRange:
    tomorrow = local(now, visit.timezone).date() + timedelta(days=1)
    last = max(tomorrow, local(visit.period.start, visit.timezone).date()) + AHEAD
    return DateRange(tomorrow, last)


def _free(
    picture: Picture,
    visit: Visit,
    classroom: Classroom | None,
    *,
    days: DateRange,
    gazetteer: Gazetteer,
) -> Iterator[datetime]:
    length = visit.period.end - visit.period.start
    found = 0
    for day in days.days():
        for start in _starts(picture, visit, classroom, day=day):
            period = Period(start, start + length)
            if start == visit.period.start or found == MOST_LESSONS:
                continue
            if not broken_there(picture, visit, period=period, gazetteer=gazetteer):
                found += 1
                yield start


def _starts(
    picture: Picture, visit: Visit, classroom: Classroom | None, *, day: date
) -> tuple[datetime, ...]:
    school_time = picture.school_time_by_school[visit.school]
    if classroom and classroom.lessons:
        lessons = lessons_on(classroom, day, school_time=school_time)
        return tuple(named.period.start for named in lessons)
    return tuple(named.period.start for named in school_time.periods_on(day))
