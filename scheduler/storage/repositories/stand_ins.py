"""Searches for stand-ins, with the visit and the people by name; addresses that bounce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from scheduler.domain.stand_ins import Rules, SearchState, StandInAsk, StandInSearch
from scheduler.services.ports import Bounce
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.stand_ins import (
    BounceRow,
    StandInAskRow,
    StandInRulesRow,
    StandInSearchRow,
)
from scheduler.storage.models.visits import VisitRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    ids_by_key,
    insert_new,
    known_ids,
    upsert,
    volunteer_ids_of,
)

THE_DISTRICTS = 1


def is_watched(at: datetime) -> ColumnElement[bool]:
    """Return which searches are watched then, of those joined with their visits."""
    later = aliased(StandInSearchRow)
    is_latest = ~exists().where(
        later.visit_id == StandInSearchRow.visit_id, later.id > StandInSearchRow.id
    )
    is_on = StandInSearchRow.state == SearchState.LOOKING
    is_stopped = and_(StandInSearchRow.state == SearchState.STOPPED, VisitRow.starts_at > at)
    return or_(is_on, and_(is_stopped, is_latest))


class SqlStandIns:
    """Implement the port ``StandIns``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> StandInSearch | None:
        """Return one search."""
        return next(iter(self._load(StandInSearchRow.key == key)), None)

    def of_visits(self, uids: Iterable[str]) -> tuple[StandInSearch, ...]:
        """Return all searches for these visits, by visit and opening."""
        found = [each for chunk in chunks(uids) for each in self._load(VisitRow.uid.in_(chunk))]
        return tuple(sorted(found, key=lambda each: (each.visit, each.opened_at)))

    def watched(self, *, at: datetime) -> tuple[StandInSearch, ...]:
        """Return those that are on, and those stopped of visits that begin after that moment."""
        return tuple(self._load(is_watched(at)))

    def asks(self, keys: Iterable[str]) -> tuple[StandInAsk, ...]:
        """Return everybody asked in these searches, by wave and in the order of asking."""
        asked = (
            select(StandInAskRow, StandInSearchRow.key, PersonRow.email)
            .join(StandInSearchRow, StandInSearchRow.id == StandInAskRow.search_id)
            .join(PersonRow, PersonRow.id == StandInAskRow.volunteer_id)
            .order_by(StandInAskRow.wave, StandInAskRow.id)
        )
        return tuple(
            StandInAsk(**fields_of(row, StandInAsk), search=key, email=email)
            for chunk in chunks(keys)
            for row, key, email in self._session.execute(
                asked.where(StandInSearchRow.key.in_(chunk))
            )
        )

    def last_asked(self, emails: Iterable[str]) -> Mapping[str, datetime]:
        """Return by address when each of these was last asked to step in."""
        latest = (
            select(PersonRow.email, func.max(StandInAskRow.asked_at))
            .join(StandInAskRow, StandInAskRow.volunteer_id == PersonRow.id)
            .group_by(PersonRow.email)
        )
        return {
            email: moment
            for chunk in chunks(emails)
            for email, moment in self._session.execute(latest.where(PersonRow.email.in_(chunk)))
        }

    def put(self, searches: Iterable[StandInSearch]) -> None:
        """Add or change searches."""
        searches = tuple(searches)
        visits = known_ids(self._session, VisitRow.uid, (s.visit for s in searches), kind="visit")
        people = known_ids(
            self._session, PersonRow.email, (s.dropped for s in searches), kind="person"
        )
        rows: list[dict[str, Any]] = [
            columns_of(each, StandInSearchRow)
            | {"visit_id": visits[each.visit], "dropped_id": people[each.dropped]}
            for each in searches
        ]
        upsert(self._session, StandInSearchRow, rows, by="key")
        self._session.expire_all()

    def put_asks(self, asks: Iterable[StandInAsk]) -> None:
        """Add or change who was asked."""
        asks = tuple(asks)
        if not asks:
            return
        searches = known_ids(
            self._session, StandInSearchRow.key, (a.search for a in asks), kind="search"
        )
        people = volunteer_ids_of(self._session, (ask.email for ask in asks))
        rows = [
            columns_of(ask, StandInAskRow)
            | {"search_id": searches[ask.search], "volunteer_id": people[ask.email]}
            for ask in asks
        ]
        statement = self._insert(StandInAskRow)
        answered = {name: statement.excluded[name] for name in ("answer", "answered_at")}
        self._session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["search_id", "volunteer_id"], set_=answered
            ),
            rows,
        )
        self._session.expire_all()

    def rules(self) -> Rules:
        """Return what the district decided, or what is usual."""
        row = self._session.get(StandInRulesRow, THE_DISTRICTS)
        return Rules(row.at_a_time, row.plan_b) if row else Rules()

    def put_rules(self, rules: Rules) -> None:
        """Keep what the district decided."""
        row = columns_of(rules, StandInRulesRow) | {"id": THE_DISTRICTS}
        upsert(self._session, StandInRulesRow, [row], by="id")
        self._session.expire_all()

    def _load(self, condition: ColumnElement[bool]) -> list[StandInSearch]:
        rows = self._session.execute(
            select(StandInSearchRow, VisitRow.uid, PersonRow.email)
            .join(VisitRow, VisitRow.id == StandInSearchRow.visit_id)
            .join(PersonRow, PersonRow.id == StandInSearchRow.dropped_id)
            .where(condition)
            .order_by(StandInSearchRow.next_at, StandInSearchRow.id)
        )
        return [
            StandInSearch(**fields_of(row, StandInSearch), visit=uid, dropped=email)
            for row, uid, email in rows
        ]

    def _insert(self, table: type[StandInAskRow]) -> Any:
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        return (postgresql.insert if is_postgresql else sqlite.insert)(table)


class SqlBounces:
    """Implement the port ``Bounces``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, emails: Iterable[str]) -> Mapping[str, Bounce]:
        """Return by address what came back."""
        return {
            bounce.email: bounce
            for chunk in chunks(emails)
            for bounce in self._load(PersonRow.email.in_(chunk))
        }

    def all(self) -> tuple[Bounce, ...]:
        """Return every marked address, the latest first."""
        return self._load()

    def mark(self, email: str, *, at: datetime, problem: str) -> None:
        """Note that mail to this person came back; an unknown address is nobody's."""
        number = ids_by_key(self._session, PersonRow.email, (email,)).get(email)
        if number is None:
            return
        found = {"last_at": at, "problem": problem}
        first = {"person_id": number, "times": 1, **found}
        if not insert_new(self._session, BounceRow, [first], by="person_id"):
            again = update(BounceRow).where(BounceRow.person_id == number)
            self._session.connection().execute(again.values(times=BounceRow.times + 1, **found))

    def clear(self, email: str) -> None:
        """Take the mark away."""
        found = select(PersonRow.id).where(PersonRow.email == email)
        self._session.execute(delete(BounceRow).where(BounceRow.person_id.in_(found)))

    def _load(self, *conditions: ColumnElement[bool]) -> tuple[Bounce, ...]:
        rows = self._session.execute(
            select(BounceRow, PersonRow.email)
            .join(PersonRow, PersonRow.id == BounceRow.person_id)
            .where(*conditions)
            .order_by(BounceRow.last_at.desc(), PersonRow.email)
        )
        return tuple(Bounce(**fields_of(row, Bounce), email=email) for row, email in rows)
