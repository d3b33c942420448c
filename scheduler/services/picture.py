"""What the district looks like right now, loaded in a handful of queries.

A picture is what the snapshot for the rules, the visit sheets and the pages are made from.
It can be limited to some volunteers and requests, so that one approval reads little.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from scheduler.domain.busy_calendars import BusyCalendar, last_known_day
from scheduler.domain.classes import Classroom
from scheduler.domain.districts import District, School
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import Period
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.schooldays import BellSchedule, Closure, SchoolTime
from scheduler.domain.topics import TopicTree
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.domain.volunteers import Volunteer
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.ports import Work

KEPT_STATES = (
    VisitState.HELD,
    VisitState.INVITED,
    VisitState.CONFIRMED,
    VisitState.HAPPENED,
    VisitState.MISSED,
)
MEMORY = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Picture:
    """The district at one moment.

    ``visits`` are those not cancelled that ended within the school year or are to come;
    ``declined`` names by request who said no to any visit of it, ``calendars`` by volunteer
    those lent to us.
    """

    now: datetime
    district: District
    topics: TopicTree
    schools: Mapping[str, School]
    school_time_by_school: Mapping[str, SchoolTime]
    classes: Mapping[str, Classroom]
    volunteers: Mapping[str, Volunteer]
    requests: Mapping[str, ClassroomRequest]
    visits: tuple[Visit, ...]
    declined: Mapping[str, frozenset[str]]
    calendars: Mapping[str, tuple[BusyCalendar, ...]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the date on the district's clock."""
        return local(self.now, self.district.timezone).date()

    def is_ahead(self, start: datetime) -> bool:
        """Tell whether what starts then can still be held."""
        return start > self.now

    def classroom_of(self, request: ClassroomRequest) -> Classroom | None:
        """Return the class the request is for, if it names one."""
        return self.classes.get(request.classroom)

    def zone_of(self, school: str) -> str:
        """Return the school's time zone."""
        return self.school_time_by_school[school].timezone

    def visits_of(self, request: str) -> tuple[Visit, ...]:
        """Return a request's visits that occupy time, by start."""
        return tuple(v for v in self.visits if v.request == request and v.occupies)

    def busy_of(self, volunteer: Volunteer) -> tuple[Period, ...]:
        """Return when all calendars of a volunteer say busy; they may overlap."""
        lent = self.calendars.get(volunteer.email, ())
        imported = volunteer.busy.busy if volunteer.busy else ()
        return (*imported, *(period for calendar in lent for period in calendar.busy))

    def last_known_day(self, volunteer: Volunteer) -> date | None:
        """Return the last day of which a volunteer's calendars tell, None without an end."""
        return last_known_day(volunteer.busy, self.calendars.get(volunteer.email, ()))


def find_district(work: Work) -> District | None:
    """Return the district, or None before the first import."""
    return work.districts.get()


def load_district(work: Work) -> District:
    """Return the district.

    Raises:
        Unknown: before the first import.
    """
    district = work.districts.get()
    if district is None:
        raise Unknown("district", "here yet: import one first")
    return district


def load_picture(
    work: Work,
    *,
    now: datetime,
    requests: Collection[str] | None = None,
    volunteers: Collection[str] | None = None,
) -> Picture:
    """Load the picture; all open requests and all volunteers unless some are named."""
    district = load_district(work)
    wanted = _requests(work, requests)
    people = work.volunteers.all() if volunteers is None else work.volunteers.many(volunteers)
    schools = work.districts.schools()
    return Picture(
        now=now,
        district=district,
        topics=work.districts.topics(),
        schools=schools,
        school_time_by_school=school_times(
            schools,
            district=district,
            bells=work.districts.bell_schedules(),
            closures=work.districts.closures(),
        ),
        classes=work.districts.classes(),
        volunteers=people,
        requests=wanted,
        visits=work.visits.in_states(KEPT_STATES, since=memory_start(district, now)),
        declined=declined_in(work.visits.of_requests(wanted)),
        calendars=work.busy_calendars.of_owners(people),
    )


def school_times(
    schools: Mapping[str, School],
    *,
    district: District,
    bells: Mapping[str, BellSchedule],
    closures: tuple[Closure, ...],
) -> dict[str, SchoolTime]:
    """Return each school's clock and calendar by its key."""
    everywhere = tuple(closure for closure in closures if not closure.school)
    own: dict[str, list[Closure]] = {}
    for closure in closures:
        own.setdefault(closure.school, []).append(closure)
    return {
        key: SchoolTime(
            timezone=school.timezone or district.timezone,
            bells=bells.get(school.bell_schedule, BellSchedule(school.bell_schedule)),
            closures=(*everywhere, *own.get(key, ())),
            year=district.year,
        )
        for key, school in schools.items()
    }


def declined_in(visits: Iterable[Visit]) -> dict[str, frozenset[str]]:
    """Return by request who said no to any of these visits."""
    found: dict[str, set[str]] = {}
    for visit in visits:
        for booking in visit.bookings:
            if booking.partstat is Partstat.DECLINED:
                found.setdefault(visit.request, set()).add(booking.volunteer_email)
    return {request: frozenset(emails) for request, emails in found.items()}


def memory_start(district: District, now: datetime) -> datetime:
    """Return from when on visits count for fairness and equity.

    The school year looks back to its first day, any other time over a year.
    """
    year = district.year
    if year is None or local(now, district.timezone).date() not in year:
        return (now - MEMORY).astimezone(UTC)
    return at_wall_time(year.first, time(0), district.timezone)


def _requests(work: Work, keys: Collection[str] | None) -> dict[str, ClassroomRequest]:
    if keys is None:
        return dict(work.requests.all(states=(RequestState.OPEN,)))
    return dict(work.requests.many(keys))
