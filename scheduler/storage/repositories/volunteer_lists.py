"""The volunteers as lists show them: bare columns, a few statements however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from scheduler.domain.visits import OCCUPYING, VisitState
from scheduler.domain.volunteers import Clearance, ClearanceState
from scheduler.services.ports import ListedVolunteer, VolunteersWanted
from scheduler.storage.models.districts import OrganizationRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.stand_ins import BounceRow
from scheduler.storage.models.visits import BookingRow, VisitRow
from scheduler.storage.models.volunteers import (
    BusyCalendarRow,
    ClearanceRow,
    VolunteerRow,
    WeeklyAvailabilityRow,
)
from scheduler.storage.repositories.rows import by_owner
from scheduler.storage.repositories.search import named

KEPT = (*OCCUPYING, VisitState.HAPPENED, VisitState.MISSED)


class VolunteerLists:
    """Implement what the port ``Listings`` says of volunteers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def volunteers(
        self,
        *,
        now: datetime,
        since: datetime,
        emails: Iterable[str] | None = None,
        organization: str = "",
        ending_by: date | None = None,
    ) -> tuple[ListedVolunteer, ...]:
        """Return all volunteers, or those who are meant, by address, in three statements."""
        chosen = and_(
            true() if emails is None else PersonRow.email.in_(tuple(emails)),
            PersonRow.id.in_(_people_of(organization)) if organization else true(),
            true() if ending_by is None else and_(*_ends_by(ending_by)),
        )
        clearances = self._clearances(chosen)
        visits = self._visits(chosen, now=now, since=since)
        return tuple(
            ListedVolunteer(*(*values, tuple(clearances[number])), **visits.get(number, {}))
            for number, *values in self._session.execute(_listed(chosen))
        )

    def meant_volunteers(
        self, wanted: VolunteersWanted, *, skipped: int = 0, most: int | None = None
    ) -> tuple[tuple[str, ...], int]:
        """Return a part of those wanted by address, in order of their names, and how many are."""
        chosen = (
            select(PersonRow.email)
            .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
            .where(*_is_wanted(wanted))
        )
        count = self._session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        page = chosen.order_by(PersonRow.words, PersonRow.reference).offset(skipped).limit(most)
        return tuple(self._session.scalars(page)), count

    def organizations_served(self) -> Mapping[str, str]:
        """Return by key the names of the organizations that volunteers come from, by name."""
        served = exists().where(VolunteerRow.organization_id == OrganizationRow.id)
        named = select(OrganizationRow.key, OrganizationRow.name).where(served)
        rows = self._session.execute(named.order_by(OrganizationRow.name, OrganizationRow.key))
        return dict(rows.all())

    def zones(self, *, since: datetime) -> tuple[str, ...]:
        """Return in order the zones of the schools that somebody visited since, or is to visit."""
        found = self._session.scalars(
            select(SchoolRow.zone)
            .distinct()
            .join(VisitRow, VisitRow.school_id == SchoolRow.id)
            .join(BookingRow, BookingRow.visit_id == VisitRow.id)
            .where(SchoolRow.zone != "", *_counts(since))
        )
        return tuple(sorted(found))

    def _clearances(self, chosen: ColumnElement[bool]) -> Mapping[int, list[Clearance]]:
        rows: Any = self._session.execute(
            select(
                ClearanceRow.volunteer_id,
                ClearanceRow.kind,
                ClearanceRow.issued,
                ClearanceRow.approved,
                ClearanceRow.expires,
                ClearanceRow.holder,
                func.coalesce(SchoolRow.key, ""),
                ClearanceRow.state,
            )
            .join(PersonRow, PersonRow.id == ClearanceRow.volunteer_id)
            .outerjoin(SchoolRow, SchoolRow.id == ClearanceRow.school_id)
            .where(chosen)
            .order_by(ClearanceRow.volunteer_id, ClearanceRow.position)
        )
        return by_owner((owner, Clearance(*rest)) for owner, *rest in rows)

    def _visits(
        self, chosen: ColumnElement[bool], *, now: datetime, since: datetime
    ) -> Mapping[int, dict[str, Any]]:
        """By volunteer: how many visits, in which zones, and the next one by its own clock."""
        is_coming = VisitRow.state.in_(tuple(OCCUPYING)) & (VisitRow.starts_at > now)
        rows = self._session.execute(
            select(
                BookingRow.volunteer_id,
                func.coalesce(SchoolRow.zone, ""),
                VisitRow.timezone,
                func.count(),
                func.min(case((is_coming, VisitRow.starts_at))),
            )
            .join(VisitRow, VisitRow.id == BookingRow.visit_id)
            .join(PersonRow, PersonRow.id == BookingRow.volunteer_id)
            .outerjoin(SchoolRow, SchoolRow.id == VisitRow.school_id)
            .where(chosen, *_counts(since))
            .group_by(BookingRow.volunteer_id, SchoolRow.zone, VisitRow.timezone)
        )
        grouped = by_owner((number, tuple(rest)) for number, *rest in rows)
        return {number: _summed(parts) for number, parts in grouped.items()}


def _listed(chosen: ColumnElement[bool]) -> Any:
    """Select a volunteer's number and the first columns of ``ListedVolunteer``, by address."""
    has_calendar = exists().where(BusyCalendarRow.volunteer_id == VolunteerRow.id)
    has_times = exists().where(WeeklyAvailabilityRow.volunteer_id == VolunteerRow.id)
    bounces = exists().where(BounceRow.person_id == VolunteerRow.id)
    return (
        select(
            VolunteerRow.id,
            PersonRow.email,
            PersonRow.name,
            func.coalesce(OrganizationRow.key, ""),
            func.coalesce(OrganizationRow.name, ""),
            VolunteerRow.level_by_topic,
            VolunteerRow.is_active,
            has_times,
            has_calendar,
            bounces,
        )
        .join(PersonRow, PersonRow.id == VolunteerRow.id)
        .outerjoin(OrganizationRow, OrganizationRow.id == VolunteerRow.organization_id)
        .where(chosen)
        .order_by(PersonRow.email)
    )


def _is_wanted(wanted: VolunteersWanted) -> Iterator[ColumnElement[bool]]:
    yield VolunteerRow.is_active.is_(wanted.is_active)
    if wanted.organization:
        yield OrganizationRow.key == wanted.organization
    if wanted.topics:
        yield _knows(wanted.topics)
    for sought in wanted.words:
        is_there = OrganizationRow.key.in_(sought.organizations)
        yield named((sought.word,), PersonRow.words) | is_there | _knows(sought.topics)


def _knows(topics: Iterable[str]) -> ColumnElement[bool]:
    """Require one of these topics among the keys of what somebody knows."""
    known = cast(VolunteerRow.level_by_topic, Text)
    return or_(
        false(), *(known.contains(f"{json.dumps(each)}:", autoescape=True) for each in topics)
    )


def _people_of(organization: str) -> Select[Any]:
    named = OrganizationRow.id == VolunteerRow.organization_id
    return (
        select(VolunteerRow.id)
        .join(OrganizationRow, named)
        .where(OrganizationRow.key == organization)
    )


def _ends_by(day: date) -> tuple[ColumnElement[bool], ...]:
    """Some approved clearance for every school ends, and none lasts longer than that day."""
    every = aliased(ClearanceRow)
    counting = select(every.volunteer_id).where(
        every.school_id.is_(None),
        every.state == ClearanceState.APPROVED,
        every.approved.is_not(None),
    )
    lasting = counting.where(every.expires.is_(None) | (every.expires > day))
    return PersonRow.id.in_(counting), PersonRow.id.not_in(lasting)


def _counts(since: datetime) -> tuple[ColumnElement[bool], ...]:
    kept = VisitRow.state.in_(KEPT)
    return kept, VisitRow.ends_at > since, BookingRow.removed.is_(False)


def _summed(parts: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    parts = tuple(parts)
    coming = min(((start, zone) for _, zone, _, start in parts if start), default=(None, ""))
    return {
        "visits": sum(count for _, _, count, _ in parts),
        "zones": frozenset(zone for zone, *_ in parts if zone),
        "next_start": coming[0],
        "next_timezone": coming[1],
    }
