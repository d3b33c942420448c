"""When I can visit: a volunteer's own week, limits and days away, read and changed.

Only the person it is about changes it, and nothing here touches a visit: whoever takes a
Tuesday back keeps the visit on that Tuesday until they say no to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS, DayPart
from scheduler.domain.districts import District
from scheduler.domain.errors import Unknown
from scheduler.domain.own_weeks import FormerWeek, last_term, week_on
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import OPEN, VOLUNTEER_PREFIX, Visit
from scheduler.domain.volunteers import Limits, Volunteer
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_own_volunteer
from scheduler.services.picture import load_district
from scheduler.services.ports import Store
from scheduler.services.reconfirming import confirm_week, note_change
from scheduler.services.records import Activity
from scheduler.services.week_boxes import (
    Blocks,
    UsualTime,
    blocks_of,
    exact_times,
    ticked,
    usual_times,
    weekly_minutes,
    with_block,
    with_ticked,
    without_block,
)


@dataclass(frozen=True, slots=True)
class MyWeek:
    """All that a volunteer told us about when they can visit.

    ``day_by_booked_box`` holds the day of the next visit that falls into a box. What has
    passed, days away and times with a last day, is left out. ``parts`` are the district's parts
    of a day, which make the boxes; ``today`` is the volunteer's. ``last_term`` holds the boxes
    as they were when the last term ended, None where they are the same or there was none;
    ``holds_until`` is the end of the school year.
    """

    timezone: str
    today: date
    is_known: bool
    ticked: frozenset[str]
    exact: tuple[WeeklyAvailability, ...]
    usual: tuple[UsualTime, ...]
    minutes_a_week: int
    limits: Limits
    away: tuple[DateRange, ...]
    day_by_booked_box: Mapping[str, date] = field(default_factory=dict)
    last_term: frozenset[str] | None = None
    holds_until: date | None = None
    right_since: datetime | None = None
    is_stale: bool = False
    parts: tuple[DayPart, ...] = USUAL_PARTS


def my_week(store: Store, *, actor: Actor, now: datetime) -> MyWeek:
    """Return the actor's own week.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    if not actor.is_volunteer:
        raise Unknown("volunteer", actor.email)
    return week_of(store, actor.email, now=now)


def week_of(store: Store, email: str, *, now: datetime) -> MyWeek:
    """Return a volunteer's week, for whoever has proven to be that person.

    Raises:
        Unknown: if nobody volunteers under that address.
    """
    with store.read() as work:
        volunteer = work.volunteers.get(email)
        if volunteer is None:
            raise Unknown("volunteer", email)
        district = load_district(work)
        timezone = volunteer.timezone or district.timezone
        visits = work.visits.of_volunteers((email,), since=now)
        former = work.own_weeks.former(email) if district.terms else ()
        check = work.own_weeks.checks((email,)).get(email)
        parts = work.own_weeks.day_parts()
    blocks = blocks_of(parts)
    week = told_week(volunteer, district=district, parts=parts, now=now)
    return replace(
        week,
        day_by_booked_box=_booked(visits, email, blocks=blocks, timezone=timezone),
        last_term=_at_last_term(former, district, week=week, blocks=blocks),
        right_since=check.right_since if check else None,
        is_stale=bool(check and volunteer.has_availability and check.is_stale(now)),
    )


def told_week(
    volunteer: Volunteer, *, district: District, parts: tuple[DayPart, ...], now: datetime
) -> MyWeek:
    """Return what a volunteer told us, without visits, former weeks and its age."""
    timezone = volunteer.timezone or district.timezone
    today = local(now, timezone).date()
    weekly = tuple(block for block in volunteer.weekly if not block.last or block.last >= today)
    away = {absence.days for absence in volunteer.away if absence.days.last >= today}
    blocks = blocks_of(parts)
    return MyWeek(
        timezone=timezone,
        today=today,
        is_known=volunteer.has_availability,
        ticked=ticked(weekly, blocks),
        exact=exact_times(weekly, blocks),
        usual=usual_times(weekly, today=today),
        minutes_a_week=weekly_minutes(weekly),
        limits=volunteer.limits,
        away=tuple(sorted(away)),
        holds_until=_end_of_year(district, today),
        parts=parts,
    )


def save_week(
    store: Store,
    boxes: Iterable[str],
    *,
    actor: Actor,
    now: datetime,
    limits: Limits | None = None,
) -> None:
    """Tick exactly these boxes, and set the limits where some are given.

    Raises:
        Unknown: if the actor is no volunteer, or the district's days have no such box.
    """
    boxes = tuple(boxes)
    with store.read() as work:
        blocks = blocks_of(work.own_weeks.day_parts())
    for box in boxes:
        if box not in blocks:
            raise Unknown("box", box)

    def saved(volunteer: Volunteer) -> Volunteer:
        weekly = with_ticked(volunteer.weekly, boxes, blocks=blocks)
        return replace(volunteer, weekly=weekly, limits=limits or volunteer.limits)

    _change(store, saved, actor=actor, now=now)


def add_time(store: Store, block: WeeklyAvailability, *, actor: Actor, now: datetime) -> None:
    """Add an exact time.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    _change(store, lambda v: replace(v, weekly=with_block(v.weekly, block)), actor=actor, now=now)


def remove_time(store: Store, block: WeeklyAvailability, *, actor: Actor, now: datetime) -> None:
    """Take an exact time away; one that is not there is no error.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    _change(
        store, lambda v: replace(v, weekly=without_block(v.weekly, block)), actor=actor, now=now
    )


def go_away(store: Store, days: DateRange, *, actor: Actor, now: datetime) -> None:
    """Add days on which the actor cannot visit.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    _change(
        store,
        lambda v: replace(v, away=tuple(sorted({*v.away, DaysAway(days)}))),
        actor=actor,
        now=now,
    )


def come_back(store: Store, days: DateRange, *, actor: Actor, now: datetime) -> None:
    """Take days away back; days that are not listed are no error.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    _change(
        store,
        lambda v: replace(v, away=tuple(a for a in v.away if a.days != days)),
        actor=actor,
        now=now,
    )


def keep_as_it_is(store: Store, *, actor: Actor, now: datetime) -> None:
    """Say that the week still holds as it is.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    with store.write() as work:
        confirm_week(
            work, require_own_volunteer(actor, work.volunteers.get(actor.email)).email, now=now
        )


def _change(
    store: Store, change: Callable[[Volunteer], Volunteer], *, actor: Actor, now: datetime
) -> None:
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + actor.email,))
        volunteer = require_own_volunteer(actor, work.volunteers.get(actor.email))
        changed = change(volunteer)
        if changed == volunteer:
            return
        work.volunteers.put((changed,))
        zone = volunteer.timezone or load_district(work).timezone
        note_change(work, actor.email, before=volunteer.weekly, timezone=zone, now=now)
        subject = VOLUNTEER_PREFIX + actor.email
        work.activities.add((Activity(now, actor.email, "changed availability", subject),))


def _at_last_term(
    former: Iterable[FormerWeek], district: District, *, week: MyWeek, blocks: Blocks
) -> frozenset[str] | None:
    term = last_term(district.terms, week.today)
    then = week_on(former, term.days.last, timezone=district.timezone) if term else None
    boxes = ticked(then, blocks) if then is not None else week.ticked
    return boxes if boxes != week.ticked else None


def _end_of_year(district: District, today: date) -> date | None:
    year = district.year
    return year.last if year and today <= year.last else None


def _booked(
    visits: Iterable[Visit], email: str, *, blocks: Blocks, timezone: str
) -> dict[str, date]:
    found: dict[str, date] = {}
    for visit in visits:
        if visit.state in OPEN and email in visit.volunteers:
            start, end = (local(m, timezone) for m in (visit.period.start, visit.period.end))
            for box, block in blocks.items():
                is_same_day = block.weekday == start.weekday()
                if is_same_day and start.time() < block.end and block.start < end.time():
                    found.setdefault(box, start.date())
    return found
