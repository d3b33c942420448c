"""Who comes today: what the front desk of a school needs, and nothing of what it does not.

A school's office sees its own schools alone. Addresses, telephone numbers and notes between
people are no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import VisitState
from scheduler.domain.zones import day_period, local
from scheduler.services.access import Actor
from scheduler.services.picture import load_district
from scheduler.services.ports import Store
from scheduler.services.sheets import sheets_of

SHOWN = (
    VisitState.INVITED,
    VisitState.CONFIRMED,
    VisitState.CANCELLED,
    VisitState.HAPPENED,
    VisitState.MISSED,
)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """One school's day: visits by start, and what closes it, empty where it is open."""

    key: str
    name: str
    sheets: tuple[VisitSheet, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The day at each school that the asker looks after; without visits or closure, left out.

    ``schools`` are those one may choose among, by name.
    """

    day: date
    today: date
    school: str
    days: tuple[SchoolDay, ...]
    schools: tuple[tuple[str, str], ...]


def day_sheet(
    store: Store, day: date | None, *, school: str = "", actor: Actor, now: datetime
) -> DaySheet:
    """Return who comes on that day, today by default; at one school, or at all one looks after.

    Raises:
        NotAllowed: unless the actor oversees or keeps a school's office.
        Unknown: if the school is not one of theirs.
    """
    if not (actor.oversees or actor.office_of):
        raise NotAllowed("read the day sheet")
    with store.read() as work:
        zone = load_district(work).timezone
        today = local(now, zone).date()
        day = day or today
        known = work.districts.schools()
        own = {k: s for k, s in known.items() if actor.oversees or k in actor.office_of}
        if school and school not in own:
            raise Unknown("school", school)
        meant = {school: own[school]} if school else own
        of_day = day_period(day, zone)
        visits = work.visits.in_states(SHOWN, since=of_day.start, until=of_day.end)
        theirs = tuple(v for v in visits if v.school in meant and v.was_released)
        sheets = sheets_of(work, theirs)
        closures = tuple(c for c in work.districts.closures() if day in c.days)
    days = []
    for key, each in sorted(meant.items(), key=lambda pair: pair[1].name):
        own_sheets = tuple(sheet for sheet in sheets if sheet.school == key)
        closed = next((c.name for c in closures if c.school in ("", key)), "")
        if own_sheets or (closed and (school or actor.office_of)):
            days.append(SchoolDay(key, each.name, own_sheets, closed))
    names = sorted(((k, s.name) for k, s in own.items()), key=lambda pair: pair[1])
    return DaySheet(day, today, school, tuple(days), tuple(names))
