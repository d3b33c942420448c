"""Calendar feeds and their addresses; a retired address is remembered, so that it can say so.

``door`` and ``bodies`` answer nearly every fetch, so each is one prepared statement over bare
columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from scheduler.services.ports import (
    Door,
    EventText,
    Feed,
    FeedKind,
    Fetches,
    Glimpse,
    Rendering,
)
from scheduler.storage.models.feeds import (
    FeedAddressRow,
    FeedEventRow,
    FeedFetchRow,
    FeedRow,
    FeedStateRow,
    FeedTickRow,
)
from scheduler.storage.models.people import PersonRow
from scheduler.storage.repositories import feed_sheets
from scheduler.storage.repositories.feed_owners import owner_columns
from scheduler.storage.repositories.feed_statements import (
    BODIES,
    DOOR,
    FEED_COLUMNS,
    OWNER,
    TEXTS,
    TICKS,
    HolderRow,
    door_of,
    with_owners,
)
from scheduler.storage.repositories.rows import (
    by_owner,
    chunks,
    columns_of,
    delete_where,
    fields_of,
    insert_rows,
    known_ids,
    upsert,
)

COMPACT_FROM = 500


class SqlFeeds:
    """Implement the port ``Feeds``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Feed | None:
        """Return one feed."""
        return next(iter(self._load(FeedRow.key == key)), None)

    def of_owner(self, kind: str, owner: str, *, holder: str = "") -> Feed | None:
        """Return the feed of that kind and owner which this person holds.

        An empty holder is nobody, or the owner of a person's own feed.
        """
        wanted = Feed("", FeedKind(kind), owner, holder=holder)
        is_held = HolderRow.email == wanted.holder if wanted.holder else FeedRow.holder_id.is_(None)
        return next(iter(self._load((FeedRow.kind == kind) & (owner == OWNER) & is_held)), None)

    def of_holder(self, email: str) -> tuple[Feed, ...]:
        """Return every feed that this person holds, in the order they were made."""
        return self.of_holders((email,))

    def of_holders(self, emails: Iterable[str]) -> tuple[Feed, ...]:
        """Return every feed that one of these people holds, in the order they were made."""
        return tuple(
            feed for chunk in chunks(emails) for feed in self._load(HolderRow.email.in_(chunk))
        )

    def door(self, token_sha256: str, *, client: str) -> Door | None:
        """Return everything that an address, a retired one too, leads to, in one statement."""
        found = self._session.execute(DOOR, {"token": token_sha256, "client": client}).first()
        return door_of(found) if found else None

    def texts(self, feed: Feed) -> tuple[EventText, ...]:
        """Return the feed's events as they were written last, by start and UID."""
        rows = self._session.execute(TEXTS, {"key": feed.key})
        return tuple(EventText(*row) for row in rows)

    def bodies(self, feed: Feed) -> tuple[str, ...]:
        """Return the texts of ``texts`` alone."""
        return tuple(self._session.execute(BODIES, {"key": feed.key}).scalars())

    def glimpses(self, feed: Feed, *, since: datetime, until: datetime) -> tuple[Glimpse, ...]:
        """Return the released visits that concern the feed, in one statement."""
        found = feed_sheets.load(self._session, feed, since=since, until=until)
        return tuple(found)

    def behind(self, kinds: Iterable[FeedKind], *, day: date) -> tuple[Feed, ...]:
        """Return feeds of these kinds whose rendering is of another day or before a change."""
        is_old = (FeedStateRow.version != TICKS) | (FeedStateRow.day != day)
        rows = self._session.execute(
            with_owners(select(*FEED_COLUMNS))
            .outerjoin(FeedStateRow, FeedStateRow.feed_id == FeedRow.id)
            .where(FeedStateRow.feed_id.is_(None) | (FeedRow.kind.in_(kinds) & is_old))
            .where(HolderRow.is_active.is_not(False))
            .order_by(None)
            .order_by(func.coalesce(FeedStateRow.version, -1), FeedRow.id)
        )
        return tuple(Feed(*row) for row in rows)

    def put_rendering(
        self,
        feed: Feed,
        rendering: Rendering,
        *,
        changed: Iterable[EventText],
        gone: Iterable[str],
    ) -> None:
        """Keep what the feed answers with now: events new or changed, and UIDs shown no more."""
        number = self._locked_number(feed)
        if number is None:
            return
        changed = tuple(changed)
        outdated = [event.uid for event in changed] + list(gone)
        rows = [columns_of(event, FeedEventRow) | {"feed_id": number} for event in changed]
        statement = delete(FeedEventRow).where(
            FeedEventRow.feed_id == number, FeedEventRow.uid == bindparam("outdated")
        )
        if outdated:
            self._session.connection().execute(statement, [{"outdated": uid} for uid in outdated])
        insert_rows(self._session, FeedEventRow, rows)
        state = columns_of(rendering, FeedStateRow) | {"feed_id": number}
        upsert(self._session, FeedStateRow, [state], by="feed_id")
        self._compact_ticks()

    def add(self, feed: Feed, *, token_sha256: str) -> None:
        """Store a new feed with its first address.

        Raises:
            Unknown: if nobody bears the owner's or holder's address, or no place the key.
        """
        holder_ids = known_ids(self._session, PersonRow.email, (feed.holder,), kind="person")
        row = columns_of(feed, FeedRow)
        row |= owner_columns(self._session, feed, holder_id=holder_ids.get(feed.holder))
        insert_rows(self._session, FeedRow, [row])
        self._add_address(feed, token_sha256=token_sha256)

    def change(self, feed: Feed) -> None:
        """Store the feed's language, alarm and scope; what it answered last is forgotten.

        Raises:
            Unknown: if the feed was never added.
        """
        number = self._number(feed)
        self._session.connection().execute(
            update(FeedRow)
            .where(FeedRow.id == number)
            .values(
                language=feed.language,
                alarm_minutes=feed.alarm_minutes,
                certain_only=feed.certain_only,
            )
        )
        # The events stay: an event that says the same has not changed for its reader.
        delete_where(self._session, FeedStateRow.feed_id, (number,))

    def rotate(self, feed: Feed, *, token_sha256: str, at: datetime) -> None:
        """Store the feed's new generation and address, and retire the former one.

        Raises:
            Unknown: if the feed was never added.
        """
        number = self._number(feed)
        connection = self._session.connection()
        connection.execute(
            update(FeedRow).where(FeedRow.id == number).values(generation=feed.generation)
        )
        connection.execute(
            update(FeedAddressRow)
            .where(FeedAddressRow.feed_id == number, FeedAddressRow.retired_at.is_(None))
            .values(retired_at=at)
        )
        delete_where(self._session, FeedFetchRow.feed_id, (number,))
        self._add_address(feed, token_sha256=token_sha256)

    def remove(self, feed: Feed) -> None:
        """Forget the feed with all its addresses.

        Raises:
            Unknown: if the feed was never added.
        """
        number = self._number(feed)
        for column in (
            FeedFetchRow.feed_id,
            FeedEventRow.feed_id,
            FeedStateRow.feed_id,
            FeedAddressRow.feed_id,
            FeedRow.id,
        ):
            delete_where(self._session, column, (number,))

    def mark_fetch(self, feed: Feed, *, client: str, at: datetime) -> None:
        """Note that this client fetched the feed."""
        number = self._locked_number(feed)
        if number is None:
            return
        mine = (FeedFetchRow.feed_id == number) & (FeedFetchRow.client == client)
        known = update(FeedFetchRow).where(mine).values(last_at=at, times=FeedFetchRow.times + 1)
        if not self._session.connection().execute(known).rowcount:
            row = {"feed_id": number, "client": client, "first_at": at, "last_at": at}
            insert_rows(self._session, FeedFetchRow, [row | {"times": 1}])

    def fetches(self, feeds: Iterable[Feed]) -> Mapping[str, tuple[Fetches, ...]]:
        """Return by the feed's key what is known of its clients, the latest first."""
        keys = [feed.key for feed in feeds]
        rows = self._session.execute(
            select(FeedRow.id, FeedRow.key, FeedFetchRow)
            .join(FeedRow, FeedRow.id == FeedFetchRow.feed_id)
            .where(FeedRow.key.in_(keys))
            .order_by(FeedFetchRow.last_at.desc(), FeedFetchRow.client)
        ).all()
        number_by_key = {key: number for number, key, _ in rows}
        found = by_owner((number, Fetches(**fields_of(row, Fetches))) for number, _, row in rows)
        return {key: tuple(found[number_by_key.get(key, 0)]) for key in keys}

    def _load(self, condition: ColumnElement[bool]) -> tuple[Feed, ...]:
        rows = self._session.execute(with_owners(select(*FEED_COLUMNS)).where(condition))
        return tuple(Feed(*row) for row in rows)

    def _number(self, feed: Feed) -> int:
        return known_ids(self._session, FeedRow.key, (feed.key,), kind="feed")[feed.key]

    def _locked_number(self, feed: Feed) -> int | None:
        """Keep others who write about this feed waiting; None if it was ended meanwhile."""
        chosen = update(FeedRow).where(FeedRow.key == feed.key)
        locked = chosen.values(generation=FeedRow.generation).returning(FeedRow.id)
        return self._session.connection().execute(locked).scalar()

    def _add_address(self, feed: Feed, *, token_sha256: str) -> None:
        row = {
            "token_sha256": token_sha256,
            "feed_id": self._number(feed),
            "generation": feed.generation,
        }
        insert_rows(self._session, FeedAddressRow, [row])

    def _compact_ticks(self) -> None:
        """Add up what was counted; rows that come meanwhile are not in this transaction's sight."""
        rows = select(func.count()).select_from(aliased(FeedTickRow)).scalar_subquery()
        counted = delete(FeedTickRow).where(rows > COMPACT_FROM).returning(FeedTickRow.ticks)
        total = sum(self._session.connection().execute(counted).scalars())
        if total:
            insert_rows(self._session, FeedTickRow, [{"ticks": total}])
