"""The database itself: its address, its engine, how a transaction begins, its schema.

In the web application Flask-SQLAlchemy makes and owns both the engine and the sessions:
``bind`` hands it the address and returns a way to open its sessions that carries their engine
along, so that work outside an application context runs on the same connections. Commands and
jobs without an application use ``sessions``. Both give ``SqlStore`` what it asks for.

SQLite decides about locks when a transaction begins, so a transaction says at once whether it
will write: one that reads first and writes later cannot wait for its turn.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.event import listen
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from scheduler.storage import soundness, versions
from scheduler.storage.models import Base
from scheduler.storage.refusals import domain_errors
from scheduler.storage.versions import MIGRATIONS

SQLITE_WAIT_MILLISECONDS = 30_000
CONNECTIONS = 10
# A server that vanished without a word is noticed within a minute, not within the hours of TCP.
POSTGRESQL_REACH = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# Who stands still with rows locked is cut off by the server, so that others go on.
POSTGRESQL_IDLE = "SET idle_in_transaction_session_timeout = '5min'"
INTENT = "visitbell_intent"
READING, WRITING = "reading", "writing"
# Rows are re-read whenever they are asked for: bulk statements pass by the identity map.
ALWAYS_FRESH = {"populate_existing": True}


class BoundSession(FlaskSession):
    """Flask-SQLAlchemy's session, which prefers the engine it was opened with, if any."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **kwargs: Any,
    ) -> Engine | Connection:
        """Return the engine; without one of its own, that of the current application."""
        return super().get_bind(mapper, clause, bind or self.bind, **kwargs)


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": BoundSession, "execution_options": ALWAYS_FRESH},
)


def normal_url(url: str) -> URL:
    """Return the address in SQLAlchemy's form: psycopg 3 for PostgreSQL, an absolute file path."""
    scheme, mark, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return make_url(f"postgresql+psycopg{mark}{rest}")
    normal = make_url(url)
    if normal.get_backend_name() == "sqlite" and normal.database not in (None, "", ":memory:"):
        normal = normal.set(database=str(Path(str(normal.database)).resolve()))
    return normal


def bind(app: Flask, url: str, *, connections: int = CONNECTIONS) -> Callable[[], Session]:
    """Give the application its database and return how to open sessions on it.

    Adds the command group ``db`` of Flask-Migrate. Call it once for each application.
    ``connections`` is how many each process may have open at once.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = normal_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _options(url, connections)
    db.init_app(app)
    with app.app_context():
        engine = _prepared(db.engine)
    migrate = Migrate(directory=MIGRATIONS)
    migrate.configure(partial(_with_engine, engine=engine))
    migrate.init_app(app, db)
    return partial(db.session.session_factory, bind=engine)


def begin_anew_after_fork(app: Flask) -> None:
    """Let a worker open connections of its own; those of its parent stay the parent's."""
    with app.app_context():
        db.engine.dispose(close=False)


def connect(url: str, *, connections: int = CONNECTIONS) -> Engine:
    """Return an engine on that database for work without an application."""
    return _prepared(sa.create_engine(normal_url(url), **_options(url, connections)))


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Return how to open sessions on an engine of ``connect``."""
    return sessionmaker(engine, execution_options=ALWAYS_FRESH)


def begin(session: Session, *, writes: bool) -> None:
    """Begin a session's transaction, saying at once whether it will write.

    A reader sees one moment of the database throughout and may change nothing. On SQLite a
    writer waits here for the one before it.
    """
    options: dict[str, Any] = {INTENT: WRITING if writes else READING}
    if session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED" if writes else "REPEATABLE READ"
        options["postgresql_readonly"] = not writes
    session.connection(execution_options=options)


def begin_writing(connection: PoolProxiedConnection, dialect: sa.Dialect) -> None:
    """Begin a transaction of the driver's own that writes."""
    if dialect.name == "sqlite":
        _begin_as(connection, WRITING)


def require_tables(url: str) -> None:
    """Refuse a database that is not set up, or of another version than this program's.

    Raises:
        WrongTables: if so.
        OutOfReach: if it does not answer.
    """
    with one_moment(url) as connection:
        versions.require_needed(connection)


def upgrade(url: str, revision: str = "head") -> None:
    """Create the tables or bring them to a revision, the newest by default; safe to repeat.

    Raises:
        WrongTables: if a newer program has worked with them.
        OutOfReach: if the database does not answer.
    """
    with one_moment(url) as connection:
        versions.require_known(connection)
    command.upgrade(_with_engine(_scripts(), engine=_unpooled(url)), revision)


def lay_tables(url: str, revision: str) -> None:
    """Give an empty database the tables of one revision, whichever it has; they lose all rows.

    Raises:
        WrongTables: if a newer program has worked with them.
    """
    engine = _unpooled(url)
    with engine.connect() as connection:
        versions.require_known(connection)
        present = versions.present_on(connection)
    if present not in ("", revision):
        command.downgrade(_with_engine(_scripts(), engine=engine), "base")
    upgrade(url, revision)


@contextmanager
def one_moment(url: str) -> Iterator[Connection]:
    """Yield a connection that sees the database as it is now, and changes nothing."""
    with domain_errors(), sessions(_unpooled(url))() as session:
        begin(session, writes=False)
        yield session.connection()


@contextmanager
def one_writer(url: str) -> Iterator[Connection]:
    """Yield a connection whose changes are committed at the end, or undone by an error."""
    with domain_errors(), sessions(_unpooled(url))() as session:
        begin(session, writes=True)
        yield session.connection()
        session.commit()


def clock_of(url: str) -> datetime:
    """Return what time it is where the database is."""
    with one_moment(url) as connection:
        moment = connection.execute(sa.select(sa.func.now())).scalar_one()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def problems(database: str | Engine) -> tuple[str, ...]:
    """Return everything unsound in a database, one sentence each; none when all is well.

    Reads every page of a SQLite file and every occupied hour, as they are at one moment.
    """
    engine = _unpooled(database) if isinstance(database, str) else database
    with sessions(engine)() as session:
        begin(session, writes=False)
        return soundness.findings(session)


def _unpooled(url: str) -> Engine:
    return _prepared(sa.create_engine(normal_url(url), poolclass=NullPool, **_always(url)))


def _options(url: str, connections: int) -> dict[str, Any]:
    return {
        **_always(url),
        # A file does not go away while nobody looks.
        "pool_pre_ping": not _is_sqlite(url),
        "pool_size": connections,
        "max_overflow": 0,
    }


def _always(url: str) -> dict[str, Any]:
    # What a statement that fails was given may be people's addresses: no log repeats it.
    return {"connect_args": _reach(url), "hide_parameters": True}


def _reach(url: str) -> dict[str, int]:
    return {} if _is_sqlite(url) else dict(POSTGRESQL_REACH)


def _is_sqlite(url: str) -> bool:
    return normal_url(url).get_backend_name() == "sqlite"


def _scripts() -> Config:
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _with_engine(config: Config, *, engine: Engine) -> Config:
    config.attributes["engine"] = engine
    return config


def _prepared(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        listen(engine, "connect", _prepare_sqlite)
        listen(engine, "begin", _begin_sqlite)
    else:
        listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.execute(POSTGRESQL_IDLE)
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions at a moment of its own choosing.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {SQLITE_WAIT_MILLISECONDS}",
        "journal_mode = WAL",
        "foreign_keys = ON",
        "synchronous = NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    intent = connection.get_execution_options().get(INTENT)
    try:
        _begin_as(connection.connection, intent)
    except sqlite3.Error as failure:
        raise sa.exc.OperationalError("BEGIN", None, failure) from failure


def _begin_as(connection: PoolProxiedConnection, intent: object) -> None:
    # Every transaction begins so: the driver itself is asked, in a third of the time.
    cursor = connection.cursor()
    # The connection keeps it from one transaction to the next.
    if connection.info.get(INTENT) != intent:
        cursor.execute(f"PRAGMA query_only = {int(intent == READING)}")
        connection.info[INTENT] = intent
    cursor.execute("BEGIN IMMEDIATE" if intent == WRITING else "BEGIN")
