"""Light lists for pages: bare columns, a statement or a few however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from scheduler.domain.batches import BatchState
from scheduler.domain.folding import word_line
from scheduler.domain.joining import JoiningState
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.stand_ins import SearchState
from scheduler.domain.visits import OCCUPYING, VisitState
from scheduler.services.ports import (
    AccountsWanted,
    CountOfOrganization,
    CountOfSchool,
    ListedAccount,
    NamedClass,
    NamedVisit,
    OnSheet,
    OutboxRow,
    OutboxState,
    Waiting,
)
from scheduler.storage.models.batches import BatchRow
from scheduler.storage.models.districts import OrganizationRow, SchoolRow
from scheduler.storage.models.joining import JoiningRow
from scheduler.storage.models.people import PersonRow, PersonSchoolRow, StaffRoleRow
from scheduler.storage.models.records import OutboxEntryRow, WebSessionRow
from scheduler.storage.models.requests import ProposalRow, RequestRow, UnassignedRow
from scheduler.storage.models.stand_ins import StandInSearchRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import (
    VolunteerRow,
)
from scheduler.storage.repositories.rows import by_owner, chunks, fields_of
from scheduler.storage.repositories.search import has_part, named, named_classes, named_visits
from scheduler.storage.repositories.volunteer_lists import KEPT, VolunteerLists

GIVEN = (VisitState.HAPPENED,)


class SqlListings(VolunteerLists):
    """Implement the port ``Listings``."""

    def waiting(self) -> Waiting:
        """Return how much waits for a coordinator."""
        is_open = RequestRow.state == RequestState.OPEN
        proposed = (
            select(func.count())
            .select_from(ProposalRow)
            .join(RequestRow, RequestRow.id == ProposalRow.request_id)
            .where(is_open, ProposalRow.state == ProposalState.PENDING)
        )
        nobody = (
            select(func.count())
            .select_from(UnassignedRow)
            .join(RequestRow, RequestRow.id == UnassignedRow.request_id)
            .where(is_open)
        )
        counted = (
            proposed,
            nobody,
            select(func.count()).where(BatchRow.state == BatchState.PENDING),
            select(func.count()).where(JoiningRow.state == JoiningState.WAITING),
            select(func.count()).where(OutboxEntryRow.state == OutboxState.FAILED),
            select(func.count()).where(StandInSearchRow.state == SearchState.LOOKING),
        )
        numbers = select(*(each.scalar_subquery() for each in counted))
        return Waiting(*self._session.execute(numbers).one())

    def failed_mail(self, *, since: datetime, subjects: Iterable[str]) -> tuple[OutboxRow, ...]:
        """Return mail that failed about visits that end after since, or about these subjects.

        The latest comes first.
        """
        coming = select(VisitRow.uid).where(VisitRow.ends_at > since)
        is_meant = OutboxEntryRow.subject.in_(coming) | OutboxEntryRow.subject.in_(tuple(subjects))
        rows = self._session.scalars(
            select(OutboxEntryRow)
            .where(OutboxEntryRow.state == OutboxState.FAILED, is_meant)
            .order_by(OutboxEntryRow.created_at.desc(), OutboxEntryRow.id)
        )
        return tuple(OutboxRow(**fields_of(row, OutboxRow)) for row in rows)

    def namesakes(self, person: Person) -> tuple[str, ...]:
        """Return in order the other addresses of accounts whose name has the same words."""
        has_words = PersonRow.words == word_line(person.name)
        others = select(PersonRow.email).where(has_words, PersonRow.email != person.email)
        return tuple(self._session.scalars(others.order_by(PersonRow.email)))

    def on_sheets(self, emails: Iterable[str]) -> Mapping[str, OnSheet]:
        """Return by address what visit sheets say of these people; unknown ones left out."""
        found: dict[str, OnSheet] = {}
        for chunk in chunks(emails):
            rows = self._session.execute(
                select(
                    PersonRow.email,
                    PersonRow.name,
                    PersonRow.locale,
                    func.coalesce(OrganizationRow.name, ""),
                )
                .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
                .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
                .where(PersonRow.email.in_(chunk))
            )
            found.update((email, OnSheet(*rest)) for email, *rest in rows)
        return found

    def classes(self, *, teacher: str) -> tuple[NamedClass, ...]:
        """Return this teacher's classes, by key."""
        rows = self._read(named_classes().where(PersonRow.email == teacher))
        return tuple(NamedClass(*row) for row in rows)

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
        roles = by_owner(
            (owner, Role(name, title))
            for owner, name, title in self._read(
                select(StaffRoleRow.person_id, StaffRoleRow.name, StaffRoleRow.title)
                .where(StaffRoleRow.person_id.in_(chosen))
                .order_by(StaffRoleRow.position)
            )
        )
        schools = by_owner(
            (owner, key)
            for owner, key in self._read(
                select(PersonSchoolRow.person_id, SchoolRow.key)
                .join(SchoolRow, SchoolRow.id == PersonSchoolRow.school_id)
                .where(PersonSchoolRow.person_id.in_(chosen))
                .order_by(PersonSchoolRow.position)
            )
        )
        seen = dict(
            self._read(
                select(WebSessionRow.person_id, func.max(WebSessionRow.seen_at))
                .where(WebSessionRow.person_id.in_(chosen))
                .group_by(WebSessionRow.person_id)
            ).all()
        )
        rows: Any = self._read(
            select(
                PersonRow.id, PersonRow.email, PersonRow.name, PersonRow.is_active, VolunteerRow.id
            )
            .outerjoin(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(PersonRow.id.in_(chosen))
            .order_by(PersonRow.words, PersonRow.email)
        )
        volunteer = (Role(RoleName.VOLUNTEER),)
        return tuple(
            ListedAccount(
                email=email,
                name=name,
                roles=(*roles[number], *(volunteer if offers is not None else ())),
                schools=tuple(schools[number]),
                is_active=is_active,
                seen_at=seen.get(number),
            )
            for number, email, name, is_active, offers in rows
        )

    def schools(self, *, since: datetime) -> Mapping[str, CountOfSchool]:
        """Return by school what was filled since then and what is open; empty ones left out."""
        filled = dict(
            self._session.execute(
                select(SchoolRow.key, func.count(VisitRow.request_id.distinct()))
                .join(VisitRow, VisitRow.school_id == SchoolRow.id)
                .where(VisitRow.state.in_(KEPT), VisitRow.ends_at > since)
                .group_by(SchoolRow.key)
            ).all()
        )
        waiting = dict(
            self._session.execute(
                select(SchoolRow.key, func.count())
                .join(RequestRow, RequestRow.school_id == SchoolRow.id)
                .where(RequestRow.state == RequestState.OPEN)
                .group_by(SchoolRow.key)
            ).all()
        )
        return {
            key: CountOfSchool(filled.get(key, 0), waiting.get(key, 0))
            for key in sorted(filled.keys() | waiting.keys())
        }

    def organizations(
        self, *, now: datetime, since: datetime, until: datetime
    ) -> Mapping[str, CountOfOrganization]:
        """Return by organization who is active, and the visits that begin in that time."""
        people = dict(
            self._session.execute(
                select(OrganizationRow.key, func.count())
                .join(VolunteerRow, VolunteerRow.organization_id == OrganizationRow.id)
                .where(VolunteerRow.is_active)
                .group_by(OrganizationRow.key)
            ).all()
        )
        in_time = and_(VisitRow.starts_at >= since, VisitRow.starts_at < until)
        given, coming = Counter[str](), Counter[str]()
        for key, state, many in self._of_organizations(in_time):
            given[key] += many if state in GIVEN else 0
            coming[key] += many if state in OCCUPYING else 0
        return {
            key: CountOfOrganization(people.get(key, 0), given.get(key, 0), coming.get(key, 0))
            for key in sorted({*people, *+given, *+coming})
        }

    def visits(self, *, since: datetime, of: str = "") -> tuple[NamedVisit, ...]:
        """Return visits that end after since, of everybody or of one person, by start.

        Cost: two statements.
        """
        meant = and_(VisitRow.ends_at > since, has_part(of) if of else true())
        people = by_owner(
            (number, email)
            for number, email in self._session.execute(
                select(BookingRow.visit_id, PersonRow.email)
                .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
                .join(VisitRow, VisitRow.id == BookingRow.visit_id)
                .where(meant, BookingRow.removed.is_(False))
                .order_by(BookingRow.position)
            )
        )
        rows = self._session.execute(named_visits().where(meant))
        return tuple(NamedVisit(*(*values, tuple(people[number]))) for number, *values in rows)

    def _read(self, query: Any) -> Any:
        # Past the session: it would look at each of thousands of rows once more.
        return self._session.connection().execute(query)

    def _of_organizations(
        self, wanted: ColumnElement[bool]
    ) -> Iterable[tuple[str, VisitState, int]]:
        """By organization and state: how many visits its people have a part in."""
        rows: Any = self._session.execute(
            select(OrganizationRow.key, VisitRow.state, func.count(VisitRow.id.distinct()))
            .join(VolunteerRow, VolunteerRow.organization_id == OrganizationRow.id)
            .join(BookingRow, BookingRow.volunteer_id == VolunteerRow.id)
            .join(VisitRow, VisitRow.id == BookingRow.visit_id)
            .where(wanted, BookingRow.removed.is_(False))
            .group_by(OrganizationRow.key, VisitRow.state)
        )
        return tuple((key, state, many) for key, state, many in rows)


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
