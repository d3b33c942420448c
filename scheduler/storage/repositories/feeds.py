"""Calendar feeds and their addresses; a retired address is remembered, so that it can say so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from scheduler.services.ports import Feed, FeedAddress, FeedKind
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import FeedAddressRow, FeedRow
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_rows, known_ids


class SqlFeeds:
    """Implement the port ``Feeds``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_owner(self, kind: str, owner: str) -> Feed | None:
        """Return the owner's feed of that kind."""
        kept_by = SchoolRow.key if kind == FeedKind.SCHOOL else PersonRow.email
        found = self._session.execute(
            _feeds().where(FeedRow.kind == kind, kept_by == owner)
        ).one_or_none()
        return _feed(*found) if found else None

    def by_token(self, token_sha256: str) -> FeedAddress | None:
        """Return what an address opens, retired addresses too."""
        address = self._session.scalars(
            select(FeedAddressRow).where(FeedAddressRow.token_sha256 == token_sha256)
        ).one_or_none()
        if address is None:
            return None
        found = self._session.execute(_feeds().where(FeedRow.id == address.feed_id)).one()
        return FeedAddress(**fields_of(address, FeedAddress), feed=_feed(*found))

    def add(self, feed: Feed, *, token_sha256: str) -> None:
        """Store a new feed with its first address.

        Raises:
            Unknown: if nobody bears the owner's address, or no school the owner's key.
        """
        if feed.kind is FeedKind.SCHOOL:
            column, owner_key, kind = "school_id", SchoolRow.key, "school"
        else:
            column, owner_key, kind = "person_id", PersonRow.email, "person"
        owner_ids = known_ids(self._session, owner_key, (feed.owner,), kind=kind)
        row = columns_of(feed, FeedRow) | {column: owner_ids[feed.owner]}
        insert_rows(self._session, FeedRow, [row])
        self._add_address(feed, token_sha256=token_sha256)

    def rotate(self, feed: Feed, *, token_sha256: str, at: datetime) -> None:
        """Store the feed's new generation and address, and retire the former one.

        Raises:
            Unknown: if the feed was never added.
        """
        number = known_ids(self._session, FeedRow.key, (feed.key,), kind="feed")[feed.key]
        connection = self._session.connection()
        connection.execute(
            update(FeedRow).where(FeedRow.id == number).values(generation=feed.generation)
        )
        connection.execute(
            update(FeedAddressRow)
            .where(FeedAddressRow.feed_id == number, FeedAddressRow.retired_at.is_(None))
            .values(retired_at=at)
        )
        self._add_address(feed, token_sha256=token_sha256)

    def _add_address(self, feed: Feed, *, token_sha256: str) -> None:
        ids = known_ids(self._session, FeedRow.key, (feed.key,), kind="feed")
        row = {
            "token_sha256": token_sha256,
            "feed_id": ids[feed.key],
            "generation": feed.generation,
        }
        insert_rows(self._session, FeedAddressRow, [row])


def _feeds() -> Select[FeedRow, str, str]:
    return (
        select(FeedRow, PersonRow.email, SchoolRow.key)
        .outerjoin(PersonRow, PersonRow.id == FeedRow.person_id)
        .outerjoin(SchoolRow, SchoolRow.id == FeedRow.school_id)
    )


def _feed(row: FeedRow, email: str | None, school: str | None) -> Feed:
    return Feed(**fields_of(row, Feed), owner=email or school or "")
