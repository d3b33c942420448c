"""One spreadsheet of a bundle: octets to rows of named cells.

Takes what spreadsheet programs write: UTF-8 with or without a mark at its beginning, commas or
semicolons, columns in any order, blank lines. Refuses rows of the wrong length and columns it
does not know, and says where.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import FREE_PREFIX, STATE_COLUMN, Table

DELIMITERS = ",;"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UNDECODED = frozenset(map(chr, range(0xDC80, 0xDD00)))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file, the broken ones left out.

    ``row_by_key`` knows broken rows too, so that what refers to them is not called unknown;
    a sheet that ``is_whole`` has told all its keys.
    """

    table: Table
    rows: tuple[Row, ...] = ()
    row_by_key: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    free_columns: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def keys(self) -> frozenset[str]:
        """Return the first part of every key that the file names."""
        return frozenset(key[0] for key in self.row_by_key)


def read_sheet(octets: bytes, table: Table, *, problems: Problems) -> Sheet:
    """Return the rows of a file, numbered from 1 as a spreadsheet numbers them."""
    if octets.startswith(UTF16_MARKS):
        problems.note(table.file, "This is not UTF-8: save it as “CSV UTF-8”.", row=1)
        return Sheet(table, is_whole=False)
    # Octets that are no UTF-8 stay visible, so that the very cell can be named.
    text = octets.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    delimiter = _delimiter(text, table)
    records = _records(text, delimiter, table=table, problems=problems)
    _, header = next(records, (1, []))
    columns = _columns(header, table=table, problems=problems)
    if columns is None:
        return Sheet(table, is_whole=False)
    return _sheet(records, columns, delimiter, table=table, problems=problems)


def _delimiter(text: str, table: Table) -> str:
    def known(delimiter: str) -> int:
        try:
            first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return len({name.strip().lower() for name in first} & set(table.columns))

    return max(DELIMITERS, key=known)


def _records(
    text: str, delimiter: str, *, table: Table, problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            sentence = "The quotation marks of this row do not match, or a cell is far too long."
            problems.note(table.file, sentence, row=number)
            continue
        yield number, record


def _columns(header: list[str], *, table: Table, problems: Problems) -> list[str] | None:
    names = [_column_name(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    if not set(names) & set(table.columns):
        sentence = f"The first row must name the columns: {', '.join(table.columns)}."
        problems.note(table.file, sentence, row=1)
        return None
    for name, sentence in _header_misfits(names, table):
        problems.note(table.file, sentence, row=1, column=name)
    return names


def _header_misfits(names: Sequence[str], table: Table) -> Iterator[tuple[str, str]]:
    for position, name in enumerate(names):
        if name in names[:position]:
            yield name, f"The column {quoted(name)} is there twice."
        elif name not in table.columns and not name.startswith(FREE_PREFIX):
            yield name, _unknown_column(name)
    for name in table.columns:
        if name in table.required and name not in names:
            yield name, f"The column {quoted(name)} is missing."


def _column_name(cell: str) -> str:
    name = cell.strip()
    return name if name.lower().startswith(FREE_PREFIX) else name.lower()


def _unknown_column(name: str) -> str:
    if not name:
        return "A column has no name."
    return f"There is no column {quoted(name)} here; a column of your own begins with x_."


def _sheet(
    records: Iterator[tuple[int, list[str]]],
    columns: Sequence[str],
    delimiter: str,
    *,
    table: Table,
    problems: Problems,
) -> Sheet:
    rows: list[Row] = []
    row_by_key: dict[tuple[str, ...], int] = {}
    for number, record in records:
        if not any(cell.strip() for cell in record):
            continue
        cells = dict(zip(columns, record, strict=False))
        row = Row(number, cells, table=table, problems=problems, has_semicolons=delimiter == ";")
        is_sound = _has_right_length(row, record, len(columns)) and _is_clean(row)
        if not _is_repeated(row, row_by_key) and is_sound:
            rows.append(row)
    free = tuple(name for name in columns if name.startswith(FREE_PREFIX) and name != STATE_COLUMN)
    is_whole = set(table.key) & table.required <= set(columns)
    return Sheet(table, tuple(rows), row_by_key, frozenset(columns), free, is_whole)


def _has_right_length(row: Row, record: list[str], expected: int) -> bool:
    if len(record) < expected or any(record[expected:]):
        cells = "1 cell" if len(record) == 1 else f"{len(record)} cells"
        row.note("", f"This row has {cells}, but there are {expected} columns.")
        return False
    return True


def _is_clean(row: Row) -> bool:
    dirty = [column for column, cell in row.cells.items() if not _is_text(cell)]
    for column in dirty:
        cell = row.cells[column]
        sentence = f"{quoted(cell)} is not UTF-8: save the file as “CSV UTF-8”."
        row.note(column, "There is a NUL character here." if "\0" in cell else sentence)
    return not dirty


def _is_text(cell: str) -> bool:
    return (cell.isascii() and "\0" not in cell) or not ("\0" in cell or UNDECODED & set(cell))


def _is_repeated(row: Row, row_by_key: dict[tuple[str, ...], int]) -> bool:
    table = row.table
    key = table.key_of(row.cells)
    first = row_by_key.setdefault(key, row.number)
    parts = zip(table.key, key, strict=True)
    is_lacking = any(not part for column, part in parts if column in table.required)
    if first == row.number or is_lacking:
        return False
    if table.key != table.columns:
        named = quoted(" ".join(filter(None, key)))
        row.note(table.key[-1], f"{named} is in row {first} already.")
    return True
