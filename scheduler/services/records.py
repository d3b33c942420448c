"""What the services keep besides the trade's own values: mail due, feeds, sign-ins, activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where a mail stands; one that was overtaken or came too late is never sent."""

    HELD = "held"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail to one person, written with the change it tells of.

    ``key`` is unique: subject, purpose with its offset, revision, recipient. ``facts`` never
    hold links or tokens: those are made when it is sent, and so is the Message-ID, from
    ``key``. ``due_at`` is the earliest sending. ``bundle`` names the day's mail that it went
    out with, or was about to.
    """

    key: str
    subject: str
    purpose: str
    recipient: str
    created_at: datetime
    due_at: datetime
    state: OutboxState = OutboxState.DUE
    revision: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)
    attempts: int = 0
    sent_at: datetime | None = None
    problem: str = ""
    bundle: str = ""

    @property
    def is_waiting(self) -> bool:
        """Tell whether nobody has begun to send it, so that it can still be taken back."""
        return self.state in (OutboxState.HELD, OutboxState.DUE)

    @property
    def visits(self) -> tuple[str, ...]:
        """Return the UIDs of the visits it tells of."""
        uids = self.facts.get("visits", ())
        assert isinstance(uids, list | tuple)
        return tuple(uids)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail at an attempt to send it; a retry is ``due`` with its next moment."""

    key: str
    attempt: int
    state: OutboxState
    at: datetime
    due_at: datetime | None = None
    problem: str = ""
    is_our_fault: bool = False


class FeedKind(StrEnum):
    """Whose visits a feed shows, and how much of them.

    ``school`` is for planning, ``office`` for the front desk that lets people in, ``busy``
    says when and nothing else, ``public`` names no person.
    """

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    BUSY = "busy"
    CLASS = "class"
    SCHOOL = "school"
    OFFICE = "office"
    ORGANIZATION = "organization"
    ZONE = "zone"
    PUBLIC = "public"


PERSONAL_KINDS = frozenset({FeedKind.VOLUNTEER, FeedKind.TEACHER, FeedKind.BUSY})


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar feed: whose visits it shows, who holds its address, and in which form.

    ``owner`` is a person's address, the key of a school, class or organization, a zone's
    name, or empty for the public. ``holder`` is the person that the address was given to,
    empty where it belongs to a place. Its token is derived from ``key`` and ``generation``;
    rotating raises the generation. An empty ``language`` is the district's, an alarm of None
    is none, and ``certain_only`` leaves out what is not confirmed yet.
    """

    key: str
    kind: FeedKind
    owner: str
    generation: int = 1
    holder: str = ""
    language: str = ""
    alarm_minutes: int | None = None
    certain_only: bool = False

    def __post_init__(self) -> None:
        """Give a person's own feed to that person."""
        if self.kind in PERSONAL_KINDS and not self.holder:
            object.__setattr__(self, "holder", self.owner)


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """A stored token hash with the feed it opens; ``retired_at`` is set once it was replaced."""

    token_sha256: str
    feed: Feed
    generation: int
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A one-time link as it is kept: only the token's hash."""

    token_sha256: str
    email: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebSession:
    """A signed-in browser: the token's hash, whose it is and until when."""

    token_sha256: str
    email: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of who did what, when; ``facts`` hold no secrets."""

    at: datetime
    actor: str
    deed: str
    subject: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address."""

    name: str
    email: str
