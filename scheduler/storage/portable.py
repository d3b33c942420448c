"""Tables and rows as any database has them, for copies that outlive a version of our models.

Tables are looked up in the database, not in the models: a copy may be older than the program.
Each value lies in a line of JSON in one way, the same on SQLite and PostgreSQL, so that equal
rows give equal lines wherever they are kept.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

ROWS_AT_ONCE = 2_000
VERSION_TABLE = "alembic_version"
_ALL_DIGESTS = 1 << 256


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a table has, and one digest of all of them in whatever order they come."""

    rows: int
    digest: str


class Tallying:
    """Count lines and add up their digests; addition does not mind the order."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Count one row's line."""
        self._rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line).digest())) % _ALL_DIGESTS

    @property
    def tally(self) -> Tally:
        """Return what was counted so far."""
        return Tally(self._rows, f"{self._sum:064x}")


def version_of(connection: Connection) -> str:
    """Return the revision of the tables."""
    return str(connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())


def tables_of(connection: Connection) -> tuple[sa.Table, ...]:
    """Return every table but the version's, each after those that it points to."""
    look = sa.inspect(connection)
    columns_by_name = {name: columns for (_, name), columns in look.get_multi_columns().items()}
    names = (name for name, _ in look.get_sorted_table_and_fkc_names() if name)
    return tuple(
        sa.Table(
            name,
            sa.MetaData(),
            *(sa.Column(each["name"], _exact(each["type"])) for each in columns_by_name[name]),
        )
        for name in names
        if name != VERSION_TABLE
    )


def lines_of(connection: Connection, table: sa.Table) -> Generator[bytes, None, None]:
    """Yield each row as a line of JSON, a few thousand in memory at a time."""
    columns = sorted(table.columns, key=lambda column: column.name)
    streamed = connection.execution_options(yield_per=ROWS_AT_ONCE)
    with streamed.execute(sa.select(*columns)) as rows:
        for row in rows:
            yield line_of([_plain(value) for value in row])


def line_of(values: Sequence[object]) -> bytes:
    """Return values as one line of JSON."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def tally_of(connection: Connection, table: sa.Table) -> Tally:
    """Return the tally of a table as it is."""
    counted = Tallying()
    for line in lines_of(connection, table):
        counted.add(line)
    return counted.tally


def put_lines(connection: Connection, table: sa.Table, lines: Iterable[bytes]) -> None:
    """Insert the rows that these lines hold."""
    columns = sorted(table.columns, key=lambda column: column.name)
    readers = [_reader(column.type, connection.dialect) for column in columns]
    names = [column.name for column in columns]
    rows: list[Mapping[str, object]] = []
    for line in lines:
        values = json.loads(line)
        rows.append(
            {
                name: None if value is None else read(value)
                for name, read, value in zip(names, readers, values, strict=True)
            }
        )
        if len(rows) == ROWS_AT_ONCE:
            connection.execute(table.insert(), rows)
            rows = []
    if rows:
        connection.execute(table.insert(), rows)


def _exact(kind: TypeEngine[object]) -> TypeEngine[object]:
    # Otherwise an empty JSON column would come back as the JSON text "null".
    return sa.JSON(none_as_null=True) if isinstance(kind, sa.JSON) else kind


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        in_utc = value if value.tzinfo is None else value.astimezone(UTC)
        return in_utc.replace(tzinfo=None).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


def _reader(kind: TypeEngine[object], dialect: sa.Dialect) -> Callable[[str], object]:
    if isinstance(kind, sa.DateTime) and dialect.name == "postgresql":
        return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)
    found = (read for base, read in READER_BY_TYPE.items() if isinstance(kind, base))
    return next(found, lambda value: value)


READER_BY_TYPE: Mapping[type[object], Callable[[str], object]] = MappingProxyType(
    {
        sa.DateTime: datetime.fromisoformat,
        sa.Date: date.fromisoformat,
        sa.Time: time.fromisoformat,
        sa.LargeBinary: b64decode,
    }
)
