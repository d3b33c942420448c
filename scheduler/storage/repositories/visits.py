"""Visits with their bookings, and what they occupy.

Every write to ``visit`` and ``booking`` rewrites the occupancy of the visits concerned in the
same statements, under a savepoint: a refusal leaves the transaction as it was before the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, bindparam, select, true, update
from sqlalchemy.orm import Session

from scheduler.domain.folding import word_line
from scheduler.domain.periods import Period
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.zones import local
from scheduler.services.ports import ChangeKind
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import BookingRow, HostAwaitedRow, PendingMoveRow, VisitRow
from scheduler.storage.refusals import domain_errors
from scheduler.storage.repositories import occupancy, visit_parts
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.rows import (
    chunks,
    columns_for,
    columns_of,
    delete_where,
    fields_in,
    ids_by_key,
    insert_rows,
    known_ids,
)

Ts = TypeVarTuple("Ts")

# What a visit is made of besides the columns that bear its fields' names.
FURTHER_COLUMNS = (
    VisitRow.id.label("number"),
    VisitRow.starts_at,
    VisitRow.ends_at,
    RequestRow.key.label("request"),
    SchoolRow.key.label("school"),
    HostAwaitedRow.visit_id.label("awaited"),
)


class SqlVisits:
    """Implement the port ``Visits``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, uid: str) -> Visit | None:
        """Return one visit."""
        return next(iter(self._load(VisitRow.uid == uid)), None)

    def many(self, uids: Iterable[str]) -> Mapping[str, Visit]:
        """Return these visits by UID, in the order given; unknown ones are left out."""
        uids = tuple(uids)
        found = {v.uid: v for v in self._each(VisitRow.uid.in_(chunk) for chunk in chunks(uids))}
        return {uid: found[uid] for uid in uids if uid in found}

    def of_requests(self, keys: Iterable[str]) -> tuple[Visit, ...]:
        """Return all visits of these requests, by start."""
        return self._each(RequestRow.key.in_(chunk) for chunk in chunks(keys))

    def of_volunteers(
        self, emails: Iterable[str], *, since: datetime | None = None
    ) -> tuple[Visit, ...]:
        """Return visits in which any of these has or had a part, ending after since, by start."""
        booked = select(BookingRow.visit_id).join(
            PersonRow, PersonRow.id == BookingRow.volunteer_id
        )
        return self._each(
            VisitRow.id.in_(booked.where(PersonRow.email.in_(chunk))) & _ends_after(since)
            for chunk in chunks(emails)
        )

    def of_schools(
        self, schools: Iterable[str], *, since: datetime | None = None
    ) -> tuple[Visit, ...]:
        """Return visits at these schools, ending after since, by start."""
        return self._each(
            SchoolRow.key.in_(chunk) & _ends_after(since) for chunk in chunks(schools)
        )

    def in_states(
        self,
        states: Iterable[VisitState],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Visit, ...]:
        """Return visits in these states that end after since and start before until, by start."""
        before = true() if until is None else VisitRow.starts_at < until
        chosen = VisitRow.state.in_(tuple(states)) & _ends_after(since) & before
        return _by_start(self._load(chosen))

    def due_for_release(self, now: datetime) -> tuple[Visit, ...]:
        """Return held visits and pending moves whose release moment has come, by that moment."""
        is_held = (VisitRow.state == VisitState.HELD) & (VisitRow.release_at <= now)
        moved = select(PendingMoveRow.visit_id).where(PendingMoveRow.release_at <= now)
        due = self._load(is_held | VisitRow.id.in_(moved))
        return tuple(sorted(due, key=lambda visit: (_release_moment(visit), visit.uid)))

    def add(self, visits: Iterable[Visit]) -> None:
        """Store new visits.

        Raises:
            DoubleBooked: if one would share a volunteer, teacher, class or room with another.
            Unknown: if one names a request or volunteer that does not exist.
        """
        visits = tuple(visits)
        self._note(visit.uid for visit in visits)
        with self._all_or_nothing():
            insert_rows(self._session, VisitRow, self._rows(visits))
            self._put_parts(visits)

    def save(self, visits: Iterable[Visit]) -> None:
        """Store changed visits, bookings included.

        Raises:
            DoubleBooked: as ``add``.
            Unknown: as ``add``, or if a visit was never added.
        """
        visits = tuple(visits)
        self._note(visit.uid for visit in visits)
        with self._all_or_nothing():
            ids = known_ids(self._session, VisitRow.uid, (v.uid for v in visits), kind="visit")
            rows = [row | {"number": ids[row["uid"]]} for row in self._rows(visits)]
            if rows:
                changed = update(VisitRow).where(VisitRow.id == bindparam("number"))
                self._session.connection().execute(changed, rows)
            self._remove_parts(ids.values())
            self._put_parts(visits)

    def remove(self, uids: Iterable[str]) -> None:
        """Take visits back that nobody ever heard of."""
        uids = tuple(uids)
        self._note(uids)
        ids = ids_by_key(self._session, VisitRow.uid, uids).values()
        self._remove_parts(ids)
        delete_where(self._session, VisitRow.id, ids)

    def lock(self, resources: Iterable[str]) -> None:
        """Keep every other writer of these resources waiting until this transaction ends."""
        occupancy.lock(self._session, resources)

    def _note(self, uids: Iterable[str]) -> None:
        note(self._session, ChangeKind.VISIT, uids)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with domain_errors(), self._session.begin_nested():
            yield

    def _rows(self, visits: Sequence[Visit]) -> list[dict[str, Any]]:
        requests, schools = (v.request for v in visits), (v.school for v in visits)
        request_ids = known_ids(self._session, RequestRow.key, requests, kind="request")
        school_ids = known_ids(self._session, SchoolRow.key, schools, kind="school")
        return [
            columns_of(visit, VisitRow)
            | {
                "request_id": request_ids[visit.request],
                "school_id": school_ids.get(visit.school),
                "starts_at": visit.period.start,
                "ends_at": visit.period.end,
                "words": word_line(str(local(visit.period.start, visit.timezone).date())),
            }
            for visit in visits
        ]

    def _put_parts(self, visits: Sequence[Visit]) -> None:
        ids = ids_by_key(self._session, VisitRow.uid, (visit.uid for visit in visits))
        visit_by_id = {ids[visit.uid]: visit for visit in visits}
        visit_parts.insert(self._session, visit_by_id)
        awaited = [{"visit_id": ids[visit.uid]} for visit in visits if not visit.host_agrees]
        insert_rows(self._session, HostAwaitedRow, awaited)
        occupancy.occupy(self._session, visit_by_id)

    def _remove_parts(self, visit_ids: Iterable[int]) -> None:
        visit_ids = tuple(visit_ids)
        occupancy.vacate(self._session, visit_ids)
        delete_where(self._session, HostAwaitedRow.visit_id, visit_ids)
        visit_parts.delete(self._session, visit_ids)

    def _each(self, conditions: Iterable[ColumnElement[bool]]) -> tuple[Visit, ...]:
        # A panel of two may turn up in two chunks; it is one visit.
        found = {v.uid: v for condition in conditions for v in self._load(condition)}
        return _by_start(found.values())

    def _load(self, condition: ColumnElement[bool]) -> list[Visit]:
        visits = (
            _joined(select(*columns_for(Visit, VisitRow), *FURTHER_COLUMNS))
            .outerjoin(HostAwaitedRow, HostAwaitedRow.visit_id == VisitRow.id)
            .where(condition)
        )
        rows = self._session.execute(visit_parts.with_parts(visits))
        return [_visit(list(each)) for _, each in groupby(rows, key=attrgetter("number"))]


def _visit(rows: Sequence[Any]) -> Visit:
    row = rows[0]
    booked = ((each[-2], each[-1]) for each in rows if each[-2])
    return Visit(
        **fields_in(row, Visit, VisitRow),
        request=row.request,
        school=row.school or "",
        period=Period(row.starts_at, row.ends_at),
        bookings=tuple(visit_parts.booking(*each) for each in booked),
        pending_move=visit_parts.pending_move(row[-3]),
        host_agrees=row.awaited is None,
    )


def _joined(query: Select[*Ts]) -> Select[*Ts]:
    return query.join(RequestRow, RequestRow.id == VisitRow.request_id).outerjoin(
        SchoolRow, SchoolRow.id == VisitRow.school_id
    )


def _ends_after(moment: datetime | None) -> ColumnElement[bool]:
    return true() if moment is None else VisitRow.ends_at > moment


def _release_moment(visit: Visit) -> datetime:
    moments = (visit.release_at, visit.pending_move and visit.pending_move.release_at)
    return min(moment for moment in moments if moment)


def _by_start(visits: Iterable[Visit]) -> tuple[Visit, ...]:
    return tuple(sorted(visits, key=lambda visit: (visit.period.start, visit.uid)))
