"""Look for what should be impossible in a database, and say each find in a plain sentence.

Changes nothing. Every rule here is also held by a constraint or by the repositories; this finds
what came in past them, by another program or a damaged disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import and_, select, text
from sqlalchemy.orm import Session, aliased

from scheduler.domain.errors import WrongTables
from scheduler.domain.visits import OCCUPYING
from scheduler.services.ports import OutboxState
from scheduler.storage.models.records import OutboxEntryRow
from scheduler.storage.models.visits import BookingRow, OccupancyRow, ResourceRow, VisitRow
from scheduler.storage.repositories.visits import SqlVisits
from scheduler.storage.versions import require_needed

GUARDS_BY_DIALECT = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'occupancy'",
        frozenset({"occupancy_insert", "occupancy_update"}),
    ),
    "postgresql": (
        "SELECT conname FROM pg_constraint WHERE contype = 'x'",
        frozenset({"ex_occupancy_overlap"}),
    ),
}
UNSENT = (OutboxState.HELD, OutboxState.DUE, OutboxState.SENDING)


def findings(session: Session) -> tuple[str, ...]:
    """Return everything unsound, the gravest first; none when all is well.

    A database of another version is not looked into: its tables may be others.
    """
    try:
        require_needed(session.connection())
    except WrongTables as refusal:
        return (str(refusal),)
    return tuple(sentence for check in CHECKS for sentence in check(session))


def _damage(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for (line,) in session.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"The database file is damaged: {line}."
    strays = Counter(
        (table, parent)
        for table, _row, parent, _key in session.execute(text("PRAGMA foreign_key_check"))
    )
    for (table, parent), number in sorted(strays.items()):
        yield f"Rows of {table} that point to no row of {parent}: {number}."


def _missing_guards(session: Session) -> Iterator[str]:
    query, expected = GUARDS_BY_DIALECT[session.get_bind().dialect.name]
    present = set(session.execute(text(query)).scalars())
    for name in sorted(expected - present):
        yield f"The guard {name} against double booking is missing."


def _overlaps(session: Session) -> Iterator[str]:
    one, other = aliased(OccupancyRow), aliased(OccupancyRow)
    first, second = aliased(VisitRow), aliased(VisitRow)
    pairs = (
        select(ResourceRow.key, first.uid, second.uid)
        .join(one, one.resource_id == ResourceRow.id)
        .join(
            other,
            and_(
                other.resource_id == one.resource_id,
                other.id > one.id,
                other.starts_at < one.ends_at,
                one.starts_at < other.ends_at,
            ),
        )
        .join(first, first.id == one.visit_id)
        .join(second, second.id == other.visit_id)
    )
    for resource, uid, other_uid in session.execute(pairs):
        yield f"Double booked: {resource} is in the visits {uid} and {other_uid} at one time."


def _occupancy(session: Session) -> Iterator[str]:
    visits = SqlVisits(session).in_states(OCCUPYING)
    expected = {
        (visit.uid, key, period.start, period.end)
        for visit in visits
        for key, period in visit.occupied
    }
    rows = session.execute(
        select(VisitRow.uid, ResourceRow.key, OccupancyRow.starts_at, OccupancyRow.ends_at)
        .join(VisitRow, VisitRow.id == OccupancyRow.visit_id)
        .join(ResourceRow, ResourceRow.id == OccupancyRow.resource_id)
    )
    kept = {(uid, key, start, end) for uid, key, start, end in rows}
    for uid, key in sorted({(uid, key) for uid, key, *_ in expected - kept}):
        yield f"The visit {uid} does not keep {key} free for its time."
    for uid, key in sorted({(uid, key) for uid, key, *_ in kept - expected}):
        yield f"{key} is kept for the visit {uid} at a time when nothing calls for it."


def _lost_bookings(session: Session) -> Iterator[str]:
    strays = select(BookingRow.id).outerjoin(VisitRow, VisitRow.id == BookingRow.visit_id)
    number = len(session.execute(strays.where(VisitRow.id.is_(None))).all())
    if number:
        yield f"Bookings that belong to no visit: {number}."


def _mail_about_nothing(session: Session) -> Iterator[str]:
    unsent = select(OutboxEntryRow.key, OutboxEntryRow.facts).where(
        OutboxEntryRow.state.in_(UNSENT)
    )
    uids = set(session.execute(select(VisitRow.uid)).scalars())
    for key, facts in session.execute(unsent):
        told = facts.get("visits", ())
        for uid in told if isinstance(told, list | tuple) else ():
            if uid not in uids:
                yield f"The mail {key} is about the visit {uid}, which does not exist."


CHECKS: tuple[Callable[[Session], Iterator[str]], ...] = (
    _damage,
    _missing_guards,
    _overlaps,
    _occupancy,
    _lost_bookings,
    _mail_about_nothing,
)
