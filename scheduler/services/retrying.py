"""When a mail that was not taken is tried again, by what the server said.

A server that cannot be reached says nothing about the mail: it is asked again within the hour,
for days. A full mailbox is given hours. Whatever else is refused for now gets ever longer
pauses and at last a person who looks at it. A refusal for good is never tried again.

Source: RFC 5321 sections 4.2.1 and 4.5.4.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.mail.refusals import NO_ANSWER, MailRefused

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440))
WHILE_UNREACHABLE = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)),
    *(timedelta(hours=1) for _ in range(96)),
)
WHILE_FULL = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24, 48))
UNREACHABLE = frozenset({NO_ANSWER, 421, 454, 530})
FULL = frozenset({422, 431, 452, 552})


def next_try(refusal: MailRefused, *, attempts: int, now: datetime) -> datetime | None:
    """Return when to try a mail again after so many attempts; None if never."""
    if refusal.is_permanent:
        return None
    pauses = _pauses(refusal.code)
    return now + pauses[attempts - 1] if attempts <= len(pauses) else None


def _pauses(code: int) -> tuple[timedelta, ...]:
    if code in UNREACHABLE:
        return WHILE_UNREACHABLE
    return WHILE_FULL if code in FULL else RETRY_AFTER
