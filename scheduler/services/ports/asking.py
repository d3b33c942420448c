"""What the services need of whoever keeps what teachers write: drafts, messages, feedback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.domain.feedback import Feedback
from scheduler.domain.handovers import Handover
from scheduler.domain.messages import Message
from scheduler.domain.promises import Promise


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that was not sent yet, as it was typed: the texts of each field, in order."""

    teacher_email: str
    answers: Mapping[str, tuple[str, ...]]
    saved_at: datetime


class Drafts(Protocol):
    """At most one draft for each teacher."""

    def get(self, email: str) -> Draft | None:
        """Return that teacher's draft."""

    def put(self, draft: Draft) -> None:
        """Keep a draft in place of the teacher's former one."""


class Messages(Protocol):
    """What people of one request wrote to each other."""

    def of_request(self, request: str) -> tuple[Message, ...]:
        """Return a request's messages, the oldest first."""

    def written_since(self, email: str, *, since: datetime) -> int:
        """Return how many messages that person wrote since then."""

    def add(self, message: Message) -> None:
        """Store a new message."""


class Feedbacks(Protocol):
    """What was said after visits."""

    def of_visits(self, uids: Iterable[str]) -> Mapping[str, Feedback]:
        """Return what was said of these visits, by UID."""

    def put(self, feedback: Feedback) -> None:
        """Keep what was said of a visit in place of what was said before."""


class Handovers(Protocol):
    """Classes that are offered to colleagues."""

    def get(self, key: str) -> Handover | None:
        """Return one offer."""

    def open_ones(self, email: str) -> tuple[Handover, ...]:
        """Return the undecided offers from or to that teacher, the oldest first."""

    def put(self, handover: Handover) -> None:
        """Add an offer, or store what was decided on it."""


class Promises(Protocol):
    """By when teachers were promised a name."""

    def of_requests(self, requests: Iterable[str]) -> Mapping[str, Promise]:
        """Return the promises made for these requests, by request."""

    def put(self, promise: Promise) -> None:
        """Keep a promise in place of the request's former one."""
