"""School time as a coordinator keeps it: looked at before it counts, then stored as a whole.

Nothing of a file is stored until somebody has seen what it means. Storing it takes no visit
away: those on days that are closed now are listed, and pending proposals there become stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.districts import School
from scheduler.domain.schooldays import Closure, SchoolTime
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.closed_days import ClosedVisit, closed_visits, outdate_proposals
from scheduler.services.locking import CLOSURES, SETTINGS
from scheduler.services.picture import find_district, load_district, school_times
from scheduler.services.ports import Store, Work
from scheduler.services.public_holidays import Suggestions, suggested_closures
from scheduler.services.records import Activity
from scheduler.services.school_time_changes import Difference, Known, applied, difference
from scheduler.services.school_time_reading import FileReading, Line, read_school_time


@dataclass(frozen=True, slots=True)
class SchoolTimePage:
    """School time as it stands, and the visits that it leaves on days without school.

    ``school_names`` and ``day_types`` are by key; the latter name each schedule's own.
    ``suggestions`` are the public holidays that nothing closes yet.
    """

    known: Known
    school_names: Mapping[str, str]
    day_types: Mapping[str, tuple[str, ...]]
    visits: tuple[ClosedVisit, ...]
    suggestions: Suggestions


@dataclass(frozen=True, slots=True)
class Preview:
    """What lines would change, and the visits to come that would then stand on closed days."""

    difference: Difference
    visits: tuple[ClosedVisit, ...]


def school_time(
    store: Store, *, actor: Actor, now: datetime, region: str | None = None
) -> SchoolTimePage | None:
    """Return school time as it stands, or None before the first import.

    ``region`` is that of the holidays to suggest, None the one where most schools are.

    Raises:
        NotAllowed: unless the actor oversees the district.
    """
    require_overseer(actor, deed="see school time")
    with store.read() as work:
        district = find_district(work)
        if district is None:
            return None
        known = Known(district, work.districts.closures(), work.districts.bell_schedules())
        schools = work.districts.schools()
        visits = closed_visits(work, schools, _times(schools, known), now=now)
    return SchoolTimePage(
        known=known,
        school_names={key: school.name for key, school in schools.items()},
        day_types={
            key: tuple(sorted({each.day_type for each in schedule.periods if each.day_type}))
            for key, schedule in known.schedules.items()
        },
        visits=visits,
        suggestions=suggested_closures(
            district, schools=schools.values(), closures=known.closures, now=now, region=region
        ),
    )


def read_file(store: Store, octets: bytes, *, actor: Actor) -> FileReading:
    """Return what a file says of school time; nothing is stored.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        FileNotTaken: if nothing of the file can be used.
    """
    require_coordinator(actor, deed="change school time")
    with store.read() as work:
        schools = work.districts.schools()
        schedules = work.districts.bell_schedules()
    return read_school_time(octets, schools=schools, schedules=schedules)


def preview(
    store: Store,
    lines: Iterable[Line],
    *,
    actor: Actor,
    now: datetime,
    removes: Iterable[Closure] = (),
) -> Preview:
    """Return what these lines would change; nothing is stored.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: before the first import.
    """
    require_coordinator(actor, deed="change school time")
    with store.read() as work:
        known = _known(work)
        found = difference(known, lines, removes=removes)
        schools = work.districts.schools()
        times = _times(schools, applied(known, found))
        return Preview(found, closed_visits(work, schools, times, now=now))


def use(
    store: Store,
    lines: Iterable[Line],
    *,
    actor: Actor,
    now: datetime,
    removes: Iterable[Closure] = (),
) -> Preview:
    """Store what these lines change, in one transaction; return it with the visits concerned.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: before the first import, or if a line names a school that is not there.
    """
    require_coordinator(actor, deed="change school time")
    with store.write() as work:
        work.visits.lock((CLOSURES, SETTINGS))
        known = _known(work)
        found = difference(known, lines, removes=removes)
        if not found.is_empty:
            _store(work, known, applied(known, found))
            work.activities.add((_activity(found, actor=actor, now=now),))
        schools = work.districts.schools()
        times = _times(schools, applied(known, found))
        outdate_proposals(work, times, actor=actor, now=now)
        return Preview(found, closed_visits(work, schools, times, now=now))


def _known(work: Work) -> Known:
    return Known(load_district(work), work.districts.closures(), work.districts.bell_schedules())


def _times(schools: Mapping[str, School], known: Known) -> dict[str, SchoolTime]:
    return school_times(
        schools,
        district=known.district,
        bells=known.schedules,
        closures=known.closures,
    )


def _store(work: Work, before: Known, after: Known) -> None:
    if after.district != before.district:
        work.districts.put(after.district)
    if after.closures != before.closures:
        work.districts.put_closures(after.closures)
    work.districts.put_bell_schedules(
        schedule for key, schedule in after.schedules.items() if schedule != before.schedules[key]
    )


def _activity(found: Difference, *, actor: Actor, now: datetime) -> Activity:
    facts = {
        "added": len(found.added),
        "changed": len(found.changed),
        "removed": len(found.removed),
        "day_types": len(found.day_types),
    }
    return Activity(now, actor.email, "changed school time", "district", facts)
