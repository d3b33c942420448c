"""One row of a spreadsheet: its cells, read by type; what does not fit is noted.

A cell that cannot be read gives its default, so that the rest of the row is still checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.tables import STATE_COLUMN, Cells, Table
from scheduler.domain.errors import SchedulerError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the file; ``has_semicolons`` tells how the file parts cells."""

    number: int
    cells: Cells
    table: Table
    problems: Problems
    has_semicolons: bool = False

    @property
    def is_at_rest(self) -> bool:
        """Tell whether the row is of something withdrawn or inactive, which may lack facts."""
        return bool(self.cells.get(STATE_COLUMN, "").strip())

    def note(self, column: str, sentence: str) -> None:
        """Keep a problem of this row."""
        self.problems.note(self.table.file, sentence, row=self.number, column=column)

    def text(self, column: str) -> str:
        """Return a cell exactly as it came; a required one must not be empty."""
        cell = self.cells.get(column)
        needed = self.table.key if self.is_at_rest else self.table.required
        if cell is not None and not cell.strip() and column in needed:
            self.note(column, f"The {column} is missing.")
        return cell or ""

    def word(self, column: str) -> str:
        """Return a cell without the spaces around it."""
        return self.text(column).strip()

    def read(self, column: str, parse: Callable[[str], T], *, default: T) -> T:
        """Return what a cell means, or the default when it is empty or cannot be read."""
        cell = self.word(column)
        return self._parsed(column, cell, parse, default) if cell else default

    def entries(self, column: str) -> tuple[str, ...]:
        """Return the entries of a list, empty ones left out."""
        cell = self.word(column)
        if self.has_semicolons:
            cell = cell.replace("|", ";")
        return tuple(entry.strip() for entry in cell.split(";") if entry.strip())

    def read_each(self, column: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """Return what each entry of a list means; those that cannot be read are noted."""
        parsed = (self._parsed(column, entry, parse, None) for entry in self.entries(column))
        return tuple(each for each in parsed if each is not None)

    def _parsed(self, column: str, cell: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(cell)
        except (ValueError, SchedulerError) as error:
            sentence = str(error)
            self.note(column, sentence if cell in sentence else f"{quoted(cell)}: {sentence}")
            return default
