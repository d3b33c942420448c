"""The volunteers of the district, for those who oversee it.

An address of a person never stands in a web address: a reference stands for it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.errors import Unknown
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit
from scheduler.domain.volunteers import Volunteer
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import find_email, reference_of
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Store
from scheduler.services.sheets import sheets_of

PAGE = 100
ENDS_SOON = timedelta(days=60)


class Care(StrEnum):
    """What somebody may need from a coordinator; a way to filter the list."""

    NO_TIMES = "no_times"
    CLEARANCE = "clearance"
    NEVER_ASKED = "never_asked"
    INACTIVE = "inactive"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """One volunteer in the list.

    ``cleared_until`` is the last day of the clearance that lasts longest, None where it has
    no end or there is none; ``is_cleared`` tells these apart. An old calendar is one that
    could not be read lately, or that tells nothing any more.
    """

    reference: str
    name: str
    organization: str
    topics: tuple[str, ...]
    visits: int
    next_visit: date | None
    is_cleared: bool
    cleared_until: date | None
    has_times: bool
    is_active: bool
    has_old_calendar: bool = False


@dataclass(frozen=True, slots=True)
class VolunteerPage:
    """One page of the volunteers that pass the filter, and how many there are."""

    lines: tuple[VolunteerLine, ...]
    found: int
    number: int

    @property
    def has_next(self) -> bool:
        """Tell whether another page follows."""
        return self.number * PAGE < self.found


@dataclass(frozen=True, slots=True)
class VolunteerProfile:
    """One volunteer with all that a coordinator cares for.

    ``topics`` are titles with the level named, 1 to 3; ``sheets`` are the year's visits and
    those to come, by start.
    """

    line: VolunteerLine
    volunteer: Volunteer
    topics: tuple[tuple[str, int], ...]
    sheets: tuple[VisitSheet, ...]
    timezone: str
    calendars: tuple[BusyCalendar, ...] = ()


def volunteers(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    care: Care | None = None,
    number: int = 1,
) -> VolunteerPage:
    """Return one page of the volunteers by name; inactive ones only when asked for.

    ``text`` keeps those whose name, organization or topics hold it.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work:
        picture = load_picture(work, now=now, requests=())
        organizations = {k: each.name for k, each in work.districts.organizations().items()}
    lines = (
        _line(picture, person, visits, organization=organizations.get(person.organization, ""))
        for person, visits in _with_visits(picture)
    )
    found = [line for line in lines if _passes(line, care, text, today=picture.today)]
    found.sort(key=lambda line: (line.name.casefold(), line.reference))
    return VolunteerPage(tuple(found[(number - 1) * PAGE : number * PAGE]), len(found), number)


def volunteer(store: Store, reference: str, *, actor: Actor, now: datetime) -> VolunteerProfile:
    """Return the volunteer whom a reference stands for.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if it stands for nobody.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work:
        email = find_email(work, reference)
        picture = load_picture(work, now=now, requests=(), volunteers=(email,))
        if email not in picture.volunteers:
            raise Unknown("volunteer", reference)
        visits = tuple(v for v in picture.visits if email in v.volunteers)
        person = picture.volunteers[email]
        organization = work.districts.organizations().get(person.organization)
        sheets = sheets_of(work, visits)
    topics = sorted(person.level_by_topic.items(), key=lambda each: (-each[1], each[0]))
    return VolunteerProfile(
        line=_line(picture, person, visits, organization=organization.name if organization else ""),
        volunteer=person,
        topics=tuple((picture.topics.title(key), level) for key, level in topics),
        sheets=sheets,
        timezone=person.timezone or picture.district.timezone,
        calendars=picture.calendars.get(email, ()),
    )


def _with_visits(picture: Picture) -> Iterator[tuple[Volunteer, tuple[Visit, ...]]]:
    visits: dict[str, list[Visit]] = {}
    for visit in picture.visits:
        for email in visit.volunteers:
            visits.setdefault(email, []).append(visit)
    for email, person in picture.volunteers.items():
        yield person, tuple(visits.get(email, ()))


def _line(
    picture: Picture, person: Volunteer, visits: Iterable[Visit], *, organization: str
) -> VolunteerLine:
    theirs = tuple(visits)
    coming = (v for v in theirs if v.occupies and v.period.start > picture.now)
    following = min(coming, key=lambda visit: visit.period, default=None)
    holding = [c for c in person.clearances if c.counts and not c.school]
    ends = [c.expires for c in holding]
    last = None if None in ends else max((end for end in ends if end), default=None)
    return VolunteerLine(
        reference=reference_of(person.email),
        name=person.name,
        organization=organization,
        topics=tuple(sorted(picture.topics.title(key) for key in person.level_by_topic)),
        visits=len(theirs),
        next_visit=local(following.period.start, following.timezone).date() if following else None,
        is_cleared=bool(holding) and (last is None or last >= picture.today),
        cleared_until=last,
        has_times=person.has_availability,
        is_active=person.is_active,
        has_old_calendar=_has_old_calendar(picture, person),
    )


def _has_old_calendar(picture: Picture, person: Volunteer) -> bool:
    timezone = person.timezone or picture.district.timezone
    lent = picture.calendars.get(person.email, ())
    return any(each.trust(picture.now, timezone) is not Trust.FRESH for each in lent)


def _passes(line: VolunteerLine, care: Care | None, text: str, *, today: date) -> bool:
    words = " ".join((line.name, line.organization, *line.topics)).casefold()
    if text.strip().casefold() not in words:
        return False
    if care is Care.INACTIVE:
        return not line.is_active
    if not line.is_active:
        return False
    match care:
        case Care.NO_TIMES:
            return not line.has_times
        case Care.CLEARANCE:
            ends = line.cleared_until
            return not line.is_cleared or (ends is not None and ends <= today + ENDS_SOON)
        case Care.CALENDAR:
            return line.has_old_calendar
        case Care.NEVER_ASKED:
            return not line.visits
        case _:
            return True
