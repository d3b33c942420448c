"""The small district that storage tests begin with, and visits that fit or do not fit into it."""

from __future__ import annotations

from typing import Any

from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit, hosts_of
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    COORDINATOR,
    a_bell_schedule,
    a_classroom,
    a_person,
    a_request,
    a_school,
    a_visit,
    a_volunteer,
    an_organization,
    period,
    some_bookings,
)

BRUNO = "bruno@robots.example"
CHLOE = "chloe@robots.example"
OTHER_TEACHER = "omar@schools.example"


def fill(store: SqlStore) -> None:
    """Store two schools, two teachers with a class and a request each, three volunteers."""
    with store.write() as work:
        work.districts.put_bell_schedules((a_bell_schedule(),))
        work.districts.put_schools((a_school(), a_school(key="birch", name="Birch School")))
        work.districts.put_organizations((an_organization(),))
        work.people.put(
            (
                a_person(),
                a_person(email=OTHER_TEACHER, name="Omar Haddad", schools=("birch",)),
                a_person(RoleName.COORDINATOR, email=COORDINATOR, name="Carla", schools=()),
            )
        )
        work.districts.put_classes(
            (
                a_classroom(),
                a_classroom(key="birch-7b", school="birch", teacher_email=OTHER_TEACHER),
            )
        )
        work.volunteers.put(
            (
                a_volunteer(),
                a_volunteer(email=BRUNO, name="Bruno Silva"),
                a_volunteer(email=CHLOE, name="Chloé Roy"),
            )
        )
        work.requests.put(
            (
                a_request(),
                a_request(
                    key="bridges",
                    teacher_email=OTHER_TEACHER,
                    school="birch",
                    classroom="birch-7b",
                ),
            )
        )


def another_visit(uid: str, **changes: Any) -> Visit:
    """Return a visit that shares nobody and nothing with ``a_visit``, at the same time."""
    elsewhere = {
        "uid": uid,
        "request": "bridges",
        "school": "birch",
        "bookings": some_bookings(BRUNO),
        "hosts": hosts_of(
            teacher_email=OTHER_TEACHER, school="birch", classroom="birch-7b", room="12"
        ),
    }
    return a_visit(**(elsewhere | changes))


def a_lone_visit(uid: str, times: str, *, email: str) -> Visit:
    """Return a visit that takes up nobody and nothing but one volunteer."""
    return a_visit(uid=uid, period=period(times), bookings=some_bookings(email), hosts=())
