"""How visits reach people's calendars: what people chose, and what was fixed for each visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.services.ports import CalendarMode
from scheduler.storage.models.feeds import CalendarChoiceRow, CalendarModeRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.visits import VisitRow
from scheduler.storage.repositories.rows import chunks, ids_by_key, known_ids, upsert


class SqlCalendarModes:
    """Implement the port ``CalendarModes``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def choices(self, emails: Iterable[str]) -> Mapping[str, CalendarMode]:
        """Return by address what people chose; who left it to us is not in it."""
        found: dict[str, CalendarMode] = {}
        chosen = select(PersonRow.email, CalendarChoiceRow.mode).join(
            PersonRow, PersonRow.id == CalendarChoiceRow.person_id
        )
        for chunk in chunks(emails):
            rows = self._session.execute(chosen.where(PersonRow.email.in_(chunk)))
            found.update((email, mode) for email, mode in rows)
        return found

    def choose(self, email: str, mode: CalendarMode | None) -> None:
        """Store a person's choice; None leaves it to us again.

        Raises:
            Unknown: if nobody has that address.
        """
        number = known_ids(self._session, PersonRow.email, (email,), kind="person")[email]
        if mode is None:
            chosen = delete(CalendarChoiceRow).where(CalendarChoiceRow.person_id == number)
            self._session.connection().execute(chosen)
            return
        row = {"person_id": number, "mode": mode}
        upsert(self._session, CalendarChoiceRow, [row], by="person_id")

    def fixed(self, uids: Iterable[str]) -> Mapping[tuple[str, str], CalendarMode]:
        """Return by UID and address how these visits reach those who heard of them."""
        found: dict[tuple[str, str], CalendarMode] = {}
        kept = (
            select(VisitRow.uid, PersonRow.email, CalendarModeRow.mode)
            .join(VisitRow, VisitRow.id == CalendarModeRow.visit_id)
            .join(PersonRow, PersonRow.id == CalendarModeRow.person_id)
        )
        for chunk in chunks(uids):
            rows = self._session.execute(kept.where(VisitRow.uid.in_(chunk)))
            found.update(((uid, email), mode) for uid, email, mode in rows)
        return found

    def fix(self, mode_by_pair: Mapping[tuple[str, str], CalendarMode], *, at: datetime) -> None:
        """Store how visits reach people, by UID and address; what is fixed already stays.

        A visit or person that is gone by now is passed over.
        """
        visit_ids = ids_by_key(self._session, VisitRow.uid, (uid for uid, _ in mode_by_pair))
        person_ids = ids_by_key(self._session, PersonRow.email, (who for _, who in mode_by_pair))
        rows = [
            {
                "visit_id": visit_ids[uid],
                "person_id": person_ids[email],
                "mode": mode,
                "fixed_at": at,
            }
            for (uid, email), mode in mode_by_pair.items()
            if uid in visit_ids and email in person_ids
        ]
        if rows:
            is_postgresql = self._session.get_bind().dialect.name == "postgresql"
            insert = postgresql.insert if is_postgresql else sqlite.insert
            statement = insert(CalendarModeRow).on_conflict_do_nothing()
            self._session.connection().execute(statement, rows)
