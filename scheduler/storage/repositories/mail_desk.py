"""Mail that came in and needs a person, and the way to look through mail that goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from scheduler.domain.folding import words_of
from scheduler.domain.incoming import Incoming, IncomingState
from scheduler.services.ports import LoggedMail, MailWanted, OutboxRow
from scheduler.storage.models.mail_desk import IncomingRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import OutboxEntryRow
from scheduler.storage.models.visits import VisitRow
from scheduler.storage.repositories.rows import (
    AT_ONCE,
    columns_of,
    fields_of,
    ids_by_key,
    insert_new,
    upsert,
)
from scheduler.storage.repositories.search import named


class SqlInbox:
    """Implement the port ``Inbox``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Incoming | None:
        """Return one mail."""
        return next(self._read(_incoming(IncomingRow.key == key)), None)

    def many(self, *, state: IncomingState, limit: int, offset: int = 0) -> tuple[Incoming, ...]:
        """Return mail in that state, the latest first."""
        found = _incoming(IncomingRow.state == state)
        return tuple(self._read(found.limit(limit).offset(offset)))

    def every(self, state: IncomingState) -> Iterator[Incoming]:
        """Yield all mail in that state, the latest first, in one statement."""
        return self._read(_incoming(IncomingRow.state == state))

    def count(self, state: IncomingState) -> int:
        """Return how many are in that state."""
        counted = select(func.count()).select_from(IncomingRow)
        return self._session.scalars(counted.where(IncomingRow.state == state)).one()

    def add(self, mails: Iterable[Incoming]) -> int:
        """Store mail whose key is new and return how many were; an unknown account is none."""
        return insert_new(self._session, IncomingRow, self._rows(mails), by="key")

    def save(self, mails: Iterable[Incoming]) -> None:
        """Store changed mail."""
        upsert(self._session, IncomingRow, self._rows(mails), by="key")
        self._session.expire_all()

    def _rows(self, mails: Iterable[Incoming]) -> list[dict[str, Any]]:
        mails = tuple(mails)
        people = ids_by_key(self._session, PersonRow.email, (m.email for m in mails if m.email))
        visits = ids_by_key(self._session, VisitRow.uid, (m.visit for m in mails if m.visit))
        return [
            columns_of(mail, IncomingRow)
            | {"person_id": people.get(mail.email), "visit_id": visits.get(mail.visit)}
            for mail in mails
        ]

    def _read(self, query: Any) -> Iterator[Incoming]:
        for row, email, uid in self._session.execute(query, execution_options=AT_ONCE):
            yield Incoming(**fields_of(row, Incoming), email=email, visit=uid)


class SqlMailLog:
    """Implement the port ``MailLog``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def many(self, wanted: MailWanted, *, limit: int, offset: int = 0) -> tuple[LoggedMail, ...]:
        """Return the mail wanted, the latest first."""
        found = _logged(*_conditions(wanted)).limit(limit).offset(offset)
        return tuple(self._read(found))

    def every(self, wanted: MailWanted) -> Iterator[LoggedMail]:
        """Yield all the mail wanted, the latest first, in one statement."""
        return self._read(_logged(*_conditions(wanted)))

    def get(self, key: str) -> LoggedMail | None:
        """Return one mail."""
        return next(self._read(_logged(OutboxEntryRow.key == key)), None)

    def _read(self, query: Any) -> Iterator[LoggedMail]:
        for row, name in self._session.execute(query, execution_options=AT_ONCE):
            yield LoggedMail(OutboxRow(**fields_of(row, OutboxRow)), name)


def _incoming(condition: ColumnElement[bool]) -> Any:
    return (
        select(IncomingRow, func.coalesce(PersonRow.email, ""), func.coalesce(VisitRow.uid, ""))
        .outerjoin(PersonRow, PersonRow.id == IncomingRow.person_id)
        .outerjoin(VisitRow, VisitRow.id == IncomingRow.visit_id)
        .where(condition)
        .order_by(IncomingRow.received_at.desc(), IncomingRow.id.desc())
    )


def _logged(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(OutboxEntryRow, func.coalesce(PersonRow.name, ""))
        .outerjoin(PersonRow, PersonRow.email == OutboxEntryRow.recipient)
        .where(*conditions)
        .order_by(OutboxEntryRow.created_at.desc(), OutboxEntryRow.id.desc())
    )


def _conditions(wanted: MailWanted) -> Iterable[ColumnElement[bool]]:
    if wanted.states:
        yield OutboxEntryRow.state.in_(tuple(wanted.states))
    if wanted.subjects is not None:
        yield OutboxEntryRow.subject.in_(tuple(wanted.subjects))
    if wanted.text:
        words, address = words_of(wanted.text), wanted.text.lower()
        yield or_(
            named(words, PersonRow.words) if words else false(),
            func.lower(OutboxEntryRow.recipient).contains(address, autoescape=True),
        )
