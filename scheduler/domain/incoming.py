"""Mail that came in and needs a person: what it says, why no rule could deal with it, who did.

The sender's address is kept as a hash alone. Somebody with an account is named by the account.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition


class Why(StrEnum):
    """Why a mail needs a person.

    ``WITH_WORDS`` is an answer that is entered and says more; ``UNDELIVERED`` a mail of ours
    that did not arrive, though its address may be right.
    """

    WORDS = "words"
    WITH_WORDS = "with_words"
    UNKNOWN_SENDER = "unknown_sender"
    NOT_THEIRS = "not_theirs"
    NO_VISIT = "no_visit"
    OTHER_TIME = "other_time"
    TOO_LATE = "too_late"
    CAME_BACK = "came_back"
    UNDELIVERED = "undelivered"


class IncomingState(StrEnum):
    """Where a mail stands."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail that came in.

    ``key`` follows from its Message-ID, so that the same mail is kept once. ``sender_name`` is
    what the mail called itself; ``email`` is the account that wrote it, empty for a stranger.
    ``visit`` is the UID of the visit it is about, empty where nobody can tell.
    """

    key: str
    received_at: datetime
    sender_sha256: str
    sender_name: str
    subject: str
    excerpt: str
    why: Why
    email: str = ""
    visit: str = ""
    state: IncomingState = IncomingState.OPEN
    done_by: str = ""
    done_at: datetime | None = None


def settle(mail: Incoming, *, by: str, at: datetime) -> Incoming:
    """Note that somebody dealt with the mail.

    Raises:
        IllegalTransition: if somebody did before.
    """
    if mail.state is IncomingState.DONE:
        raise IllegalTransition(subject="mail", state=str(mail.state), step="dealt with")
    return replace(mail, state=IncomingState.DONE, done_by=by, done_at=at)


def reopen(mail: Incoming) -> Incoming:
    """Take back that somebody dealt with the mail; an open one stays as it is."""
    return replace(mail, state=IncomingState.OPEN, done_by="", done_at=None)
