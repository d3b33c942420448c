"""People who join: kept by address, since they have no account yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scheduler.domain.joining import Joining, JoiningState
from scheduler.storage.models.joining import JoiningRow
from scheduler.storage.repositories.rows import columns_of, delete_where, fields_of, upsert


class SqlJoinings:
    """Implement the port ``Joinings``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Joining | None:
        """Return one of them."""
        row = self._session.scalars(select(JoiningRow).where(JoiningRow.key == key)).one_or_none()
        return Joining(**fields_of(row, Joining)) if row else None

    def of_email(self, email: str) -> tuple[Joining, ...]:
        """Return everything that was sent for this address, by time."""
        chosen = select(JoiningRow).where(JoiningRow.email == email)
        rows = self._session.scalars(chosen.order_by(JoiningRow.asked_at, JoiningRow.id))
        return tuple(Joining(**fields_of(row, Joining)) for row in rows)

    def in_states(self, states: Iterable[JoiningState]) -> tuple[Joining, ...]:
        """Return those in these states, by time."""
        chosen = select(JoiningRow).where(JoiningRow.state.in_(tuple(states)))
        rows = self._session.scalars(chosen.order_by(JoiningRow.asked_at, JoiningRow.id))
        return tuple(Joining(**fields_of(row, Joining)) for row in rows)

    def accepted_since(self, moment: datetime) -> frozenset[str]:
        """Return the addresses of those who were accepted then or later."""
        is_accepted = JoiningRow.state == JoiningState.ACCEPTED
        chosen = select(JoiningRow.email).where(is_accepted, JoiningRow.decided_at >= moment)
        return frozenset(self._session.scalars(chosen))

    def count_from(self, asked_from: str, *, since: datetime) -> int:
        """Return how many came from this sender since then."""
        counted = select(func.count()).select_from(JoiningRow)
        recent = (JoiningRow.asked_from == asked_from) & (JoiningRow.asked_at >= since)
        return self._session.scalars(counted.where(recent)).one()

    def put(self, joinings: Iterable[Joining]) -> None:
        """Add or change these."""
        rows = [columns_of(joining, JoiningRow) for joining in joinings]
        upsert(self._session, JoiningRow, rows, by="key")
        self._session.expire_all()

    def remove(self, keys: Iterable[str]) -> None:
        """Forget these."""
        delete_where(self._session, JoiningRow.key, keys)

    def forget_unconfirmed(self, before: datetime) -> int:
        """Forget whoever asked before that and never proved the address; return how many."""
        old = delete(JoiningRow).where(
            JoiningRow.state == JoiningState.UNCONFIRMED, JoiningRow.asked_at < before
        )
        return self._session.connection().execute(old).rowcount
