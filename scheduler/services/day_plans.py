"""One day of a visit, hour by hour: the speaker's, the way there and back, and the class's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.assignments import IN_PERSON, Demand, Speaker
from scheduler.domain.availability import expand
from scheduler.domain.classes import Classroom, lessons_on
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.zones import day_period, local
from scheduler.services.picture import Picture

FIRST_HOUR, LAST_HOUR = 8, 16
HOUR = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the day, half-open, in minutes since midnight at the school.

    ``kind`` is ``free``, ``busy``, ``visit`` or ``travel``.
    """

    start_minutes: int
    end_minutes: int
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the day: a person's (``name``), the ``visit``'s or the ``class``'s."""

    kind: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day with its lanes and the whole hours it is drawn between."""

    day: date
    lanes: tuple[Lane, ...]
    first_hour: int = FIRST_HOUR
    last_hour: int = LAST_HOUR


def day_plan(
    picture: Picture,
    demand: Demand,
    visit: Period,
    *,
    team: Iterable[tuple[Speaker, str]],
    travel_minutes: int,
) -> DayPlan:
    """Return the day of a visit for its team, each with how they take part."""
    zone = picture.zone_of(demand.school)
    day = local(visit.start, zone).date()
    classroom = picture.classes.get(picture.requests[demand.id].classroom)
    people = tuple(
        Lane("person", speaker.name, tuple(_of_person(picture, speaker, day, zone=zone)))
        for speaker, _ in team
    )
    is_there = any(format == IN_PERSON for _, format in team)
    way = timedelta(minutes=travel_minutes if is_there else 0)
    lanes = (*people, Lane("visit", "", tuple(_with_way(visit, way, day=day, zone=zone))))
    if classroom:
        spans = tuple(_of_class(picture, classroom, visit, day=day, zone=zone))
        lanes = (*lanes, Lane("class", classroom.name, spans))
    hours = [s for lane in lanes if lane.kind != "person" for s in lane.spans]
    first = min((span.start_minutes // HOUR for span in hours), default=FIRST_HOUR)
    last = max((-(-span.end_minutes // HOUR) for span in hours), default=LAST_HOUR)
    return DayPlan(day, lanes, min(first, FIRST_HOUR), max(last, LAST_HOUR))


def _of_person(picture: Picture, speaker: Speaker, day: date, *, zone: str) -> Iterator[Span]:
    person = picture.volunteers[speaker.id]
    # The person's own day may begin before or end after the school's.
    days = DateRange(day - timedelta(days=1), day + timedelta(days=1))
    timezone = person.timezone or picture.district.timezone
    for period in expand(person.weekly, person.away, days=days, timezone=timezone):
        yield from _span(period, "free", day=day, zone=zone)
    for period in picture.busy_of(person):
        yield from _span(period, "busy", day=day, zone=zone)
    for visit in picture.visits:
        if visit.occupies and speaker.id in visit.volunteers:
            yield from _span(visit.period, "busy", day=day, zone=zone)


def _with_way(visit: Period, way: timedelta, *, day: date, zone: str) -> Iterator[Span]:
    if way:
        yield from _span(Period(visit.start - way, visit.start), "travel", day=day, zone=zone)
    yield from _span(visit, "visit", day=day, zone=zone)
    if way:
        yield from _span(Period(visit.end, visit.end + way), "travel", day=day, zone=zone)


def _of_class(
    picture: Picture, classroom: Classroom, visit: Period, *, day: date, zone: str
) -> Iterator[Span]:
    school_time = picture.school_time_by_school[classroom.school]
    for named in lessons_on(classroom, day, school_time=school_time):
        kind = "visit" if named.period.overlaps(visit) else "busy"
        yield from _span(named.period, kind, day=day, zone=zone)


def _span(period: Period, kind: str, *, day: date, zone: str) -> Iterator[Span]:
    whole = day_period(day, zone)
    if period.overlaps(whole):
        yield Span(
            start_minutes=_minute(max(period.start, whole.start), zone),
            end_minutes=_minute(period.end, zone) if period.end < whole.end else 24 * HOUR,
            kind=kind,
        )


def _minute(moment: datetime, zone: str) -> int:
    shown = local(moment, zone)
    return shown.hour * HOUR + shown.minute
