"""Statements that are compiled once and then run by the driver as they stand.

For what is written once for every mail that leaves: the toolkit takes several times as long to say
such a statement as the database takes to do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.dml import UpdateBase

from scheduler.storage.database import begin_writing

Form = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as a driver takes it; ``names`` are its parameters where it counts them.

    ``own`` are the facts that the statement brings along.
    """

    sql: str
    names: tuple[str, ...]
    own: Mapping[str, Any]
    form_by_name: Mapping[str, Form]

    def parameters(self, facts: Mapping[str, Any]) -> Any:
        """Return the facts as the driver takes them: in order, or by name."""
        formed = {
            name: self.form_by_name[name](fact) if name in self.form_by_name else fact
            for name, fact in {**self.own, **facts}.items()
        }
        return tuple(formed[name] for name in self.names) if self.names else formed


def run(engine: Engine, statement: UpdateBase, rows: Iterable[Mapping[str, Any]]) -> None:
    """Run a statement for each row, given by its parameters: all in one transaction, or none.

    Raises:
        DBAPIError: as a session would.
    """
    prepared = _prepared(statement, engine.dialect)
    with _connection(engine, prepared.sql) as connection:
        begin_writing(connection, engine.dialect)
        cursor = connection.cursor()
        for row in rows:
            cursor.execute(prepared.sql, prepared.parameters(row))
        connection.commit()


@contextmanager
def _connection(engine: Engine, sql: str) -> Iterator[PoolProxiedConnection]:
    """Lend a connection of the pool; what the driver raises is said as a session would."""
    failures = engine.dialect.loaded_dbapi.Error
    connection: PoolProxiedConnection | None = None
    try:
        connection = engine.raw_connection()
        yield connection
    except failures as failure:
        if connection is not None:
            connection.invalidate(failure)
        raise DBAPIError.instance(sql, None, failure, failures, dialect=engine.dialect) from failure
    finally:
        if connection is not None:
            connection.close()


# A process has an engine or two.
@lru_cache(8)
def _prepared(statement: UpdateBase, dialect: Dialect) -> Prepared:
    compiled = statement.compile(dialect=dialect)
    forms = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    return Prepared(
        str(compiled),
        tuple(compiled.positiontup or ()),
        {name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        {name: form for name, form in forms.items() if form},
    )
