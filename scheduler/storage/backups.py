"""A backup: everything in the database at one moment, as one file that either kind takes back.

The file is a ZIP archive: ``manifest.json``, and for each table its rows as lines of JSON under
a line of column names. It is read within one reading transaction, so others go on writing
meanwhile, and it is there whole or not at all. It holds the keys, so only its owner may read it.

Taking back refuses what is damaged, and commits nothing unless every table holds exactly what
was copied.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scheduler.domain.errors import BadInput, Problem
from scheduler.storage import database, versions
from scheduler.storage.portable import (
    Tally,
    Tallying,
    line_of,
    lines_of,
    put_lines,
    tables_of,
    tally_of,
    version_of,
)

FORMAT = 1
MANIFEST = "manifest.json"
# Triggers write here whenever a row goes in elsewhere, so its own rows come last.
WRITTEN_BY_TRIGGERS = frozenset({"feed_tick"})
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: of which moment and version, the keys, and a tally for each table."""

    version: str
    made_at: datetime
    keys: Mapping[str, str]
    tables: Mapping[str, Tally]

    @property
    def rows(self) -> int:
        """Return the number of rows in all tables."""
        return sum(tally.rows for tally in self.tables.values())


def write_backup(
    url: str, path: Path, *, keys: Mapping[str, str], made_at: datetime, progress: Progress
) -> Manifest:
    """Copy the database of this address, and the keys, into a new file.

    Raises:
        BadInput: if there is a file of that name already.
        OSError: if it cannot be written; then nothing is left of it.
    """
    if path.exists():
        raise _bad(path, "There is a file of this name already.")
    with _whole(path) as written, ZipFile(written, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        with database.one_moment(url) as connection:
            version, tables = version_of(connection), tables_of(connection)
            tallies = {}
            for number, table in enumerate(tables):
                progress(number, len(tables))
                tallies[table.name] = _copy(connection, table, archive)
        manifest = Manifest(version, made_at, keys, tallies)
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **_plain(manifest)}, indent=2))
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        BadInput: if the file is no backup, or one of a newer version than this program's.
        OSError: if it cannot be read.
    """
    try:
        with ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
        manifest = _manifest(told)
    except (BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError) as error:
        raise _bad(path, "This is not a backup, or it is damaged.") from error
    if told["format"] != FORMAT or manifest.version not in versions.known():
        raise _bad(path, "It was made by a newer version: bring this program up to date first.")
    return manifest


def is_empty(url: str) -> bool:
    """Tell whether no table of this database holds a row."""
    with database.one_moment(url) as connection:
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in tables_of(connection)
        )


@contextmanager
def restored(url: str, path: Path, *, progress: Progress) -> Iterator[Manifest]:
    """Fill an empty database from a backup; what the block does comes before the commit.

    Tables are made as they were, filled, compared, and then brought up to date.

    Raises:
        BadInput: if the file is damaged; the database stays empty.
    """
    manifest = read_manifest(path)
    database.lay_tables(url, manifest.version)
    with ZipFile(path) as archive, database.one_writer(url) as connection:
        try:
            _fill(connection, archive, manifest=manifest, progress=progress)
        except (BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
            raise _bad(path, "The file is damaged. Nothing was restored.") from error
        yield manifest
    database.upgrade(url)


def _copy(connection: Connection, table: sa.Table, archive: ZipFile) -> Tally:
    counted = Tallying()
    with (
        # A full disk ends it in the middle, and what reads on must not outlive the connection.
        closing(lines_of(connection, table)) as lines,
        archive.open(_member(table.name), "w", force_zip64=True) as file,
    ):
        file.write(line_of(_columns(table)))
        for line in lines:
            counted.add(line)
            file.write(line)
    return counted.tally


def _fill(
    connection: Connection, archive: ZipFile, *, manifest: Manifest, progress: Progress
) -> None:
    tables = sorted(tables_of(connection), key=lambda table: table.name in WRITTEN_BY_TRIGGERS)
    for number, table in enumerate(tables):
        progress(number, len(tables))
        if table.name in WRITTEN_BY_TRIGGERS:
            connection.execute(table.delete())
        with archive.open(_member(table.name)) as file:
            if json.loads(file.readline()) != _columns(table):
                raise KeyError(table.name)
            put_lines(connection, table, file)
        _count_on(connection, table)
    for table in tables:
        if tally_of(connection, table) != manifest.tables[table.name]:
            raise ValueError(table.name)


def _count_on(connection: Connection, table: sa.Table) -> None:
    # Rows came in with their numbers, of which PostgreSQL's counters know nothing.
    if connection.dialect.name == "postgresql" and isinstance(
        getattr(table.columns.get("id"), "type", None), sa.Integer
    ):
        connection.execute(
            sa.text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id))"
                f' FROM "{table.name}" HAVING max(id) IS NOT NULL'
            )
        )


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield where to write; the file gets its name once all of it is on the disk."""
    descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    written = Path(name)
    try:
        yield written
        os.fsync(descriptor)
        written.replace(path)
    finally:
        os.close(descriptor)
        written.unlink(missing_ok=True)


def _columns(table: sa.Table) -> list[str]:
    return sorted(column.name for column in table.columns)


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _plain(manifest: Manifest) -> dict[str, object]:
    return {
        "version": manifest.version,
        "made_at": manifest.made_at.isoformat(),
        "keys": dict(manifest.keys),
        "tables": {name: asdict(tally) for name, tally in manifest.tables.items()},
    }


def _manifest(told: Any) -> Manifest:
    return Manifest(
        version=told["version"],
        made_at=datetime.fromisoformat(told["made_at"]),
        keys=dict(told["keys"]),
        tables={name: Tally(**tally) for name, tally in told["tables"].items()},
    )


def _bad(path: Path, sentence: str) -> BadInput:
    return BadInput((Problem(str(path), 0, "", sentence),))
