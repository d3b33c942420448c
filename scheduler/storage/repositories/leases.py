"""Leases: who may do a job until when, decided by one statement so that only one can win."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.storage.models.records import LeaseRow
from scheduler.storage.repositories.rows import insert_new

NOBODY = ""


class SqlLeases:
    """Implement the port ``Leases``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take a lease, or one's own again; False while somebody else's still holds.

        A lease ends at its ``until``: from that moment on anybody may take it, and at once what
        was given back.
        """
        is_free = LeaseRow.owner.in_((owner, NOBODY)) | (LeaseRow.until <= now)
        taken = self._session.connection().execute(
            update(LeaseRow).where(LeaseRow.name == name, is_free).values(owner=owner, until=until)
        )
        if taken.rowcount:
            return True
        first = {"name": name, "owner": owner, "until": until}
        return bool(insert_new(self._session, LeaseRow, [first], by="name"))

    def renew(self, name: str, *, owner: str, until: datetime) -> bool:
        """Prolong a lease, also a late one; False once somebody else took it.

        Whoever takes or gives back a lease changes its owner, so nobody else worked meanwhile.
        Until the transaction ends nobody else can take it then.
        """
        renewed = self._session.connection().execute(
            update(LeaseRow)
            .where(LeaseRow.name == name, LeaseRow.owner == owner)
            .values(until=until)
        )
        return bool(renewed.rowcount)

    def give_back(self, name: str, *, owner: str, at: datetime) -> None:
        """End one's own lease at once; somebody else's is left alone."""
        self._session.connection().execute(
            update(LeaseRow)
            .where(LeaseRow.name == name, LeaseRow.owner == owner)
            .values(owner=NOBODY, until=at)
        )

    def seen(self, name: str) -> datetime | None:
        """Return until when the lease was last taken, None if never."""
        return self._session.scalars(
            select(LeaseRow.until).where(LeaseRow.name == name)
        ).one_or_none()
