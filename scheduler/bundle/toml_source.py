"""Reads TOML with the places of its keys, so that what is wrong can be pointed at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import FREE_PREFIX, Cells, Table
from scheduler.bundle.words import number_text

RowOfKey = Callable[[str], Row]
_HEADER = re.compile(r"\s*\[+\s*([A-Za-z0-9_-]+)")
_LINE = re.compile(r"at line (\d+)")


def parse_toml(octets: bytes, *, file: str, problems: Problems) -> dict[str, object] | None:
    """Return the values of a TOML file, or None after noting where it cannot be read."""
    try:
        return tomllib.loads(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        row = octets[: error.start].count(b"\n") + 1
        problems.note(file, "This line is not UTF-8: save the file as UTF-8.", row=row)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        row = int(line[1]) if line else octets.count(b"\n") + 1
        problems.note(file, f"This is not TOML: {error}.", row=row)
    return None


class TomlSource:
    """The text of one file, in which keys are found again."""

    def __init__(self, file: str, text: str, *, problems: Problems) -> None:
        self.file = file
        self.lines = text.split("\n")
        self.problems = problems

    def note(self, name: str, sentence: str, *, table: str = "", turn: int = 0) -> None:
        """Keep a problem of a key; ``turn`` counts tables of the same name from 0."""
        row = self.line_of(name, table=table, turn=turn)
        self.problems.note(self.file, sentence, row=row, column=name)

    def line_of(self, name: str, *, table: str = "", turn: int = 0) -> int:
        """Return the line of a key, of its table where it has none, 0 where neither is there."""
        written = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]")
        present, seen, header_line = "", -1, 0
        for number, line in enumerate(self.lines, start=1):
            if header := _HEADER.match(line):
                present = header[1]
                seen += present == table
            is_here = present == table and (not table or seen == turn)
            if header and (is_here or present == name):
                header_line = header_line or number
            if is_here and written.match(line):
                return number
        return header_line

    def check_keys(
        self, values: Mapping[str, object], table: Table, *, within: str = "", turn: int = 0
    ) -> None:
        """Note the required keys that are missing, and those that the table does not have."""
        for name in table.required - values.keys():
            self.note(name, f"The {name} is missing.", table=within, turn=turn)
        for name in values:
            if name not in table.columns and not name.startswith(FREE_PREFIX):
                self.note(name, f"There is no key {quoted(name)} here.", table=within, turn=turn)

    def tables(self, name: str, value: object, table: Table, *, so: str) -> Iterator[RowOfKey]:
        """Yield what ``rows`` returns for each ``[[name]]``; ``so`` tells how they are written."""
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            self.note(name, so)
            return
        for turn, each in enumerate(value):
            self.check_keys(each, table, within=name, turn=turn)
            yield self.rows(each, table, within=name, turn=turn)

    def rows(
        self, values: Mapping[str, object], table: Table, *, within: str = "", turn: int = 0
    ) -> RowOfKey:
        """Return a function from a key to a row of that key alone, so that cells' rules hold."""

        def row(name: str) -> Row:
            number = self.line_of(name, table=within, turn=turn)
            cells = self._cells(name, values, table=within, turn=turn)
            return Row(number, cells, table=table, problems=self.problems)

        return row

    def _cells(self, name: str, values: Mapping[str, object], *, table: str, turn: int) -> Cells:
        match values.get(name):
            case None:
                return {}
            case bool() | list() | dict():
                sentence = f"The {name} must be one text, number or date."
                self.note(name, sentence, table=table, turn=turn)
                return {}
            case float() as number:
                return {name: number_text(number)}
            case date() as day:
                return {name: day.isoformat()}
            case value:
                return {name: str(value)}
