"""When a refused mail is tried again: by what the server said, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.mail.refusals import NO_ANSWER, MailRefused
from scheduler.services.retrying import next_try
from tests.builders import NOW


def minutes_until_next(code: int, attempts: int) -> float | None:
    refusal = MailRefused(code, "No", is_permanent=False)
    at = next_try(refusal, attempts=attempts, now=NOW)
    return None if at is None else (at - NOW) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "first", "second", "tries", "last_days"),
    [
        (450, 5, 15, 6, 1.7),
        (451, 5, 15, 6, 1.7),
        (452, 60, 240, 5, 3.7),
        (552, 60, 240, 5, 3.7),
        (421, 1, 5, 100, 4.0),
        (NO_ANSWER, 1, 5, 100, 4.0),
    ],
)
def test_pauses_follow_the_code_and_end(
    code: int, first: float, second: float, tries: int, last_days: float
) -> None:
    pauses = [minutes_until_next(code, attempts) for attempts in range(1, tries + 2)]
    known = [pause for pause in pauses if pause is not None]
    assert (pauses[:2], pauses[-1], len(known)) == ([first, second], None, tries)
    assert sum(known) / 60 / 24 == pytest.approx(last_days, abs=0.05)


def test_server_that_cannot_be_reached_is_asked_every_hour() -> None:
    assert max(minutes_until_next(NO_ANSWER, n) or 0 for n in range(1, 101)) == 60


def test_refusal_for_good_is_never_tried_again() -> None:
    refusal = MailRefused(550, "No such mailbox", is_permanent=True)
    assert next_try(refusal, attempts=1, now=NOW) is None
