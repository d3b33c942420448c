"""Keep names, titles and days as they are looked for, and what stands for a person's address.

How words are folded is written down here once more, so that this step stays what it was. What is
only printed adds the columns and cannot fill them: bring a database that holds rows up to date by
running it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from unicodedata import combining, normalize

import sqlalchemy as sa
from alembic import op

from scheduler.domain.zones import local

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 2_000
REFERENCE_LENGTH = 16
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
COLUMNS = {
    "person": ("words", "reference"),
    "school": ("words",),
    "classroom": ("words",),
    "request": ("words", "key_words"),
    "visit": ("words",),
}
READ = {
    "person": ("name", "email"),
    "school": ("name",),
    "classroom": ("name", "subject"),
    "request": ("title", "key"),
    "visit": ("starts_at", "timezone"),
}


def upgrade() -> None:
    """Add the columns in place, since triggers hang on these tables, and fill them."""
    for table, names in COLUMNS.items():
        for name in names:
            kind = sa.Text() if name == "reference" else _kind()
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=""))
    op.create_index("ix_person_reference", "person", ["reference"])
    if not op.get_context().as_sql:
        for table, write in WRITTEN.items():
            _fill(op.get_bind(), table, write)


def downgrade() -> None:
    """Drop them: all of it can be told from the rest."""
    op.drop_index("ix_person_reference", "person")
    for table, names in COLUMNS.items():
        for name in reversed(names):
            op.drop_column(table, name)


def _kind() -> sa.Text:
    return sa.Text(collation="C" if op.get_context().dialect.name == "postgresql" else None)


def _fill(connection: sa.Connection, table: str, write: Callable[..., Mapping[str, str]]) -> None:
    there = sa.table(table, *map(sa.column, ("id", *READ[table], *COLUMNS[table])))
    changed = sa.update(there).where(there.c.id == sa.bindparam("number"))
    for rows in _chunks(connection, there, table):
        connection.execute(changed, [{"number": number, **write(*row)} for number, *row in rows])


def _chunks(connection: sa.Connection, there: sa.TableClause, table: str) -> Iterator[list[Any]]:
    read = sa.select(there.c.id, *(there.c[name] for name in READ[table])).order_by(there.c.id)
    last = 0
    while True:
        rows = connection.execute(read.where(there.c.id > last).limit(ROWS_AT_ONCE)).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].id


def _word_line(text: str) -> str:
    parts = normalize("NFKD", normalize("NFKD", text).casefold())
    folded = "".join(c for c in parts if not combining(c)).translate(PLAIN_LETTERS)
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "".join(f" {word}" for word in words)


def _reference(email: str) -> str:
    return sha256(email.encode()).hexdigest()[:REFERENCE_LENGTH]


def _of_person(name: str, email: str) -> Mapping[str, str]:
    return {"words": _word_line(name), "reference": _reference(email)}


def _of_request(title: str, key: str) -> Mapping[str, str]:
    return {"words": _word_line(title), "key_words": _word_line(key)}


def _of_names(*names: str) -> Mapping[str, str]:
    return {"words": _word_line(" ".join(names))}


def _of_visit(start: datetime | str, timezone: str) -> Mapping[str, str]:
    # SQLite keeps a moment as text, in UTC and without saying so.
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC) if isinstance(start, str) else start
    return {"words": _word_line(str(local(moment, timezone).date()))}


WRITTEN: Mapping[str, Callable[..., Mapping[str, str]]] = {
    "person": _of_person,
    "school": _of_names,
    "classroom": _of_names,
    "request": _of_request,
    "visit": _of_visit,
}
