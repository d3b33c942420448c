"""A district's folder becomes its values, every default filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from scheduler.bundle.booking_rows import BookingRow
from scheduler.bundle.files import Folder
from scheduler.bundle.reading import read_bundle
from scheduler.bundle.values import Bundle
from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.classes import Classroom, Lesson
from scheduler.domain.districts import Coordinates, District, Organization, School, Term
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import (
    ClassroomRequest,
    RequestKind,
    RequestState,
    parse_window,
)
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import (
    BusySource,
    Clearance,
    ClearanceState,
    Format,
    Limits,
    Volunteer,
    VolunteerKind,
)
from tests.bundle import sample


@pytest.fixture
def district(tmp_path: Path) -> Bundle:
    """Return the whole sample, read."""
    return sample.merged(tmp_path, sample.WHOLE)


def test_district_has_its_year_terms_rules_and_weights(district: Bundle) -> None:
    assert district.district == District(
        name="Lakeshore District",
        timezone="America/Toronto",
        country="CA",
        locale="en-CA",
        language="en",
        year=DateRange(date(2026, 9, 8), date(2027, 6, 25)),
        site_name="Lakeshore visits",
        terms=(Term("Autumn", DateRange(date(2026, 9, 8), date(2027, 1, 29))),),
        road_factor=1.4,
        speed_kmh=45.0,
        weights={"fit": 50},
        policy={"notice_school_days": 5, "sensitive": {"approver": "principal"}},
    )


def test_topics_make_a_tree(district: Bundle) -> None:
    assert district.topics == TopicTree(
        (
            Topic("engineering", label="Engineering", label_fr="Génie", label_es="Ingeniería"),
            Topic("health", is_sensitive=True),
            Topic("robotics", parent="engineering", label="Robotics"),
        )
    )


def test_bells_have_their_day_types(district: Bundle) -> None:
    assert district.bell_schedules is not None
    assert district.bell_schedules["high"] == BellSchedule(
        "high",
        (
            BellPeriod("A", "P1", time(8, 30), time(9, 50)),
            BellPeriod("A", "P2", time(9, 55), time(11, 15)),
            BellPeriod("B", "P1", time(8, 30), time(9, 50)),
        ),
        {date(2026, 12, 7): "A", date(2026, 12, 8): "B"},
    )


def test_closure_without_a_school_is_for_all(district: Bundle) -> None:
    assert district.closures == (
        Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 1)), "Winter break"),
        Closure("maple", DateRange(date(2026, 12, 4), date(2026, 12, 4)), "Professional day"),
    )


def test_schools_and_organizations_have_their_place(district: Bundle) -> None:
    assert district.schools is not None
    assert district.schools["maple"] == School(
        key="maple",
        name="Maple School",
        coordinates=Coordinates(43.6629, -79.3957),
        address="12 Maple Street, Toronto",
        postal_code="M5S 1A1",
        bell_schedule="regular",
        grades=frozenset(range(9)),
        enrolment=320,
        zone="west",
        arrival_note="Ring at the front door.",
        phone="416-555-0100",
    )
    assert district.organizations == {
        "robots": Organization(
            "robots",
            "Robot Works",
            "business",
            "hello@robots.example",
            12,
            "1 Lake Road",
            Coordinates(43.7, -79.4),
        )
    }


def test_staff_and_classes_are_read(district: Bundle) -> None:
    assert district.staff is not None
    assert district.classes is not None
    assert district.staff["paul@schools.example"] == Person(
        "paul@schools.example",
        "Paul Ng",
        roles=(Role(RoleName.APPROVER, "principal"), Role(RoleName.OFFICE)),
        schools=("maple", "harbour"),
    )
    assert district.classes["maple-5b"] == Classroom(
        key="maple-5b",
        school="maple",
        teacher_email="lena@schools.example",
        name="5B",
        grade=5,
        students=24,
        subject="Science",
        room="12",
        lessons=(Lesson("Mon", "P1"), Lesson("Tue", "P3")),
    )


def test_volunteer_carries_what_four_files_say(district: Bundle) -> None:
    assert district.volunteers is not None
    assert district.volunteers["amara@robots.example"] == Volunteer(
        email="amara@robots.example",
        name="Amara Diallo",
        level_by_topic={"robotics": 3, "engineering": 1},
        grades=frozenset({*range(9), 10}),
        languages=("en", "fr"),
        formats=frozenset({Format.IN_PERSON, Format.VIRTUAL}),
        organization="robots",
        kind=VolunteerKind.SPEAKER,
        postal_code="M5V 3L9",
        coordinates=Coordinates(43.64, -79.39),
        limits=Limits(12.5, 1, 2, 4, 15, 7, 0),
        needs="projector",
        locale="fr",
        adult="yes",
        adult_checked_on=date(2026, 9, 1),
        weekly=(
            WeeklyAvailability(0, time(8), time(12)),
            WeeklyAvailability(1, time(8), time(16), date(2026, 11, 30), date(2027, 6, 25)),
        ),
        away=(DaysAway(DateRange(date(2026, 12, 14), date(2026, 12, 16))),),
        clearances=(
            Clearance(
                "police_check",
                issued=date(2025, 1, 10),
                approved=date(2025, 1, 20),
                expires=date(2030, 1, 10),
                state=ClearanceState.APPROVED,
            ),
        ),
        busy=BusySource(sample.BUSY.encode(), sample.BUSY_TIME),
    )


def test_nobody_without_rows_has_availability(district: Bundle) -> None:
    assert district.volunteers is not None
    assert not district.volunteers["noor@example.org"].has_availability


def test_request_belongs_to_the_school_of_its_class(district: Bundle) -> None:
    assert district.requests is not None
    assert district.requests["r1"] == ClassroomRequest(
        key="r1",
        teacher_email="lena@schools.example",
        school="maple",
        title="How do robots see?",
        topic="robotics",
        kind=RequestKind.TALK,
        windows=tuple(
            map(
                parse_window,
                (
                    "2026-12-08 P3",
                    "2026-12-08 P1-P2",
                    "2026-12-09 10:00-11:30",
                    "2026-12-07/2026-12-18",
                ),
            )
        ),
        classroom="maple-5b",
        priority=2,
        preferred=("amara@robots.example",),
        excluded=("noor@example.org",),
        goal="career awareness",
        note="Two pupils\nspeak mostly French.",
        state=RequestState.BOOKED,
    )


def test_request_without_class_belongs_to_the_teachers_first_school(district: Bundle) -> None:
    assert district.requests is not None
    assert district.requests["r2"].school == "maple"
    assert district.requests["r2"].state is RequestState.OPEN


def test_booking_has_its_moments(district: Bundle) -> None:
    assert district.bookings == (
        BookingRow(
            uid="v1",
            request="r1",
            volunteer_email="amara@robots.example",
            start=datetime(2026, 12, 8, 15, 50, tzinfo=UTC),
            end=datetime(2026, 12, 8, 16, 40, tzinfo=UTC),
            status=VisitState.CONFIRMED,
            session=1,
            format=Format.IN_PERSON,
            room="12",
            sequence=1,
            partstat=Partstat.ACCEPTED,
        ),
    )


def test_required_columns_are_enough(tmp_path: Path) -> None:
    volunteers = (
        "email,name,topics,grades,languages,formats\n"
        " Ida@Example.org ,Ida,robotics,k-0,EN-ca,In-Person\n"
    )
    requests = (
        "request,teacher_email,title,topic,kind,windows\n"
        "r9,LENA@schools.example,Hello,robotics,talk,2026-12-08 P1\n"
    )
    files = {name: sample.WHOLE[name] for name in ("topics.csv", "schools.csv", "staff.csv")}
    whole = sample.merged(
        tmp_path,
        {
            **files,
            "bell_schedules.csv": sample.BELLS,
            "district.toml": 'name = "X"\ntimezone = "America/Toronto"\nlanguage = "fr"\n',
            "volunteers.csv": volunteers,
            "requests.csv": requests,
        },
    )
    assert whole.volunteers == {
        "ida@example.org": Volunteer(
            "ida@example.org",
            "Ida",
            {"robotics": 2},
            frozenset({0}),
            ("en-CA",),
            frozenset({Format.IN_PERSON}),
        )
    }
    assert whole.requests == {
        "r9": ClassroomRequest(
            "r9",
            "lena@schools.example",
            "maple",
            "Hello",
            "robotics",
            RequestKind.TALK,
            (parse_window("2026-12-08 P1"),),
            language="fr",
        )
    }


def test_booking_without_format_takes_the_requests(tmp_path: Path) -> None:
    bookings = (
        "visit,request,volunteer_email,start,end,status\n"
        "v2,r2,noor@example.org,2026-12-10T14:50Z,2026-12-10T15:30Z,held\n"
    )
    whole = sample.merged(tmp_path, sample.changed(bookings=bookings))
    assert whole.bookings is not None
    assert [booking.format for booking in whole.bookings] == [Format.VIRTUAL]


def test_closures_come_from_a_calendar_too(tmp_path: Path) -> None:
    files = {**sample.WHOLE, "closures.ics": "2027-03-15 2027-03-19 Spring break\n"}
    whole = sample.merged(tmp_path, files)
    assert whole.closures is not None
    spring = Closure("", DateRange(date(2027, 3, 15), date(2027, 3, 19)), "Spring break")
    assert spring in whole.closures
    assert len(whole.closures) == 3


def test_progress_tells_every_row(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read_bundle(
        Folder(sample.lay(tmp_path, sample.WHOLE)),
        existing=Bundle.empty(),
        read_busy=sample.calendars_as_they_are,
        read_closures=sample.closures_of_lines,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == sorted(told)
    assert told[-1] == (31, 31)
