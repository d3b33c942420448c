"""Light lists for pages: bare columns, a statement or a few however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from scheduler.domain.batches import BatchState
from scheduler.domain.folding import word_line
from scheduler.domain.joining import JoiningState
from scheduler.domain.people import Person
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import OCCUPYING, VisitState
from scheduler.services.ports import (
    CountOfOrganization,
    CountOfSchool,
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
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import OutboxEntryRow
from scheduler.storage.models.requests import ProposalRow, RequestRow, UnassignedRow
from scheduler.storage.models.stand_ins import StandInSearchRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import (
    VolunteerRow,
)
from scheduler.storage.repositories.account_lists import AccountLists
from scheduler.storage.repositories.busy_calendars import lenders_of_old
from scheduler.storage.repositories.rows import by_owner, chunks, fields_of
from scheduler.storage.repositories.search import has_part, named_classes, named_visits
from scheduler.storage.repositories.stand_ins import is_watched
from scheduler.storage.repositories.volunteer_lists import KEPT, VolunteerLists

GIVEN = (VisitState.HAPPENED,)


class SqlListings(AccountLists, VolunteerLists):
    """Implement the port ``Listings``."""

    def waiting(self, *, now: datetime, today: date) -> Waiting:
        """Return how much waits for a coordinator; today is the day by the district's clock."""
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
        searches = (
            select(func.count())
            .select_from(StandInSearchRow)
            .join(VisitRow, VisitRow.id == StandInSearchRow.visit_id)
            .where(is_watched(now))
        )
        counted = (
            proposed,
            nobody,
            select(func.count()).where(BatchRow.state == BatchState.PENDING),
            select(func.count()).where(JoiningRow.state == JoiningState.WAITING),
            select(func.count()).where(OutboxEntryRow.state == OutboxState.FAILED),
            searches,
            lenders_of_old(now=now, today=today),
        )
        numbers = select(*(each.scalar_subquery() for each in counted))
        return Waiting(*self._session.execute(numbers).one())

    def failed_mail(self, *, since: datetime, lately: datetime) -> tuple[OutboxRow, ...]:
        """Return mail that failed about visits that end after since, the latest first.

        Also what is about no visit and was written after lately.
        """
        coming = select(VisitRow.uid).where(VisitRow.ends_at > since)
        is_visits = select(VisitRow.id).where(VisitRow.uid == OutboxEntryRow.subject).exists()
        is_meant = OutboxEntryRow.subject.in_(coming) | (
            (OutboxEntryRow.created_at > lately) & ~is_visits
        )
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
        rows = self._session.execute(named_classes().where(PersonRow.email == teacher))
        return tuple(NamedClass(*row) for row in rows)

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
