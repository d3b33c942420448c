"""What the services need of a mailbox in which mail comes in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class OpenMailbox(Protocol):
    """A mailbox that is being read. Messages bear the numbers that they keep for good."""

    def new(self) -> tuple[str, ...]:
        """Return the numbers of messages that were not taken yet, the oldest first."""

    def read(self, number: str) -> bytes:
        """Return a message as it came over the wire; reading it does not mark it."""

    def mark_taken(self, number: str) -> None:
        """Note that this message was taken in."""


class Mailbox(Protocol):
    """Where mail comes in."""

    def open(self) -> AbstractContextManager[OpenMailbox]:
        """Sign in for the length of the block."""
