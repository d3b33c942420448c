"""Volunteers with everything the rules look at, read and written in bulk.

A name and a language belong to the account, so a teacher who also volunteers has one of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from scheduler.domain.volunteers import Limits, Volunteer
from scheduler.services.ports import ChangeKind
from scheduler.storage.models.districts import OrganizationRow
from scheduler.storage.models.people import PersonRow, StaffRoleRow
from scheduler.storage.models.volunteers import (
    BusySourceRow,
    VolunteerRow,
    WeeklyAvailabilityRow,
)
from scheduler.storage.repositories import volunteer_parts
from scheduler.storage.repositories.districts import point, point_columns
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.people import account_columns
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    known_ids,
    upsert,
)


class SqlVolunteers:
    """Implement the port ``Volunteers``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, email: str) -> Volunteer | None:
        """Return one volunteer."""
        return self.many((email,)).get(email)

    def all(self) -> Mapping[str, Volunteer]:
        """Return every volunteer by address, inactive ones too, in order of address."""
        return dict(sorted(self._load(true()).items()))

    def many(self, emails: Iterable[str]) -> Mapping[str, Volunteer]:
        """Return these volunteers by address, in order of address; unknown ones are left out."""
        found: dict[str, Volunteer] = {}
        for chunk in chunks(emails):
            found |= self._load(PersonRow.email.in_(chunk))
        return dict(sorted(found.items()))

    def without_availability(self) -> tuple[str, ...]:
        """Return the addresses of active volunteers of whom no availability is known, in order."""
        emails = self._session.scalars(
            select(PersonRow.email)
            .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(
                VolunteerRow.is_active,
                VolunteerRow.id.not_in(select(WeeklyAvailabilityRow.volunteer_id)),
            )
        )
        return tuple(sorted(emails))

    def put(self, volunteers: Iterable[Volunteer]) -> None:
        """Add or replace each volunteer whole, with the account it belongs to.

        The account of someone who is nothing but a volunteer is active when the volunteer is.

        Raises:
            Unknown: if one names an organization or school that does not exist.
        """
        volunteers = tuple(volunteers)
        note(self._session, ChangeKind.VOLUNTEER, (each.email for each in volunteers))
        ids = self._put_accounts(volunteers)
        organizations = (volunteer.organization for volunteer in volunteers)
        organization_ids = known_ids(
            self._session, OrganizationRow.key, organizations, kind="organization"
        )
        rows = [
            columns_of(volunteer, VolunteerRow)
            | columns_of(volunteer.limits, VolunteerRow)
            | point_columns(volunteer.coordinates)
            | {
                "id": ids[volunteer.email],
                "organization_id": organization_ids.get(volunteer.organization),
            }
            for volunteer in volunteers
        ]
        upsert(self._session, VolunteerRow, rows, by="id")
        volunteer_parts.replace(
            self._session, {ids[volunteer.email]: volunteer for volunteer in volunteers}
        )

    def _put_accounts(self, volunteers: Sequence[Volunteer]) -> Mapping[str, int]:
        rows = [account_columns(volunteer) for volunteer in volunteers]
        upsert(self._session, PersonRow, rows, by="email", keep=("is_active",))
        emails = (volunteer.email for volunteer in volunteers)
        ids = known_ids(self._session, PersonRow.email, emails, kind="person")
        for is_active in (True, False):
            concerned = (ids[v.email] for v in volunteers if v.is_active is is_active)
            for chunk in chunks(concerned):
                self._session.connection().execute(
                    update(PersonRow)
                    .where(PersonRow.id.in_(chunk))
                    .where(PersonRow.id.not_in(select(StaffRoleRow.person_id)))
                    .values(is_active=is_active)
                )
        return ids

    def _load(self, condition: ColumnElement[bool]) -> dict[str, Volunteer]:
        chosen = (
            select(VolunteerRow.id)
            .join(PersonRow, PersonRow.id == VolunteerRow.id)
            .where(condition)
        )
        parts = volunteer_parts.load(self._session, chosen)
        rows = self._session.execute(
            select(VolunteerRow, PersonRow, OrganizationRow.key, BusySourceRow)
            .join(PersonRow, PersonRow.id == VolunteerRow.id)
            .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
            .outerjoin(BusySourceRow, BusySourceRow.volunteer_id == VolunteerRow.id)
            .where(condition)
        )
        return {
            person.email: Volunteer(
                **fields_of(row, Volunteer),
                email=person.email,
                name=person.name,
                locale=person.locale,
                organization=organization or "",
                coordinates=point(row.latitude, row.longitude),
                limits=Limits(**fields_of(row, Limits)),
                weekly=tuple(parts.weekly[row.id]),
                away=tuple(parts.away[row.id]),
                clearances=tuple(parts.clearances[row.id]),
                busy=volunteer_parts.busy_source(busy),
            )
            for row, person, organization, busy in rows
        }
