"""What a bundle brings that is not ours to read: columns of the district's own, policy files.

Kept as text by name, so that an export gives them back: ``volunteers.csv`` names a JSON object
of that file's own columns and their cells by row, ``policies/visits.toml`` is the file itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scheduler.bundle.bell_rows import closure_cells
from scheduler.bundle.bundle_rows import table_rows
from scheduler.bundle.incoming import Incoming
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import (
    AVAILABILITY,
    CLEARANCES,
    CLOSURES,
    DAYS_AWAY,
    POLICY_FOLDER,
    STATE_COLUMN,
    TABLES,
    Cells,
    Table,
)
from scheduler.bundle.values import Bundle
from scheduler.bundle.volunteer_rows import absence_cells, block_cells, check_cells

RowKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreeColumns:
    """The columns of the district's own in one file, and their cells by row."""

    columns: tuple[str, ...] = ()
    cells_by_key: Mapping[RowKey, Cells] = field(default_factory=dict)

    def over(self, known: FreeColumns) -> FreeColumns:
        """Return these laid over what is known, column by column."""
        columns = tuple(dict.fromkeys((*known.columns, *self.columns)))
        keys = {**known.cells_by_key, **self.cells_by_key}
        return FreeColumns(
            columns,
            {
                key: {**known.cells_by_key.get(key, {}), **self.cells_by_key.get(key, {})}
                for key in keys
            },
        )


def free_columns(extras: Mapping[str, str] | None, table: Table) -> FreeColumns:
    """Return what is kept of a file's own columns."""
    text = (extras or {}).get(table.file)
    if text is None:
        return FreeColumns()
    kept = json.loads(text)
    return FreeColumns(
        tuple(kept["columns"]), {tuple(key): dict(cells) for key, cells in kept["rows"]}
    )


def policy_files(extras: Mapping[str, str] | None) -> dict[str, str]:
    """Return the policy files by name, their folder included."""
    kept = (extras or {}).items()
    return {name: text for name, text in kept if name.startswith(f"{POLICY_FOLDER}/")}


def columns_and_rows(
    bundle: Bundle, table: Table
) -> tuple[tuple[str, ...], tuple[Cells, ...]] | None:
    """Return a whole file, the district's own columns included, or None where it is not told."""
    rows = table_rows(bundle, table)
    if rows is None:
        return None
    free = free_columns(bundle.extras, table)
    full = tuple({**free.cells_by_key.get(table.key_of(cells), {}), **cells} for cells in rows)
    state = (STATE_COLUMN,) if any(STATE_COLUMN in cells for cells in rows) else ()
    return (*table.columns, *state, *free.columns), full


def merged_extras(
    merged: Bundle, incoming: Incoming, *, policies: Mapping[str, str]
) -> dict[str, str]:
    """Return what is kept once a bundle is read; cells of rows that are gone go with them."""
    extras = {**policy_files(merged.extras), **policies}
    for table in TABLES:
        together = _incoming_columns(incoming, table).over(free_columns(merged.extras, table))
        if together.columns:
            present = {table.key_of(cells) for cells in table_rows(merged, table) or ()}
            extras[table.file] = _text(together, present)
    return dict(sorted(extras.items()))


def _incoming_columns(incoming: Incoming, table: Table) -> FreeColumns:
    sheet = incoming.sheets.get(table.file)
    if sheet is None or not sheet.free_columns:
        return FreeColumns()
    given = {
        key: {name: row.cells.get(name, "") for name in sheet.free_columns}
        for row, key in _keyed_rows(incoming, table)
    }
    return FreeColumns(sheet.free_columns, given)


def _keyed_rows(incoming: Incoming, table: Table) -> Iterator[tuple[Row, RowKey]]:
    # Where a row is all its columns, its key is what an export would write.
    written: Iterable[tuple[Row, Cells]]
    match table.file:
        case CLOSURES.file:
            written = ((each.row, closure_cells(each.value)) for each in incoming.closures)
        case AVAILABILITY.file:
            weekly = incoming.weekly
            written = ((e.row, block_cells(e.value.email, e.value.value)) for e in weekly)
        case DAYS_AWAY.file:
            away = incoming.away
            written = ((e.row, absence_cells(e.value.email, e.value.value)) for e in away)
        case CLEARANCES.file:
            checks = incoming.clearances
            written = ((e.row, check_cells(e.value.email, e.value.value)) for e in checks)
        case _:
            written = ((row, row.cells) for row in incoming.sheets[table.file].rows)
    for row, cells in written:
        yield row, table.key_of(cells)


def _text(free: FreeColumns, present: Iterable[RowKey]) -> str:
    rows = [
        [list(key), {name: cell for name, cell in sorted(free.cells_by_key[key].items()) if cell}]
        for key in sorted(set(present) & free.cells_by_key.keys())
    ]
    kept = {"columns": list(free.columns), "rows": [row for row in rows if row[1]]}
    return json.dumps(kept, ensure_ascii=False)
