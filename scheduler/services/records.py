"""What the services keep besides the trade's own values: mail due, feeds, sign-ins, activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where a mail stands; a superseded one is never sent."""

    HELD = "held"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail to one person, written with the change it tells of.

    ``key`` is unique: subject, purpose with its offset, revision, recipient. ``facts`` never
    hold links or tokens: those are made when it is sent, and so is the Message-ID, from
    ``key``. ``due_at`` is the earliest sending.
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


class FeedKind(StrEnum):
    """Whose visits a feed shows."""

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar feed: whose visits it shows (an address, or a school's key) and which address.

    Its token is derived from ``key`` and ``generation``; rotating raises the generation.
    """

    key: str
    kind: FeedKind
    owner: str
    generation: int = 1


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
