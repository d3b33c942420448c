"""Accounts with staff roles and schools.

The volunteer role is not stored: whoever has a volunteer row holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from scheduler.domain.folding import word_line
from scheduler.domain.people import Person, Role, RoleName, reference_of
from scheduler.domain.volunteers import Volunteer
from scheduler.services.ports import ChangeKind
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.models.people import PersonRow, PersonSchoolRow, StaffRoleRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.rows import (
    chunks,
    columns_for,
    columns_of,
    delete_where,
    fields_in,
    insert_rows,
    known_ids,
    upsert,
)

THE_VOLUNTEER = Role(RoleName.VOLUNTEER)


class SqlPeople:
    """Implement the port ``People``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, email: str) -> Person | None:
        """Return the account of that address; a volunteer's carries the volunteer role last."""
        return self.many((email,)).get(email)

    def many(self, emails: Iterable[str]) -> Mapping[str, Person]:
        """Return these accounts by address, in order of address; unknown ones are left out."""
        found: dict[str, Person] = {}
        for chunk in chunks(emails):
            found |= self._load(PersonRow.email.in_(chunk))
        return dict(sorted(found.items()))

    def all(self) -> Mapping[str, Person]:
        """Return every account by address, in order of address."""
        return dict(sorted(self._load(true()).items()))

    def email_of(self, reference: str) -> str:
        """Return the address that a reference stands for, empty where it is nobody's."""
        meant = select(PersonRow.email).where(PersonRow.reference == reference)
        return self._session.scalar(meant) or ""

    def with_role(self, role: RoleName) -> tuple[str, ...]:
        """Return the addresses of everyone active who holds this staff role, in order."""
        holders = self._session.scalars(
            select(PersonRow.email)
            .join(StaffRoleRow, StaffRoleRow.person_id == PersonRow.id)
            .where(StaffRoleRow.name == role, PersonRow.is_active)
        )
        return tuple(sorted(set(holders)))

    def put(self, people: Iterable[Person]) -> None:
        """Add or change accounts with their staff roles and schools.

        Volunteer roles and generations of links are kept.

        Raises:
            Unknown: if one names a school that does not exist.
        """
        people = tuple(people)
        rows = [account_columns(person) for person in people]
        upsert(self._session, PersonRow, rows, by="email", keep=("link_generation",))
        ids = known_ids(self._session, PersonRow.email, (p.email for p in people), kind="person")
        self._note_volunteers(ids.values())
        delete_where(self._session, StaffRoleRow.person_id, ids.values())
        delete_where(self._session, PersonSchoolRow.person_id, ids.values())
        insert_rows(self._session, StaffRoleRow, _role_rows(people, ids=ids))
        insert_rows(self._session, PersonSchoolRow, self._school_rows(people, ids=ids))

    def end_links(self, email: str) -> None:
        """Begin a new generation of the links in this person's mails."""
        self._session.connection().execute(
            update(PersonRow)
            .where(PersonRow.email == email)
            .values(link_generation=PersonRow.link_generation + 1)
        )
        self._session.expire_all()

    def _note_volunteers(self, ids: Iterable[int]) -> None:
        """Remember that volunteers change: their names are their accounts'."""
        for chunk in chunks(ids):
            volunteers = select(PersonRow.email).join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            emails = self._session.scalars(volunteers.where(PersonRow.id.in_(chunk)))
            note(self._session, ChangeKind.VOLUNTEER, emails)

    def _load(self, condition: ColumnElement[bool]) -> dict[str, Person]:
        """Return people with their roles and schools in one statement: every page asks."""
        rows = self._session.execute(people_rows().where(condition))
        grouped = groupby(rows, key=attrgetter("email"))
        return {email: person_of(list(each)) for email, each in grouped}

    def _school_rows(
        self, people: Sequence[Person], *, ids: Mapping[str, int]
    ) -> list[dict[str, object]]:
        keys = (key for person in people for key in person.schools)
        school_ids = known_ids(self._session, SchoolRow.key, keys, kind="school")
        return [
            {"person_id": ids[person.email], "position": position, "school_id": school_ids[key]}
            for person in people
            for position, key in enumerate(person.schools)
        ]


def account_columns(person: Person | Volunteer) -> dict[str, Any]:
    """Return the columns of an account, with what it is found by."""
    found_by = {"words": word_line(person.name), "reference": reference_of(person.email)}
    return columns_of(person, PersonRow) | found_by


def people_rows() -> Any:
    """Select people, one row for each role with each school, in order of address."""
    return (
        select(
            *columns_for(Person, PersonRow),
            VolunteerRow.id.label("volunteer"),
            StaffRoleRow.position.label("rank"),
            StaffRoleRow.name.label("role"),
            StaffRoleRow.title.label("role_title"),
            PersonSchoolRow.position.label("place"),
            SchoolRow.key.label("school"),
        )
        .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
        .outerjoin(StaffRoleRow, StaffRoleRow.person_id == PersonRow.id)
        .outerjoin(PersonSchoolRow, PersonSchoolRow.person_id == PersonRow.id)
        .outerjoin(SchoolRow, SchoolRow.id == PersonSchoolRow.school_id)
        .order_by(PersonRow.email, StaffRoleRow.position, PersonSchoolRow.position)
    )


def person_of(rows: Sequence[Any]) -> Person:
    """Return the person of all their rows."""
    roles = {row.rank: Role(row.role, row.role_title) for row in rows if row.rank is not None}
    schools = {row.place: row.school for row in rows if row.school is not None}
    return Person(
        **fields_in(rows[0], Person, PersonRow),
        roles=(*roles.values(), *([THE_VOLUNTEER] if rows[0].volunteer else [])),
        schools=tuple(schools.values()),
    )


def _role_rows(people: Sequence[Person], *, ids: Mapping[str, int]) -> list[dict[str, object]]:
    return [
        {
            "person_id": ids[person.email],
            "position": position,
            "name": role.name,
            "title": role.title,
        }
        for person in people
        for position, role in enumerate(person.roles)
        if role.name is not RoleName.VOLUNTEER
    ]
