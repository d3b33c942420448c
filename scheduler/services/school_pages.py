"""The schools of the district, for those who oversee it: bells, closures, classes and visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import School
from scheduler.domain.errors import Unknown
from scheduler.domain.people import Person
from scheduler.domain.requests import RequestState
from scheduler.domain.schooldays import BellPeriod, Closure
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.board import visits_by_school
from scheduler.services.feeds import FeedSettings, feed_for, rotate
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Store, Work
from scheduler.services.records import FeedKind
from scheduler.services.sheets import sheets_of


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


def schools(store: Store, *, actor: Actor, now: datetime) -> tuple[SchoolLine, ...]:
    """Return every school by name.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read schools")
    with store.read() as work:
        picture = load_picture(work, now=now, requests=(), volunteers=())
        lines = _lines(work, picture)
    return tuple(sorted(lines.values(), key=lambda line: line.school.name.casefold()))


def school(
    store: Store, key: str, *, actor: Actor, now: datetime, settings: FeedSettings
) -> SchoolProfile:
    """Return one school.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such school.
    """
    require_overseer(actor, deed="read schools")
    with store.read() as work:
        picture = load_picture(work, now=now, requests=(), volunteers=())
        if key not in picture.schools:
            raise Unknown("school", key)
        classes = tuple(c for c in picture.classes.values() if c.school == key)
        school_time = picture.school_time_by_school[key]
        feed = work.feeds.of_owner(FeedKind.SCHOOL, key)
        may_see = feed is not None and actor.is_coordinator
        return SchoolProfile(
            line=_lines(work, picture)[key],
            timezone=school_time.timezone,
            bells=tuple(sorted(school_time.bells.periods, key=lambda b: (b.day_type, b.start))),
            closures=tuple(
                sorted(
                    (c for c in school_time.closures if c.days.last >= picture.today),
                    key=lambda closure: closure.days,
                )
            ),
            classes=tuple(sorted(classes, key=lambda each: (each.grade, each.name))),
            sheets=sheets_of(work, tuple(v for v in picture.visits if v.school == key)),
            feed_address=settings.address_of(feed) if feed and may_see else "",
            teacher_by_email=work.people.many({each.teacher_email for each in classes}),
        )


def make_feed(store: Store, key: str, *, actor: Actor, settings: FeedSettings) -> None:
    """Make the school's calendar address; one that is there stays.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such school.
    """
    require_coordinator(actor, deed="make a school's calendar")
    feed_for(store, kind=FeedKind.SCHOOL, owner=key, settings=settings)


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


def _lines(work: Work, picture: Picture) -> dict[str, SchoolLine]:
    visits = visits_by_school(picture)
    waiting = Counter(r.school for r in work.requests.all(states=(RequestState.OPEN,)).values())
    return {
        key: SchoolLine(school, visits[key], waiting[key])
        for key, school in picture.schools.items()
    }
