"""Volunteers come back with everything the rules look at, in a handful of queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.districts import Coordinates
from scheduler.domain.errors import Unknown
from scheduler.domain.people import RoleName
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.volunteers import (
    BusySource,
    ClearanceState,
    Format,
    Limits,
    Volunteer,
    VolunteerKind,
)
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import VOLUNTEER, a_clearance, a_person, a_volunteer, a_week
from tests.databases import statements
from tests.storage.district import BRUNO, CHLOE

FULL = Volunteer(
    email="zora@robots.example",
    name="Zora Núñez",
    level_by_topic={"robotics": 3, "art": 1, "engineering": 2},
    grades=frozenset({-1, 0, 13}),
    languages=("fr", "en-CA"),
    formats=frozenset({Format.VIRTUAL}),
    organization="robots",
    kind=VolunteerKind.MENTOR,
    postal_code="M5V 2T6",
    coordinates=Coordinates(43.6421, -79.3871),
    limits=Limits(12.5, 2, 3, 4, 30, 0, 45),
    needs="Step-free way in",
    protocol="cal",
    locale="fr-CA",
    timezone="America/Vancouver",
    adult="yes",
    adult_checked_on=date(2026, 9, 1),
    weekly=(
        WeeklyAvailability(4, time(13, 5), time(15, 30)),
        WeeklyAvailability(0, time(8), time(9), date(2026, 9, 1), date(2027, 1, 31)),
        WeeklyAvailability(0, time(7), time(8), first=date(2026, 9, 1)),
    ),
    away=(
        DaysAway(DateRange(date(2026, 12, 24), date(2027, 1, 2))),
        DaysAway(DateRange(date(2026, 11, 2), date(2026, 11, 2))),
    ),
    clearances=(
        a_clearance(holder="City police", school="birch"),
        a_clearance(issued=None, approved=None, expires=None, state=ClearanceState.PENDING),
    ),
    busy=BusySource(
        content=b"BEGIN:VCALENDAR\r\n\xff\x00END:VCALENDAR\r\n",
        busy=(Period(datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)),),
        known_until=date(2027, 6, 30),
    ),
    is_active=False,
)
BARE = Volunteer(
    email="bare@robots.example",
    name="",
    level_by_topic={},
    grades=frozenset(),
    languages=(),
    formats=frozenset(),
)


@pytest.mark.parametrize("volunteer", [FULL, BARE], ids=["full", "bare"])
def test_volunteer_comes_back_whole(store: SqlStore, volunteer: Volunteer) -> None:
    with store.write() as work:
        work.volunteers.put((volunteer,))
    with store.read() as work:
        found = work.volunteers.get(volunteer.email)
    assert found == volunteer
    assert list(found.level_by_topic) == list(volunteer.level_by_topic)


def test_put_replaces_a_volunteer_whole(store: SqlStore) -> None:
    stripped = a_volunteer(weekly=(), clearances=(), organization="", coordinates=None)
    with store.write() as work:
        work.volunteers.put((a_volunteer(busy=FULL.busy, away=FULL.away),))
        work.volunteers.put((stripped,))
        assert work.volunteers.get(VOLUNTEER) == stripped
        assert work.volunteers.get(BRUNO) == a_volunteer(email=BRUNO, name="Bruno Silva")


def test_volunteers_come_back_in_order_of_address(store: SqlStore) -> None:
    with store.write() as work:
        work.volunteers.put((BARE, FULL))
        assert list(work.volunteers.all()) == [
            VOLUNTEER,
            BARE.email,
            BRUNO,
            CHLOE,
            FULL.email,
        ]
        assert dict(work.volunteers.many((FULL.email, "nobody@x.example", FULL.email))) == {
            FULL.email: FULL
        }


def test_without_availability_names_active_volunteers_without_a_week(store: SqlStore) -> None:
    inactive = a_volunteer(email="gone@robots.example", weekly=(), is_active=False)
    with store.write() as work:
        work.volunteers.put((BARE, inactive, a_volunteer(email=CHLOE, weekly=())))
        assert work.volunteers.without_availability() == (BARE.email, CHLOE)


def test_account_of_a_mere_volunteer_is_active_when_the_volunteer_is(store: SqlStore) -> None:
    with store.write() as work:
        for is_active in (False, True):
            work.volunteers.put((a_volunteer(is_active=is_active),))
            account = work.people.get(VOLUNTEER)
            assert account is not None
            assert account.is_active is is_active


def test_teacher_who_stops_volunteering_keeps_the_account(store: SqlStore) -> None:
    with store.write() as work:
        work.people.put((a_person(RoleName.TEACHER, email=VOLUNTEER),))
        work.volunteers.put((a_volunteer(is_active=False),))
        account = work.people.get(VOLUNTEER)
    assert account is not None
    assert account.is_active


def test_clearance_for_an_unknown_school_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no school “elm”"), store.write() as work:
        work.volunteers.put((a_volunteer(clearances=(a_clearance(school="elm"),)),))


def test_number_of_queries_does_not_grow_with_volunteers(store: SqlStore, engine: Engine) -> None:
    with store.read() as work, statements(engine) as few:
        work.volunteers.all()
    with store.write() as work:
        work.volunteers.put(crowd(300))
    with store.read() as work, statements(engine) as many:
        assert len(work.volunteers.all()) == 303
    assert (len(few), len(many)) == (2, 2)


def test_two_thousand_volunteers_come_back_as_they_were_stored(store: SqlStore) -> None:
    people = crowd(2_000)
    with store.write() as work:
        work.volunteers.put(people)
    with store.read() as work:
        found = work.volunteers.all()
    assert [found[volunteer.email] for volunteer in people] == list(people)


def crowd(number: int) -> tuple[Volunteer, ...]:
    """Return volunteers with five blocks of availability, a clearance and a calendar each."""
    start = datetime(2026, 12, 1, 14, tzinfo=UTC)
    busy = tuple(
        Period(start + timedelta(days=n), start + timedelta(days=n, hours=1)) for n in range(20)
    )
    return tuple(
        a_volunteer(
            email=f"speaker{n:04}@robots.example",
            weekly=a_week(time(8 + n % 4), time(16)),
            busy=BusySource(b"BEGIN:VCALENDAR", busy),
        )
        for n in range(number)
    )
