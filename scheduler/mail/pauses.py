"""Use the longest pause of a talk with a mail server: it considers a mail once it has heard it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

Meanwhile = Callable[[], None]

END_OF_MAIL = b"\r\n.\r\n"


def rest() -> None:
    """Do nothing meanwhile."""


class Talk(smtplib.SMTP):
    """A session that calls ``meanwhile`` between a mail's last line and the answer to it."""

    meanwhile: Meanwhile = staticmethod(rest)

    def send(self, s: Any) -> None:
        """Send octets, and see whether they end a mail."""
        super().send(s)
        if s[-len(END_OF_MAIL) :] == END_OF_MAIL:
            self.meanwhile()


class PrivateTalk(Talk, smtplib.SMTP_SSL):
    """The same over TLS from the first octet."""
