"""The schools of the district, for those who oversee it: bells, closures, classes and visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import School
from scheduler.domain.errors import Unknown
from scheduler.domain.folding import folded
from scheduler.domain.people import Person
from scheduler.domain.schooldays import BellPeriod, Closure, SchoolTime
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.feed_answers import write_feed
from scheduler.services.feeds import FeedSettings, feed_for, rotate
from scheduler.services.locking import CLOSURES
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import CountOfSchool, Gazetteer, Store
from scheduler.services.records import Activity, FeedKind
from scheduler.services.sheets import sheets_of
from scheduler.services.versions import require_unchanged
from scheduler.services.warm import Warm

FEWEST_VISITS = "visits"
NOTHING = CountOfSchool()


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """Which schools are asked for, and in which order; what is empty asks nothing."""

    text: str = ""
    zone: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school in the list, with its visits of the year and its open requests."""

    school: School
    visits: int
    open_requests: int


@dataclass(frozen=True, slots=True)
class SchoolProfile:
    """One school with all that a coordinator looks up.

    ``bells`` are its periods by day type and start; ``closures`` those not over, by first
    day; ``sheets`` the year's visits and those to come, by start. ``feed_address`` is empty
    until somebody makes it, and for viewers.
    """

    line: SchoolLine
    timezone: str
    bells: tuple[BellPeriod, ...]
    closures: tuple[Closure, ...]
    classes: tuple[Classroom, ...]
    sheets: tuple[VisitSheet, ...]
    feed_address: str = ""
    teacher_by_email: Mapping[str, Person] = field(default_factory=dict)


def schools(
    store: Store, *, actor: Actor, now: datetime, asked: SchoolFilter = SchoolFilter()
) -> tuple[SchoolLine, ...]:
    """Return the schools that pass the filter, by name or the fewest visits first.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read schools")
    with store.read() as work:
        counts = work.listings.schools(since=memory_start(load_district(work), now))
        known = work.districts.schools()
    lines = (
        SchoolLine(each, counts.get(key, NOTHING).filled, counts.get(key, NOTHING).open)
        for key, each in known.items()
    )
    return passing(lines, asked)


def passing(lines: Iterable[SchoolLine], asked: SchoolFilter) -> tuple[SchoolLine, ...]:
    """Return the lines that pass the filter, in the order asked for."""
    text = folded(asked.text.strip())
    found = [
        line
        for line in lines
        if text in folded(f"{line.school.name} {line.school.zone}")
        and asked.zone in ("", line.school.zone)
    ]
    found.sort(key=lambda line: folded(line.school.name))
    if asked.order == FEWEST_VISITS:
        found.sort(key=lambda line: line.visits)
    return tuple(found)


def school(
    store: Store,
    key: str,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    settings: FeedSettings,
) -> SchoolProfile:
    """Return one school.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such school.
    """
    require_overseer(actor, deed="read schools")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        ground = district.ground
        known = ground.schools
        if key not in known:
            raise Unknown("school", key)
        school_time = ground.school_time_by_school[key]
        since = memory_start(ground.district, now)
        kept = tuple(visit for visit in district.visits.every() if visit.school == key)
        classes = [each for each in ground.classes.values() if each.school == key]
        feed = work.feeds.of_owner(FeedKind.SCHOOL, key) if actor.is_coordinator else None
        waiting = work.listings.schools(since=since).get(key, NOTHING).open
        return SchoolProfile(
            line=SchoolLine(known[key], len({visit.request for visit in kept}), waiting),
            timezone=school_time.timezone,
            bells=tuple(sorted(school_time.bells.periods, key=lambda b: (b.day_type, b.start))),
            closures=_ahead(school_time, today=local(now, school_time.timezone).date()),
            classes=tuple(sorted(classes, key=lambda each: (each.grade, each.name))),
            sheets=sheets_of(work, kept, ground=ground),
            feed_address=settings.address_of(feed) if feed else "",
            teacher_by_email=work.people.many({each.teacher_email for each in classes}),
        )


def _ahead(school_time: SchoolTime, *, today: date) -> tuple[Closure, ...]:
    coming = (closure for closure in school_time.closures if closure.days.last >= today)
    return tuple(sorted(coming, key=lambda closure: closure.days))


def change_contact(
    store: Store,
    key: str,
    *,
    phone: str,
    arrival_note: str,
    actor: Actor,
    now: datetime,
    version: str = "",
) -> None:
    """Keep how to reach a school and what to do on arriving.

    ``version`` is that of the two that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such school.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change a school")
    with store.write() as work:
        work.visits.lock((f"school:{key}",))
        known = work.districts.schools().get(key)
        if known is None:
            raise Unknown("school", key)
        subject = f"school:{key}"
        require_unchanged(work, version, known.phone, known.arrival_note, subject=subject)
        changed = replace(known, phone=phone.strip(), arrival_note=arrival_note.strip())
        work.districts.put_schools((changed,))
        work.activities.add((Activity(now, actor.email, "changed a school", subject),))


def add_closure(store: Store, closure: Closure, *, actor: Actor, now: datetime) -> int:
    """Close a school on some days ahead; return how many visits lie on them.

    Those stay as they are: a what-if moves them, a closed day calls them off.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such school.
    """
    require_coordinator(actor, deed="close a school")
    with store.write() as work:
        work.visits.lock((CLOSURES,))
        closures = {*work.districts.closures(), closure}
        work.districts.put_closures(sorted(closures))
        facts = {"name": closure.name, "first": closure.days.first, "last": closure.days.last}
        subject = f"school:{closure.school}"
        work.activities.add((Activity(now, actor.email, "added a closure", subject, facts),))
        return sum(
            visit.occupies and local(visit.period.start, visit.timezone).date() in closure.days
            for visit in work.visits.of_schools((closure.school,), since=now)
        )


def remove_closure(store: Store, closure: Closure, *, actor: Actor, now: datetime) -> None:
    """Open a school again on the days of one of its own closures.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the school has no such closure.
    """
    require_coordinator(actor, deed="open a school")
    with store.write() as work:
        work.visits.lock((CLOSURES,))
        closures = work.districts.closures()
        if closure not in closures:
            raise Unknown("closure", closure.name)
        work.districts.put_closures(each for each in closures if each != closure)
        facts = {"name": closure.name, "first": closure.days.first, "last": closure.days.last}
        subject = f"school:{closure.school}"
        work.activities.add((Activity(now, actor.email, "removed a closure", subject, facts),))


def make_feed(
    store: Store, key: str, *, actor: Actor, settings: FeedSettings, now: datetime
) -> None:
    """Make the school's calendar and its address; one that is there stays.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such school.
    """
    require_coordinator(actor, deed="make a school's calendar")
    feed = feed_for(store, kind=FeedKind.SCHOOL, owner=key, settings=settings)
    write_feed(store, feed, settings=settings, now=now)


def renew_feed(
    store: Store, key: str, *, actor: Actor, settings: FeedSettings, now: datetime
) -> None:
    """Give the school's calendar a new address; the old one ends.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such school.
    """
    require_coordinator(actor, deed="renew a school's calendar")
    feed = feed_for(store, kind=FeedKind.SCHOOL, owner=key, settings=settings)
    rotate(store, feed, settings=settings, now=now)
