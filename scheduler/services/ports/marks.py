"""What the services need to know how far regular work has come."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Marks(Protocol):
    """Up to when each regular work was done, by its name."""

    def reached(self, name: str) -> datetime | None:
        """Return up to when that work was done, None if never."""

    def move(self, name: str, *, to: datetime) -> None:
        """Note that it was done up to then; a mark never moves back."""
