"""Who is where: visits by week, by month and as a list, for whoever may see them.

Days are those of the school's own clock. Whoever oversees sees every visit, a teacher their
own, a volunteer and a school's office what was released to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.availability import expand
from scheduler.domain.districts import School
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.schooldays import SATURDAY, Closure
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.calendar_spans import (
    A_DAY,
    By,
    CalendarAsked,
    View,
    before_and_after,
    span_of,
    with_a_day_more,
)
from scheduler.services.picture import load_district
from scheduler.services.ports import DiaryLine, DiaryWanted, OwnWeek, Store, Work


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day with its visits by start; ``closed`` names what closes every school shown."""

    day: date
    lines: tuple[DiaryLine, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day with visits, or days in a row that one closure leaves without any."""

    days: DateRange
    lines: tuple[DiaryLine, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One row's day: its visits, what closes that school, when that volunteer is free."""

    lines: tuple[DiaryLine, ...] = ()
    closed: str = ""
    free: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A school's or a volunteer's week, one cell a day."""

    key: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What was asked for, with the days ``before`` and ``after`` that lead on.

    ``days`` are those shown; a week without visits at its week-end is shown without it.
    ``rows`` are there in the week alone. ``timezone`` is the district's, ``reader_timezone``
    the reader's own. ``schools``, ``zones`` and ``topics`` are what one may filter by.
    """

    asked: CalendarAsked
    span: DateRange
    today: date
    days: tuple[CalendarDay, ...]
    rows: tuple[CalendarRow, ...]
    before: date
    after: date
    timezone: str
    reader_timezone: str
    schools: tuple[tuple[str, str], ...] = ()
    zones: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()

    @property
    def lines(self) -> tuple[DiaryLine, ...]:
        """Return all visits shown, by day and start."""
        return tuple(line for day in self.days for line in day.lines)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Return the days worth telling of in words, a holiday once."""
        told: list[Stretch] = []
        for each in self.days:
            last = told[-1] if told else None
            if each.lines:
                told.append(Stretch(DateRange(each.day, each.day), each.lines, each.closed))
            elif last and not last.lines and _goes_on(last, each):
                told[-1] = replace(last, days=DateRange(last.days.first, each.day))
            elif each.closed:
                told.append(Stretch(DateRange(each.day, each.day), (), each.closed))
        return tuple(told)


@dataclass(frozen=True, slots=True)
class _Ground:
    timezone: str
    topics: TopicTree
    schools: Mapping[str, School]
    closures: tuple[Closure, ...]
    reader_timezone: str


def calendar(store: Store, asked: CalendarAsked, *, actor: Actor, now: datetime) -> CalendarPage:
    """Return the calendar of the actor's visits around a day."""
    with store.read() as work:
        ground = _ground(work, actor)
        today = local(now, ground.timezone).date()
        asked = replace(asked, on=asked.on or today)
        span = span_of(asked, today=today)
        found = work.diary.lines(wanted_by(actor), within=with_a_day_more(span, ground.timezone))
        lines = tuple(
            seen_by(actor, line) for line in found if _is_meant(line, asked, topics=ground.topics)
        )
        weeks = _weeks_of(work, lines, asked) if actor.oversees else {}
    days = tuple(_days(lines, span, asked=asked, closures=ground.closures))
    before, after = before_and_after(asked, span)
    page = CalendarPage(
        asked=asked,
        span=span,
        today=today,
        days=days,
        rows=tuple(_rows(asked, days, ground=ground, weeks=weeks)),
        before=before,
        after=after,
        timezone=ground.timezone,
        reader_timezone=ground.reader_timezone,
    )
    return _with_filters(page, ground, actor=actor)


def _ground(work: Work, actor: Actor) -> _Ground:
    district = load_district(work)
    own_zone = work.diary.timezone_of(actor.email) if actor.is_volunteer else ""
    return _Ground(
        timezone=district.timezone,
        topics=work.districts.topics(),
        schools=work.districts.schools(),
        closures=work.districts.closures(),
        reader_timezone=own_zone or district.timezone,
    )


def _weeks_of(
    work: Work, lines: Iterable[DiaryLine], asked: CalendarAsked
) -> Mapping[str, OwnWeek]:
    """Return when the guests of these visits are free, where each has a row of their own."""
    if asked.view is not View.WEEK or asked.by is not By.VOLUNTEER:
        return {}
    return work.diary.weeks({guest.email for line in lines for guest in line.present_guests})


def wanted_by(actor: Actor) -> DiaryWanted:
    """Return whose visits this person may see."""
    return DiaryWanted(
        is_all=actor.oversees,
        teacher=actor.email if actor.is_teacher else "",
        volunteer=actor.email if actor.is_volunteer else "",
        schools=actor.office_of,
    )


def seen_by(actor: Actor, line: DiaryLine) -> DiaryLine:
    """Return the visit as this person sees it: a volunteer reads no other volunteer's answer."""
    hosts = actor.oversees or line.teacher_email == actor.email or line.school in actor.office_of
    if hosts:
        return line
    return replace(line, guests=tuple(g for g in line.guests if g.email == actor.email))


def _is_meant(line: DiaryLine, asked: CalendarAsked, *, topics: TopicTree) -> bool:
    return (
        asked.school in ("", line.school)
        and asked.zone in ("", line.zone)
        and (not asked.topic or asked.topic in _with_parents(line.topic, topics))
    )


def _with_parents(topic: str, topics: TopicTree) -> Iterator[str]:
    while topic:
        yield topic
        known = topics.by_key.get(topic)
        topic = known.parent if known else ""


def _days(
    lines: Iterable[DiaryLine],
    span: DateRange,
    *,
    asked: CalendarAsked,
    closures: tuple[Closure, ...],
) -> Iterator[CalendarDay]:
    by_day: dict[date, list[DiaryLine]] = {day: [] for day in span.days()}
    for line in lines:
        by_day.get(local(line.period.start, line.timezone).date(), []).append(line)
    for day, found in by_day.items():
        if asked.view is View.WEEK and day.weekday() >= SATURDAY and not found:
            continue
        yield CalendarDay(day, tuple(found), _closed(day, asked.school, closures))


def _closed(day: date, school: str, closures: tuple[Closure, ...]) -> str:
    return next((c.name for c in closures if c.school in ("", school) and day in c.days), "")


def _rows(
    asked: CalendarAsked,
    days: tuple[CalendarDay, ...],
    *,
    ground: _Ground,
    weeks: Mapping[str, OwnWeek],
) -> Iterator[CalendarRow]:
    if asked.view is not View.WEEK:
        return
    if asked.by is By.VOLUNTEER:
        names = {g.email: g.name for d in days for line in d.lines for g in line.present_guests}
        keys_of: Callable[[DiaryLine], tuple[str, ...]] = _guests_of
    else:
        names = {line.school: line.school_name for day in days for line in day.lines}
        if asked.school in ground.schools:
            names.setdefault(asked.school, ground.schools[asked.school].name)
        keys_of = _school_of
    for key, name in sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0])):
        cells = []
        for day in days:
            lines = tuple(line for line in day.lines if key in keys_of(line))
            is_school = asked.by is By.SCHOOL
            closed = _closed(day.day, key, ground.closures) if is_school else day.closed
            week = None if closed else weeks.get(key)
            free = _free(week, day.day, timezone=ground.timezone)
            cells.append(Cell(lines, closed, free))
        yield CalendarRow(key, name or key, tuple(cells))


def _guests_of(line: DiaryLine) -> tuple[str, ...]:
    return tuple(guest.email for guest in line.present_guests)


def _school_of(line: DiaryLine) -> tuple[str, ...]:
    return (line.school,)


def _free(week: OwnWeek | None, day: date, *, timezone: str) -> tuple[Period, ...]:
    if week is None:
        return ()
    zone = week.timezone or timezone
    return expand(week.weekly, week.away, days=DateRange(day, day), timezone=zone)


def _with_filters(page: CalendarPage, ground: _Ground, *, actor: Actor) -> CalendarPage:
    if not actor.oversees:
        return page
    schools = sorted(ground.schools.items(), key=lambda pair: pair[1].name.casefold())
    return replace(
        page,
        schools=tuple((key, school.name) for key, school in schools),
        zones=tuple(sorted({school.zone for _, school in schools if school.zone})),
        topics=ground.topics.topics,
    )


def _goes_on(closing: Stretch, day: CalendarDay) -> bool:
    return closing.closed == day.closed and closing.days.last == day.day - A_DAY
