"""Use the pauses of a talk with a mail server: what else there is to do is done in small steps.

A server considers each line that it is told, and longest the last one of a mail.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Generator
from typing import Any, TypeVar

Made = TypeVar("Made")
Meanwhile = Callable[[], None]
# Work that can be laid down where it yields, and returns what it made.
Steps = Generator[None, None, Made]


def rest() -> None:
    """Do nothing meanwhile."""


def at_once(steps: Steps[Made]) -> Made:
    """Do all the steps, and return what they made."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Made = end.value
            return made


class Talk(smtplib.SMTP):
    """A session that calls ``meanwhile`` between whatever it says and the answer to it."""

    meanwhile: Meanwhile = staticmethod(rest)

    def send(self, s: Any) -> None:
        """Send octets, and see what there is to do until they are answered."""
        super().send(s)
        self.meanwhile()


class PrivateTalk(Talk, smtplib.SMTP_SSL):
    """The same over TLS from the first octet."""
