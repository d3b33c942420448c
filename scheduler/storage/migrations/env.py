"""Run migrations on the engine that ``scheduler.storage.database`` hands over.

All of an upgrade is one transaction, and two processes that upgrade at once take turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Engine, text
from sqlalchemy.types import TypeDecorator

from scheduler.storage.database import INTENT, WRITING
from scheduler.storage.models import Base

# Any number will do, as long as every process takes the same.
UPGRADE_LOCK = 8_474_825


def run_offline(engine: Engine) -> None:
    """Print the statements instead of running them."""
    context.configure(
        dialect_name=engine.dialect.name, target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online(engine: Engine) -> None:
    """Run the statements."""
    with (
        engine.connect().execution_options(**{INTENT: WRITING}) as connection,
        _references_unchecked(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        _run(connection)


def render_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write a column type of ours as the plain one beneath it: migrations outlive our code."""
    if kind == "type" and isinstance(value, TypeDecorator):
        return f"sa.{value.impl!r}"
    return False


def _run(connection: Connection) -> None:
    options: dict[str, Any] = {"render_as_batch": True, "compare_type": True}
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_type,
        transactional_ddl=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    # SQLite changes a table by making it anew, and dropping the old one would take along what
    # points to it. Inside a transaction the switch has no effect.
    if connection.dialect.name != "sqlite":
        yield
        return
    _on_the_wire(connection, "PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        _on_the_wire(connection, "PRAGMA foreign_keys = ON")


def _on_the_wire(connection: Connection, statement: str) -> None:
    # Past SQLAlchemy, which would begin a transaction first.
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


handed_over: Engine = context.config.attributes["engine"]
if context.is_offline_mode():
    run_offline(handed_over)
else:
    run_online(handed_over)
