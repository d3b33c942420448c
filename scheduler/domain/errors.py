"""What can go wrong in the trade: few errors, each with its facts.

The web and the command line phrase them; nothing else hides or rewords them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.domain.assignments import Finding


class SchedulerError(Exception):
    """Be the root of every error that a caller can act on.

    Each survives being handed from one process to another, facts and all.
    """

    def __reduce__(self) -> tuple[object, ...]:
        """Say how to make the error again from its sentence and its facts."""
        # The library would call the class with the sentence alone, which few of them take.
        return _made_again, (type(self), self.args, self.__dict__)


def trouble_of(error: Exception) -> dict[str, object]:
    """Return what went wrong as it is kept; only our own errors have sentences for all eyes."""
    sentence = str(error) if isinstance(error, SchedulerError) else ""
    return {"error": type(error).__name__, "sentence": sentence}


class InvalidPeriod(SchedulerError):
    """Say that a span of time ends before it begins, or lacks its zone."""


class UnknownZone(SchedulerError):
    """Say that a time zone's name is not one of the IANA database."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name[:60]}” is not a time zone name such as America/Edmonton.")
        self.name = name


class Unknown(SchedulerError):
    """Say that nothing of this kind bears this key."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"There is no {kind} “{key}”.")
        self.kind = kind
        self.key = key


class LinkEnded(SchedulerError):
    """Say that the person a link in a mail was for has ended it; ``email`` is theirs."""

    def __init__(self, email: str) -> None:
        super().__init__("This link has ended.")
        self.email = email


class NotAllowed(SchedulerError):
    """Say that this person may not do this; the web answers as if it were unknown."""

    def __init__(self, deed: str) -> None:
        super().__init__(f"You may not {deed}.")
        self.deed = deed


class IllegalTransition(SchedulerError):
    """Say that a visit, booking or proposal cannot take this step from its state."""

    def __init__(self, *, subject: str, state: str, step: str) -> None:
        article = "An" if subject[:1] in tuple("aeiou") else "A"
        super().__init__(f"{article} {subject} that is {state} cannot be {step}.")
        self.subject = subject
        self.state = state
        self.step = step


class ConstraintViolated(SchedulerError):
    """Say which hard rules a booking would break."""

    def __init__(self, subject: str, findings: Iterable[Finding]) -> None:
        self.subject = subject
        self.findings = tuple(findings)
        broken = ", ".join(sorted({finding.rule for finding in self.findings}))
        super().__init__(f"{subject} would break: {broken}.")


class DoubleBooked(SchedulerError):
    """Say that the database refused a second booking of one person, class or room."""

    def __init__(self, subject: str = "") -> None:
        super().__init__(
            "Somebody else booked this person, class or room at that time a moment ago."
        )
        self.subject = subject


class Outrun(SchedulerError):
    """Say that another writer changed the same rows at the same moment; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed the same thing a moment ago. Try again.")


class ChangedMeanwhile(SchedulerError):
    """Say that somebody changed what a form was filled from; ``at`` is None where nobody knows.

    ``by`` is a name, else an address, and empty where nobody knows who it was.
    """

    def __init__(self, *, by: str = "", at: datetime | None = None) -> None:
        super().__init__(f"{by or 'Somebody'} changed this meanwhile.")
        self.by = by
        self.at = at


class OutOfReach(SchedulerError):
    """Say that the database does not answer, or has no room left to write.

    What was under way was most likely undone; whether it was, only the database knows.
    """

    def __init__(self, *, is_full: bool = False) -> None:
        super().__init__(
            "There is no room left on the disk." if is_full else "The database does not answer."
        )
        self.is_full = is_full


class LeaseLost(SchedulerError):
    """Say that another process does this work now; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Another process has taken over.")


class WrongTables(SchedulerError):
    """Say that the database is not set up, or of another version than this program's.

    ``present`` is empty where there are no tables yet.
    """

    def __init__(self, *, present: str, needed: str, is_newer: bool = False) -> None:
        super().__init__(
            f"The database is at version {present}, but this program needs version {needed}."
            if present
            else "The database is not set up yet."
        )
        self.present = present
        self.needed = needed
        self.is_newer = is_newer


class SolverFailed(SchedulerError):
    """Say that the engine broke a promise; always our own fault."""


class SearchStopped(SchedulerError):
    """Say that a search was told to stop before it had any plan."""


class InfeasibleProblem(SchedulerError):
    """Say that pinned bookings cannot all be kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what was given, and where.

    ``row`` counts from 1 with the header row as 1, as a spreadsheet does; 0 means the
    whole file. ``column`` is empty when no single column is to blame.
    """

    file: str
    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        """Return ``file, row 3, column windows: sentence``."""
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.sentence}"


class BadInput(SchedulerError):
    """Carry everything wrong with an input at once; nothing was changed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _made_again(
    kind: type[SchedulerError], args: tuple[object, ...], facts: dict[str, object]
) -> SchedulerError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error
