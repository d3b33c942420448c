"""A district small enough to keep in mind: one school, two teachers, two volunteers.

The first volunteer is invited to the first teacher's class on ``DAY``; the other teacher's
request is open, and the other volunteer told us nothing about their time. Besides them there
are a coordinator, a viewer and the school's office.
"""

from __future__ import annotations

from scheduler.domain.people import RoleName
from scheduler.domain.requests import RequestState
from scheduler.services.ports import Store
from tests.builders import (
    COORDINATOR,
    a_bell_schedule,
    a_classroom,
    a_district,
    a_person,
    a_request,
    a_school,
    a_topic_tree,
    a_visit,
    a_volunteer,
    an_organization,
)

OTHER_TEACHER = "omar@schools.example"
OTHER_VOLUNTEER = "ben@bridges.example"
OFFICE = "olive@schools.example"
VIEWER = "vera@schools.example"


def fill(store: Store) -> None:
    """Put the district into an empty store."""
    with store.write() as work:
        work.districts.put(a_district())
        work.districts.put_bell_schedules((a_bell_schedule(),))
        work.districts.put_topics(a_topic_tree())
        work.districts.put_schools((a_school(),))
        work.districts.put_organizations((an_organization(),))
        work.people.put(
            (
                a_person(),
                a_person(email=OTHER_TEACHER, name="Omar Haddad"),
                a_person(RoleName.COORDINATOR, email=COORDINATOR, name="Carla Diaz", schools=()),
                a_person(RoleName.VIEWER, email=VIEWER, name="Vera Lund", schools=()),
                a_person(RoleName.OFFICE, email=OFFICE, name="Olive Stone"),
            )
        )
        work.districts.put_classes(
            (
                a_classroom(),
                a_classroom(key="maple-6b", teacher_email=OTHER_TEACHER, name="6B", room="14"),
            )
        )
        work.volunteers.put(
            (
                a_volunteer(),
                a_volunteer(email=OTHER_VOLUNTEER, name="Ben Ito", weekly=(), organization=""),
            )
        )
        work.requests.put(
            (
                a_request(state=RequestState.BOOKED),
                a_request(
                    key="bridges",
                    teacher_email=OTHER_TEACHER,
                    classroom="maple-6b",
                    title="How bridges stand",
                ),
            )
        )
        work.visits.add((a_visit(),))
