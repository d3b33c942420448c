"""What a rule found, in facts that people can be told: dates and moments in place of numbers.

A reason stays data. Which words a page, a mail or a command makes of it is decided there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from scheduler.domain.assignments import Fact, Finding
from scheduler.domain.periods import moment_of

Told = int | float | str | date | datetime | tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule, whether it is kept, and the facts that prove it."""

    rule: str
    kept: bool
    facts: Mapping[str, Told] = field(default_factory=dict)


def reason_of(finding: Finding) -> Reason:
    """Return a finding with its days, weeks, months and minutes as dates and moments."""
    facts = {name: _told(name, fact) for name, fact in finding.facts.items()}
    return Reason(finding.rule, finding.kept, facts)


def reasons_of(findings: Iterable[Finding]) -> tuple[Reason, ...]:
    """Return each finding as a reason, in the order given."""
    return tuple(reason_of(finding) for finding in findings)


def monday_of(week: int) -> date:
    """Return the Monday of a week that the rules count."""
    return date.fromordinal(week * 7 + 1)


def first_of(month: int) -> date:
    """Return the first day of a month that the rules count."""
    year, number = divmod(month, 12)
    return date(year, number + 1, 1)


_READ: Mapping[str, Callable[[int], date]] = MappingProxyType(
    {
        "day": date.fromordinal,
        "earliest_day": date.fromordinal,
        "last_day": date.fromordinal,
        "week": monday_of,
        "month": first_of,
        "start": moment_of,
        "end": moment_of,
        "starts": moment_of,
        "busy": moment_of,
    }
)


def _told(name: str, fact: Fact) -> Told:
    read = _READ.get(name)
    if read is None or isinstance(fact, str | float):
        return fact
    if isinstance(fact, tuple):
        return tuple(read(each) if isinstance(each, int) else each for each in fact)
    return read(fact)
