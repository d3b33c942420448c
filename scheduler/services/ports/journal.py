"""What the services need of the journal: which things changed, in the order of the commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ChangeKind(StrEnum):
    """What sort of thing changed."""

    VOLUNTEER = "volunteer"
    VISIT = "visit"
    SCHOOL = "school"
    CLASS = "class"
    BELLS = "bells"
    CLOSURES = "closures"
    TOPICS = "topics"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was added, changed or removed.

    ``key`` is the volunteer's address, the visit's UID or the key of the school, class or bell
    schedule; empty for things of which there is one, and where so many changed at once that
    all of the kind count as changed. Numbers rise in the order in which changes could first
    be seen; some are left out.
    """

    number: int
    kind: ChangeKind
    key: str = ""


class Journal(Protocol):
    """What changed; the other repositories write it as they store, in the same transaction."""

    def number(self) -> int:
        """Return the number of the latest change, 0 before the first."""

    def since(self, number: int) -> tuple[Change, ...] | None:
        """Return all changes after that one, in order; None where some were forgotten since."""

    def forget(self, *, before: datetime) -> int:
        """Forget changes made before that moment, never the latest; return how many."""
