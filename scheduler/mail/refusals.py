"""What a mail server's answer means: whether trying again later can help."""

from __future__ import annotations

from enum import StrEnum

from scheduler.domain.errors import SchedulerError

NO_ANSWER = 0
BAD_ADDRESS = 553
LONGEST_TEXT = 300


class Stage(StrEnum):
    """Where in the talk with the server an answer came."""

    CONNECTION = "connection"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class MailRefused(SchedulerError):
    """Say that a mail was not taken: with the server's code, 0 where no server answered.

    ``is_permanent`` tells that the same mail to the same address would be refused again.
    """

    def __init__(self, code: int, text: str | bytes, *, is_permanent: bool) -> None:
        self.code = code
        self.text = _one_line(text)
        self.is_permanent = is_permanent
        super().__init__(f"{code} {self.text}" if code else self.text)


def is_permanent(code: int, stage: Stage) -> bool:
    """Tell whether a reply code is the last word on this mail.

    A 4xx asks for another try, a 5xx does not. Three exceptions: what a server says before
    the first mail concerns our account with it, not the mail; 530 asks us to sign in; and
    552 for a recipient means a full mailbox.

    Source: RFC 5321 sections 4.2.1 and 4.5.3.1.10, RFC 4954 section 6, RFC 3207 section 4.
    """
    if stage is Stage.CONNECTION or code == 530:
        return False
    if code == 552 and stage is Stage.RECIPIENT:
        return False
    return 500 <= code <= 599


def _one_line(text: str | bytes) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:LONGEST_TEXT]
