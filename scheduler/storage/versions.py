"""Of which version the tables are, and whether this program knows how to work with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from scheduler.domain.errors import WrongTables

MIGRATIONS = Path(__file__).with_name("migrations")


@cache
def known() -> frozenset[str]:
    """Return every version of the tables that this program knows."""
    return frozenset(each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


@cache
def needed() -> str:
    """Return the version of the tables that this program works with."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def present_on(connection: Connection) -> str:
    """Return the version of a database's tables, empty where it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require_known(connection: Connection) -> None:
    """Refuse a database that a newer program has brought up to date.

    Raises:
        WrongTables: if its version is one that this program does not know.
    """
    present = present_on(connection)
    if present and present not in known():
        raise WrongTables(present=present, needed=needed(), is_newer=True)


def require_needed(connection: Connection) -> None:
    """Refuse a database whose tables are not those that this program works with.

    Raises:
        WrongTables: if there are none yet, or of an older or a newer version.
    """
    require_known(connection)
    present = present_on(connection)
    if present != needed():
        raise WrongTables(present=present, needed=needed())
