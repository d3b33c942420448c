"""What people of one request write to each other: plain words, each to those there at the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_LETTERS = 2000


class Part(StrEnum):
    """What somebody is to a request."""

    TEACHER = "teacher"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Message:
    """One message about a request; ``part`` is what its author was to the request then.

    ``readers`` are the volunteers it was written to, by address: whoever joins later does not
    read what was said before. The teacher and those who oversee read every message.
    """

    key: str
    request: str
    author_email: str
    part: Part
    words: str
    written_at: datetime
    readers: tuple[str, ...] = ()

    def is_for(self, email: str) -> bool:
        """Tell whether that volunteer wrote it or was meant to read it."""
        return email == self.author_email or email in self.readers
