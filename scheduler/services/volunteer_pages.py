"""One volunteer with all that a coordinator cares for, and the steps of that care."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.errors import Unknown
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.volunteers import Volunteer
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import memory_start
from scheduler.services.ports import Bounce, Gazetteer, Store, Work
from scheduler.services.sheets import sheets_of
from scheduler.services.volunteer_lines import VolunteerLine, has_old_calendar, line_of
from scheduler.services.warm import Warm


@dataclass(frozen=True, slots=True)
class VolunteerProfile:
    """One volunteer with all that a coordinator cares for.

    ``topics`` are titles with the level named, 1 to 3; ``sheets`` are the year's visits and
    those to come, by start; ``minutes`` is how long those lasted that took place.
    """

    line: VolunteerLine
    volunteer: Volunteer
    topics: tuple[tuple[Topic, int], ...]
    sheets: tuple[VisitSheet, ...]
    timezone: str
    calendars: tuple[BusyCalendar, ...] = ()
    minutes: int = 0
    today: date | None = None
    bounce: Bounce | None = None

    @property
    def happened(self) -> int:
        """Return how many visits of the year took place."""
        return sum(sheet.visit.state is VisitState.HAPPENED for sheet in self.sheets)


def volunteer(
    store: Store,
    reference: str,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> VolunteerProfile:
    """Return the volunteer whom a reference stands for.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if it stands for nobody.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        email, ground = work.people.email_of(reference), district.ground
        known = district.people.of(work, (email,))
        person, lent = known.volunteers.get(email), known.calendars.get(email, ())
        if person is None:
            raise Unknown("volunteer", reference)
        since = memory_start(ground.district, now)
        (listed,) = work.listings.volunteers(now=now, since=since, emails=(email,))
        visits = district.visits.of_volunteers((email,))
        sheets = sheets_of(work, visits, ground=ground)
        bounce = work.bounces.of((email,)).get(email)
    timezone = person.timezone or ground.district.timezone
    today = local(now, ground.district.timezone).date()
    line = line_of(listed, topics=ground.topics, today=today)
    return VolunteerProfile(
        line=replace(line, has_old_calendar=has_old_calendar(lent, now=now, timezone=timezone)),
        volunteer=person,
        topics=tuple(_levels(person, ground.topics)),
        sheets=sheets,
        timezone=timezone,
        calendars=lent,
        minutes=_minutes_given(visits),
        today=today,
        bounce=bounce,
    )


def _levels(person: Volunteer, topics: TopicTree) -> Iterator[tuple[Topic, int]]:
    """Yield what somebody knows, the best known first."""
    for key, level in sorted(person.level_by_topic.items(), key=lambda each: (-each[1], each[0])):
        yield topics.topic(key), level


def _minutes_given(visits: Iterable[Visit]) -> int:
    return sum(visit.period.minutes for visit in visits if visit.state is VisitState.HAPPENED)


def volunteer_of(work: Work, reference: str) -> Volunteer:
    """Return the volunteer whom a reference stands for.

    Raises:
        Unknown: if it stands for nobody.
    """
    person = work.volunteers.get(work.people.email_of(reference))
    if person is None:
        raise Unknown("volunteer", reference)
    return person
