"""Statements over many rows at once, and the way between a value's fields and a row's columns.

A column that holds a field bears its name, so most of a value goes to its row and back by
name; each repository only adds what is a reference or lies elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.domain.errors import Unknown
from scheduler.storage.models import Base
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.volunteers import VolunteerRow

# Well below what either database takes as parameters of one statement.
CHUNK = 500
# Rows of a long answer come so many at a time, and the database keeps the rest.
AT_ONCE: Mapping[str, Any] = MappingProxyType({"yield_per": CHUNK})

Values = Mapping[str, Any]
R = TypeVar("R")
K = TypeVar("K")


class HasFields(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def columns_of(value: HasFields, table: type[Base]) -> dict[str, Any]:
    """Return ``{column: field}`` of the value's fields that have a column of their name."""
    return {name: getattr(value, name) for name in _shared_names(type(value), table)}


def fields_of(row: Base, kind: type[HasFields]) -> dict[str, Any]:
    """Return ``{field: column}`` of the kind's fields that the row has a column of."""
    return {name: getattr(row, name) for name in _shared_names(kind, type(row))}


def columns_for(kind: type[HasFields], table: type[Base]) -> list[InstrumentedAttribute[Any]]:
    """Return the columns that ``fields_in`` makes a value's fields from, in its order."""
    return [getattr(table, name) for name in _shared_names(kind, table)]


def fields_in(values: Iterable[Any], kind: type[HasFields], table: type[Base]) -> dict[str, Any]:
    """Return ``{field: column}`` of a row that begins with the columns of ``columns_for``.

    Thousands of rows are read so in a third of the time that whole rows of a session take.
    """
    return dict(zip(_shared_names(kind, table), values, strict=False))


def chunks(values: Iterable[K]) -> Iterator[list[K]]:
    """Yield distinct values in lists of at most ``CHUNK``, in the order of their first mention."""
    distinct = iter(dict.fromkeys(values))
    while chunk := list(islice(distinct, CHUNK)):
        yield chunk


def insert_rows(session: Session, table: type[Base], rows: Sequence[Values]) -> None:
    """Insert rows in their order."""
    if rows:
        session.connection().execute(insert(table), list(rows))


def insert_new(session: Session, table: type[Base], rows: Sequence[Values], *, by: str) -> int:
    """Insert the rows whose key is new, and return how many were."""
    if not rows:
        return 0
    statement = _insert(session, table).on_conflict_do_nothing(index_elements=[by])
    returning = statement.returning(table.__table__.columns[by])
    return len(session.connection().execute(returning, list(rows)).all())


def upsert(
    session: Session,
    table: type[Base],
    rows: Sequence[Values],
    *,
    by: str,
    keep: Iterable[str] = (),
) -> None:
    """Insert rows, or change those whose key is there already, except for columns to keep."""
    if not rows:
        return
    statement = _insert(session, table)
    changed = rows[0].keys() - {by, *keep}
    statement = statement.on_conflict_do_update(
        index_elements=[by], set_={name: statement.excluded[name] for name in changed}
    )
    session.connection().execute(statement, list(rows))


def delete_where(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[object]
) -> None:
    """Delete the rows of the column's table in which it is one of these."""
    for chunk in chunks(values):
        session.connection().execute(delete(column.class_).where(column.in_(chunk)))


def ids_by_key(
    session: Session, key: InstrumentedAttribute[str], keys: Iterable[str]
) -> dict[str, int]:
    """Return ``{key: id}`` of those that exist."""
    found: dict[str, int] = {}
    for chunk in chunks(keys):
        pairs = session.execute(select(key, key.class_.id).where(key.in_(chunk)))
        found.update((name, number) for name, number in pairs)
    return found


def known_ids(
    session: Session, key: InstrumentedAttribute[str], keys: Iterable[str], *, kind: str
) -> dict[str, int]:
    """Return ``{key: id}`` of all of them; an empty key is nobody's and left out.

    Raises:
        Unknown: naming the first that does not exist.
    """
    wanted = [name for name in dict.fromkeys(keys) if name]
    found = ids_by_key(session, key, wanted)
    for name in wanted:
        if name not in found:
            raise Unknown(kind, name)
    return found


def volunteer_ids_of(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """Return ``{address: id}`` of all these volunteers.

    Raises:
        Unknown: naming the first that is no volunteer.
    """
    wanted = list(dict.fromkeys(emails))
    found: dict[str, int] = {}
    for chunk in chunks(wanted):
        volunteers = select(PersonRow.email, VolunteerRow.id).join(
            VolunteerRow, VolunteerRow.id == PersonRow.id
        )
        pairs = session.execute(volunteers.where(PersonRow.email.in_(chunk)))
        found.update((email, number) for email, number in pairs)
    for email in wanted:
        if email not in found:
            raise Unknown("volunteer", email)
    return found


def by_owner(pairs: Iterable[tuple[int, R]]) -> Mapping[int, list[R]]:
    """Return ``{owner's id: [its rows, in order]}``; whoever owns none has an empty list."""
    grouped: defaultdict[int, list[R]] = defaultdict(list)
    for owner, row in pairs:
        grouped[owner].append(row)
    return grouped


@cache
def _shared_names(kind: type[HasFields], table: type[Base]) -> tuple[str, ...]:
    fields = dataclasses.fields(kind)
    return tuple(field.name for field in fields if field.name in table.__table__.columns)


def _insert(session: Session, table: type[Base]) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql if is_postgresql else sqlite).insert(table)
