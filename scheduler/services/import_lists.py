"""What a person sees of an import before they say yes: changes, what the files lack, mistakes.

Kept as plain facts beside the files, and forgotten with them. A list that is longer than anyone
reads is cut, and says how much more there is; what a yes counts for is always the whole of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from scheduler.bundle.changes import Change as Change
from scheduler.bundle.pruning import Prunable
from scheduler.domain.errors import Problem
from scheduler.services.bundle_reading import Compared

MOST_LISTED = 5_000
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of an import; ``more`` changes stand in no line of it.

    ``requests`` would be withdrawn and ``people`` put at rest, if that is asked for.
    """

    changes: tuple[Change, ...] = ()
    more: int = 0
    requests: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def additions(self) -> tuple[Change, ...]:
        """Return the things that are new."""
        return tuple(each for each in self.changes if each.is_addition)

    @property
    def edits(self) -> tuple[Change, ...]:
        """Return the fields that would say something else."""
        return tuple(each for each in self.changes if not each.is_addition)

    @property
    def is_empty(self) -> bool:
        """Tell whether everything would stay as it is, and nothing lacks."""
        return not (self.changes or self.requests or self.people)


def listed_of(compared: Compared) -> Listed:
    """Return what a comparison comes to, cut to what is kept."""
    found, lacking = compared.changes, compared.lacking
    return Listed(
        changes=tuple(map(_clipped, found[:MOST_LISTED])),
        more=max(0, len(found) - MOST_LISTED),
        requests=lacking.requests,
        people=lacking.people,
    )


def facts_of(listed: Listed) -> dict[str, object]:
    """Return a list as it is kept; ``listed_from`` reads it back."""
    return {
        "changes": [list(astuple(change)) for change in listed.changes],
        "more": listed.more,
        "requests": list(listed.requests),
        "people": list(listed.people),
        "problems": [list(astuple(problem)) for problem in listed.problems],
    }


def listed_from(facts: Mapping[str, Any]) -> Listed:
    """Return a list as it was kept, the empty one where there is none."""
    return Listed(
        changes=tuple(Change(*each) for each in facts.get("changes", ())),
        more=facts.get("more", 0),
        requests=tuple(facts.get("requests", ())),
        people=tuple(facts.get("people", ())),
        problems=tuple(Problem(*each) for each in facts.get("problems", ())),
    )


def mark_of(changes: Iterable[Change]) -> str:
    """Return what stands for the whole list of changes: another list has another mark."""
    return _digest([astuple(change) for change in changes])


def mark_of_lacking(lacking: Prunable) -> str:
    """Return what stands for all that the files lack."""
    return _digest([lacking.requests, lacking.people])


def _clipped(change: Change) -> Change:
    old, new = (_short(text) for text in (change.old, change.new))
    return Change(change.kind, change.key, change.field, old, new)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
