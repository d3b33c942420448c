"""Since when volunteers' weeks hold, how they were before, and what their days are cut in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS, DayPart
from scheduler.domain.own_weeks import FormerWeek, WeekCheck
from scheduler.storage.models.joining import DayPartRow, FormerWeekRow, WeekCheckRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.volunteers import VolunteerRow, WeeklyAvailabilityRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    insert_rows,
    upsert,
    volunteer_ids_of,
)

FIELDS = tuple(WeeklyAvailability.__dataclass_fields__)


class SqlOwnWeeks:
    """Implement the port ``OwnWeeks``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def checks(self, emails: Iterable[str]) -> Mapping[str, WeekCheck]:
        """Return by address since when these weeks hold; what nobody noted is not in it."""
        found: dict[str, WeekCheck] = {}
        for chunk in chunks(emails):
            rows = self._session.execute(_CHECKS.where(PersonRow.email.in_(chunk)))
            found.update((each.email, WeekCheck(*each)) for each in rows)
        return found

    def right_before(self, moment: datetime) -> tuple[WeekCheck, ...]:
        """Return the checks of active volunteers who last spoke before that, by address."""
        old = _CHECKS.where(WeekCheckRow.right_since < moment, VolunteerRow.is_active)
        found = (WeekCheck(*each) for each in self._session.execute(old))
        return tuple(sorted(found, key=lambda check: check.email))

    def unchecked(self) -> tuple[str, ...]:
        """Return active volunteers with availability and no check, by address."""
        emails = self._session.scalars(
            select(PersonRow.email)
            .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
            .where(
                VolunteerRow.is_active,
                VolunteerRow.id.in_(select(WeeklyAvailabilityRow.volunteer_id)),
                VolunteerRow.id.not_in(select(WeekCheckRow.volunteer_id)),
            )
        )
        return tuple(sorted(emails))

    def put_checks(self, checks: Iterable[WeekCheck]) -> None:
        """Add or change these.

        Raises:
            Unknown: if one is nobody's.
        """
        checks = tuple(checks)
        ids = volunteer_ids_of(self._session, (check.email for check in checks))
        rows = [
            columns_of(check, WeekCheckRow) | {"volunteer_id": ids[check.email]} for check in checks
        ]
        upsert(self._session, WeekCheckRow, rows, by="volunteer_id")

    def former(self, email: str) -> tuple[FormerWeek, ...]:
        """Return a volunteer's former weeks, by their end."""
        rows = self._session.execute(
            select(FormerWeekRow.ended_at, FormerWeekRow.weekly)
            .join(PersonRow, PersonRow.id == FormerWeekRow.volunteer_id)
            .where(PersonRow.email == email)
            .order_by(FormerWeekRow.ended_at, FormerWeekRow.id)
        )
        return tuple(FormerWeek(email, ended_at, _read(weekly)) for ended_at, weekly in rows)

    def add_former(self, week: FormerWeek) -> None:
        """Keep a week that holds no more.

        Raises:
            Unknown: if it is nobody's.
        """
        number = volunteer_ids_of(self._session, (week.email,))[week.email]
        blocks = [tuple(getattr(block, name) for name in FIELDS) for block in week.weekly]
        row = {"volunteer_id": number, "ended_at": week.ended_at, "weekly": {"blocks": blocks}}
        insert_rows(self._session, FormerWeekRow, [row])

    def day_parts(self) -> tuple[DayPart, ...]:
        """Return the parts of a day in order, as the district decided or as is usual."""
        rows = self._session.scalars(select(DayPartRow).order_by(DayPartRow.position))
        return tuple(DayPart(**fields_of(row, DayPart)) for row in rows) or USUAL_PARTS

    def put_day_parts(self, parts: Iterable[DayPart]) -> None:
        """Make the parts of a day exactly these; the usual ones are not kept."""
        parts = tuple(parts)
        self._session.execute(delete(DayPartRow))
        kept = () if parts == USUAL_PARTS else parts
        rows = [columns_of(part, DayPartRow) | {"position": n} for n, part in enumerate(kept)]
        insert_rows(self._session, DayPartRow, rows)


def _read(written: Mapping[str, Any]) -> tuple[WeeklyAvailability, ...]:
    return tuple(WeeklyAvailability(*block) for block in written["blocks"])


_CHECKS = (
    select(PersonRow.email, WeekCheckRow.right_since, WeekCheckRow.asked_at)
    .join(WeekCheckRow, WeekCheckRow.volunteer_id == PersonRow.id)
    .join(VolunteerRow, VolunteerRow.id == PersonRow.id)
)
