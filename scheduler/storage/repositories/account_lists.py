"""The accounts as lists show them: bare columns, five statements however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from scheduler.domain.people import Role, RoleName
from scheduler.services.ports import AccountsWanted, ListedAccount
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.models.people import PersonRow, PersonSchoolRow, StaffRoleRow
from scheduler.storage.models.records import WebSessionRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.repositories.rows import by_owner
from scheduler.storage.repositories.search import named

VOLUNTEER = (Role(RoleName.VOLUNTEER),)


class AccountLists:
    """Implement what the port ``Listings`` says of accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accounts(
        self, wanted: AccountsWanted, *, skipped: int = 0, most: int | None = None
    ) -> tuple[tuple[ListedAccount, ...], int]:
        """Return a part of the accounts wanted, by the words of their names, and how many are.

        Cost: five statements, whatever the part.
        """
        chosen = (
            select(PersonRow.id)
            .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(*_is_wanted(wanted))
        )
        count = self._session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        page = chosen.order_by(PersonRow.words, PersonRow.email).offset(skipped).limit(most)
        return self._accounts(select(page.subquery().c.id)), count

    def _accounts(self, chosen: Select[Any]) -> tuple[ListedAccount, ...]:
        roles, schools = self._roles(chosen), self._schools(chosen)
        seen = self._last_seen(chosen)
        rows: Any = self._read(
            select(
                PersonRow.id, PersonRow.email, PersonRow.name, PersonRow.is_active, VolunteerRow.id
            )
            .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(PersonRow.id.in_(chosen))
            .order_by(PersonRow.words, PersonRow.email)
        )
        return tuple(
            ListedAccount(
                email=email,
                name=name,
                roles=(*roles[number], *(VOLUNTEER if offers is not None else ())),
                schools=tuple(schools[number]),
                is_active=is_active,
                seen_at=seen.get(number),
            )
            for number, email, name, is_active, offers in rows
        )

    def _roles(self, chosen: Select[Any]) -> Mapping[int, list[Role]]:
        rows = self._read(
            select(StaffRoleRow.person_id, StaffRoleRow.name, StaffRoleRow.title)
            .where(StaffRoleRow.person_id.in_(chosen))
            .order_by(StaffRoleRow.position)
        )
        return by_owner((owner, Role(name, title)) for owner, name, title in rows)

    def _schools(self, chosen: Select[Any]) -> Mapping[int, list[str]]:
        rows = self._read(
            select(PersonSchoolRow.person_id, SchoolRow.key)
            .join(SchoolRow, SchoolRow.id == PersonSchoolRow.school_id)
            .where(PersonSchoolRow.person_id.in_(chosen))
            .order_by(PersonSchoolRow.position)
        )
        return by_owner((owner, key) for owner, key in rows)

    def _last_seen(self, chosen: Select[Any]) -> Mapping[int, datetime]:
        rows = self._read(
            select(WebSessionRow.person_id, func.max(WebSessionRow.seen_at))
            .where(WebSessionRow.person_id.in_(chosen))
            .group_by(WebSessionRow.person_id)
        )
        return dict(rows.all())

    def _read(self, query: Any) -> Any:
        # Past the session: it would look at each of thousands of rows once more.
        return self._session.connection().execute(query)


def _is_wanted(wanted: AccountsWanted) -> Iterator[ColumnElement[bool]]:
    yield PersonRow.is_active.is_(wanted.is_active)
    if wanted.words:
        yield named(wanted.words, PersonRow.words) | (PersonRow.email == wanted.email)
    if wanted.role == RoleName.VOLUNTEER:
        yield VolunteerRow.id.is_not(None)
    elif wanted.role:
        roles = (role for role in RoleName if role == wanted.role)
        holders = select(StaffRoleRow.person_id).where(StaffRoleRow.name.in_(tuple(roles)))
        yield PersonRow.id.in_(holders)
