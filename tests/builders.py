"""One of each value that the trade knows, ready for a test to say what differs.

Everything built here fits together: this volunteer knows this topic, is free and cleared when
this request's first window begins, and this visit is theirs. Times are a winter week of
December 2026 in America/Toronto (UTC−5); ``DAY`` is a Tuesday and ``NOW`` lies 17 days before.
Every field can be named: ``a_request("2026-12-08 P3-P4", speakers=2)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.classes import Classroom, Lesson
from scheduler.domain.districts import Coordinates, District, Organization, School
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.proposals import Proposal, ProposedSpeaker
from scheduler.domain.requests import ClassroomRequest, RequestKind, parse_window
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure, SchoolTime
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState, hosts_of
from scheduler.domain.volunteers import (
    Clearance,
    ClearanceState,
    Format,
    Volunteer,
)

TORONTO = "America/Toronto"
DAY = date(2026, 12, 8)
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
YEAR = DateRange(date(2026, 9, 8), date(2027, 6, 25))

VOLUNTEER = "amara@robots.example"
TEACHER = "lena@schools.example"
COORDINATOR = "carla@schools.example"


def moment(text: str, *, timezone: str = TORONTO) -> datetime:
    """Return the UTC moment of a wall time such as ``2026-12-08 10:40``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def period(text: str, *, timezone: str = TORONTO) -> Period:
    """Return the span of one day's wall times such as ``2026-12-08 10:40-11:30``."""
    day, _, times = text.partition(" ")
    start, _, end = times.partition("-")
    return Period(
        moment(f"{day} {start}", timezone=timezone), moment(f"{day} {end}", timezone=timezone)
    )


def a_district(**changes: Any) -> District:
    """Return a district in Toronto with its school year."""
    district = District(
        name="Lakeshore District", timezone=TORONTO, country="CA", locale="en-CA", year=YEAR
    )
    return replace(district, **changes)


def a_school(**changes: Any) -> School:
    """Return Maple School, in the middle of Toronto, with the bells of ``a_bell_schedule``."""
    school = School(
        key="maple",
        name="Maple School",
        coordinates=Coordinates(43.6629, -79.3957),
        address="12 Maple Street, Toronto",
        bell_schedule="regular",
        grades=frozenset(range(9)),
        enrolment=320,
        arrival_note="Ring at the front door.",
        phone="416-555-0100",
    )
    return replace(school, **changes)


def a_bell_schedule(**changes: Any) -> BellSchedule:
    """Return five periods of 50 minutes on any school day; P3 is 10:40 to 11:30."""
    times = {
        "P1": (time(8, 30), time(9, 20)),
        "P2": (time(9, 30), time(10, 20)),
        "P3": (time(10, 40), time(11, 30)),
        "P4": (time(12, 30), time(13, 20)),
        "P5": (time(13, 30), time(14, 20)),
    }
    periods = tuple(BellPeriod("", name, start, end) for name, (start, end) in times.items())
    return replace(BellSchedule("regular", periods), **changes)


def a_school_time(*closed_days: date, **changes: Any) -> SchoolTime:
    """Return the clock and calendar of ``a_school``, closed on these days."""
    closures = tuple(Closure("", DateRange(day, day), "Closed") for day in closed_days)
    return replace(SchoolTime(TORONTO, a_bell_schedule(), closures, YEAR), **changes)


def a_classroom(**changes: Any) -> Classroom:
    """Return class 5A of ``TEACHER``, with lessons in P3 on Tuesday and Thursday."""
    classroom = Classroom(
        key="maple-5a",
        school="maple",
        teacher_email=TEACHER,
        name="5A",
        grade=5,
        students=24,
        subject="Science",
        room="12",
        lessons=(Lesson("Tue", "P3"), Lesson("Thu", "P3")),
    )
    return replace(classroom, **changes)


def a_topic_tree(*topics: Topic) -> TopicTree:
    """Return these topics as a tree, or robotics below engineering when none is given."""
    return TopicTree(topics or (Topic("engineering"), Topic("robotics", parent="engineering")))


def a_request(*windows: str, **changes: Any) -> ClassroomRequest:
    """Return 5A's request for one talk on robotics, in these windows or in P3 of ``DAY``."""
    request = ClassroomRequest(
        key="robots",
        teacher_email=TEACHER,
        school="maple",
        title="Robots around us",
        topic="robotics",
        kind=RequestKind.TALK,
        windows=tuple(parse_window(window) for window in windows or ("2026-12-08 P3",)),
        classroom="maple-5a",
    )
    return replace(request, **changes)


def a_week(start: time, end: time) -> tuple[WeeklyAvailability, ...]:
    """Return that time on each day from Monday to Friday, always."""
    return tuple(WeeklyAvailability(weekday, start, end) for weekday in range(5))


def a_clearance(**changes: Any) -> Clearance:
    """Return an approved background check that holds in 2026 and 2027 at every school."""
    clearance = Clearance(
        kind="police_check",
        issued=date(2026, 1, 5),
        approved=date(2026, 1, 12),
        expires=date(2027, 12, 31),
        state=ClearanceState.APPROVED,
    )
    return replace(clearance, **changes)


def a_volunteer(**changes: Any) -> Volunteer:
    """Return a cleared guest speaker on robotics, free from 8:00 to 16:00 on weekdays."""
    volunteer = Volunteer(
        email=VOLUNTEER,
        name="Amara Okafor",
        level_by_topic={"robotics": 3},
        grades=frozenset(range(3, 9)),
        languages=("en",),
        formats=frozenset({Format.IN_PERSON, Format.VIRTUAL}),
        organization="robots",
        coordinates=Coordinates(43.6532, -79.3832),
        adult="yes",
        weekly=a_week(time(8), time(16)),
        clearances=(a_clearance(),),
    )
    return replace(volunteer, **changes)


def an_organization(**changes: Any) -> Organization:
    """Return the company that ``a_volunteer`` works for."""
    return replace(Organization("robots", "Robots & Co", kind="company"), **changes)


def a_person(*roles: RoleName, **changes: Any) -> Person:
    """Return an account of Maple School; without roles, its teacher."""
    held = tuple(Role(name) for name in roles or (RoleName.TEACHER,))
    return replace(Person(TEACHER, "Lena Fischer", held, ("maple",)), **changes)


def a_proposal(**changes: Any) -> Proposal:
    """Return the pending suggestion that ``a_volunteer`` visits for ``a_request``."""
    proposal = Proposal(
        request="robots",
        speakers=(ProposedSpeaker(VOLUNTEER, Format.IN_PERSON),),
        sessions=(period("2026-12-08 10:40-11:30"),),
        preference=3,
        made_at=NOW,
    )
    return replace(proposal, **changes)


def some_bookings(*emails: str, partstat: Partstat = Partstat.NEEDS_ACTION) -> tuple[Booking, ...]:
    """Return one booking for each address, all with the same answer."""
    return tuple(Booking(email, partstat) for email in emails)


def a_visit(**changes: Any) -> Visit:
    """Return the invited visit of ``a_volunteer`` to 5A, in P3 of ``DAY``.

    A held visit was never released, every other one was, unless the test says otherwise.
    """
    state = changes.get("state", VisitState.INVITED)
    visit = Visit(
        uid="0c5b1f0e-7d0a-4d0e-9a63-3f6f6c1f2b10",
        request="robots",
        session=1,
        period=period("2026-12-08 10:40-11:30"),
        timezone=TORONTO,
        format=Format.IN_PERSON,
        state=state,
        bookings=some_bookings(VOLUNTEER),
        created_at=NOW,
        revised_at=NOW,
        school="maple",
        hosts=hosts_of(teacher_email=TEACHER, school="maple", classroom="maple-5a", room="12"),
        room="12",
        was_released=state is not VisitState.HELD,
    )
    return replace(visit, **changes)


def some_speakers(bookings: Iterable[Booking]) -> tuple[SpeakerOnSheet, ...]:
    """Return a line for each booking, named after the address: ``Amara``."""
    return tuple(
        SpeakerOnSheet(
            email=booking.volunteer_email,
            name=booking.volunteer_email.partition("@")[0].title(),
            organization="Robots & Co",
            partstat=booking.partstat,
            removed=booking.removed,
            format=booking.format,
        )
        for booking in bookings
    )


def a_sheet(visit: Visit | None = None, **changes: Any) -> VisitSheet:
    """Return what people need to know of a visit; its speakers are those of its bookings."""
    visit = visit or a_visit()
    sheet = VisitSheet(
        visit=visit,
        title="Robots around us",
        topic=Topic("robotics", label="Robotics", label_fr="Robotique"),
        site_name="Lakeshore District",
        school="maple",
        school_name="Maple School",
        address="12 Maple Street, Toronto",
        arrival_note="Ring at the front door.",
        phone="416-555-0100",
        teacher_name="Lena Fischer",
        teacher_email=TEACHER,
        class_name="5A",
        grade="5",
        students=24,
        language="en",
        note="",
        meeting_url="",
        sessions=1,
        speakers=some_speakers(visit.bookings),
    )
    return replace(sheet, **changes)
