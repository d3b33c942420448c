"""Accounts come back with their roles and schools; volunteering is a role of its own."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.people import Person, Role, RoleName
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_person, a_volunteer
from tests.storage.district import BRUNO, CHLOE, OTHER_TEACHER

MANY_ROLES = Person(
    email="zoe@schools.example",
    name="Zoë Ünal",
    roles=(Role(RoleName.APPROVER, "principal"), Role(RoleName.TEACHER), Role(RoleName.OFFICE)),
    schools=("maple", "birch"),
    locale="fr-CA",
    is_active=False,
)


def test_person_comes_back_with_roles_and_schools_in_order(store: SqlStore) -> None:
    with store.write() as work:
        work.people.put((MANY_ROLES,))
        assert work.people.get(MANY_ROLES.email) == MANY_ROLES


def test_put_replaces_roles_and_schools(store: SqlStore) -> None:
    changed = Person(MANY_ROLES.email, "Zoë", (Role(RoleName.VIEWER),), ("birch",))
    with store.write() as work:
        work.people.put((MANY_ROLES,))
        work.people.put((changed,))
        assert work.people.get(MANY_ROLES.email) == changed


def test_all_people_come_back_in_order_of_address(store: SqlStore) -> None:
    with store.read() as work:
        assert list(work.people.all()) == sorted(
            [VOLUNTEER, BRUNO, COORDINATOR, CHLOE, TEACHER, OTHER_TEACHER]
        )


def test_many_leaves_out_whom_nobody_knows(store: SqlStore) -> None:
    with store.read() as work:
        assert dict(work.people.many((TEACHER, "nobody@schools.example"))) == {TEACHER: a_person()}
        assert work.people.get("nobody@schools.example") is None


def test_account_of_a_volunteer_carries_the_volunteer_role(store: SqlStore) -> None:
    with store.read() as work:
        assert work.people.get(VOLUNTEER) == Person(
            VOLUNTEER, "Amara Okafor", (Role(RoleName.VOLUNTEER),)
        )


def test_putting_a_teacher_who_volunteers_keeps_the_volunteer_role(store: SqlStore) -> None:
    teaches_too = a_person(email=VOLUNTEER, name="Amara Okafor")
    with store.write() as work:
        work.people.put((teaches_too,))
        assert work.people.get(VOLUNTEER) == a_person(
            RoleName.TEACHER, RoleName.VOLUNTEER, email=VOLUNTEER, name="Amara Okafor"
        )
        assert work.volunteers.get(VOLUNTEER) == a_volunteer()


def test_with_role_names_the_active_holders_in_order(store: SqlStore) -> None:
    with store.write() as work:
        work.people.put((MANY_ROLES,))
        assert work.people.with_role(RoleName.TEACHER) == (TEACHER, OTHER_TEACHER)
        assert work.people.with_role(RoleName.VIEWER) == ()


def test_generation_of_links_grows_one_by_one_and_outlives_what_is_put(store: SqlStore) -> None:
    with store.write() as work:
        for _ in range(2):
            work.people.end_links(VOLUNTEER)
    with store.write() as work:
        work.people.put((a_person(email=VOLUNTEER, name="Amara Okafor"),))
        work.volunteers.put((a_volunteer(),))
    with store.read() as work:
        people = work.people.many((VOLUNTEER, BRUNO))
    generations = {email: person.link_generation for email, person in people.items()}
    assert generations == {VOLUNTEER: 2, BRUNO: 0}


def test_person_of_an_unknown_school_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no school “elm”"), store.write() as work:
        work.people.put((a_person(schools=("maple", "elm")),))
