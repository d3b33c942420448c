"""Everything found wrong while a bundle is read, kept until the end and then said at once."""

from __future__ import annotations

from scheduler.domain.errors import BadInput, Problem

MOST_REPORTED = 200
LONGEST_QUOTE = 60


class Problems:
    """A growing list of what is wrong and where."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def note(self, file: str, sentence: str, *, row: int = 0, column: str = "") -> None:
        """Keep one problem; row 0 means the whole file."""
        self._found.append(Problem(file, row, column, sentence))

    def in_order(self) -> tuple[Problem, ...]:
        """Return the first problems by file and row, no more than anyone can read."""
        once = dict.fromkeys(self._found)
        found = sorted(once, key=lambda each: (each.file, each.row, each.column))
        return tuple(found[:MOST_REPORTED])

    def raise_if_any(self) -> None:
        """Refuse the bundle if anything is wrong.

        Raises:
            BadInput: with the first problems by file and row.
        """
        if self._found:
            raise BadInput(self.in_order())


def quoted(text: str) -> str:
    """Return a value as sentences show it: in quotation marks, shortened, bad octets marked."""
    shown = text.encode("utf-8", "replace").decode("utf-8")
    if len(shown) > LONGEST_QUOTE:
        shown = shown[: LONGEST_QUOTE - 1] + "…"
    return f"“{shown}”"
