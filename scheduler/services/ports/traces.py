"""What pages need to show how far requests have come: a handful of statements, however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from scheduler.domain.feedback import Feedback
from scheduler.domain.promises import Promise
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import VisitSheet


@dataclass(frozen=True, slots=True)
class Trace:
    """A request with the names around it and, where they were asked for, its visits.

    ``bell_schedule`` is the key of its school's, empty for none.
    ``has_name`` tells whether a suggestion waits for the coordinator. ``sheets`` are all its
    visits by start, held ones too; they say nothing of pending moves nor of what visits occupy.
    ``said`` is what was said after them, by UID.
    """

    request: ClassroomRequest
    teacher_name: str
    school_name: str
    class_name: str
    students: int | None
    topic: Topic
    timezone: str
    bell_schedule: str = ""
    has_name: bool = False
    promise: Promise | None = None
    sheets: tuple[VisitSheet, ...] = ()
    said: Mapping[str, Feedback] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    """A request as a filter needs it; ``words`` are the names it is known by."""

    key: str
    school: str
    topic: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A volunteer who was once meant to visit a teacher."""

    email: str
    name: str


class Traces(Protocol):
    """How far requests have come."""

    def asked(
        self,
        *,
        keys: Iterable[str] | None = None,
        teacher: str | None = None,
        states: Iterable[RequestState] | None = None,
    ) -> tuple[Trace, ...]:
        """Return requests without their visits, in order of key, in one statement."""

    def outlines(
        self,
        *,
        states: Iterable[RequestState] | None = None,
        topics_by_word: Mapping[str, Iterable[str]] | None = None,
    ) -> tuple[Outline, ...]:
        """Return requests by what they are found by, in order of key, in one light statement.

        Given folded words with the topics that hold each, those that cannot hold one of them
        are left out, and few others.
        """

    def latest(
        self,
        *,
        states: Iterable[RequestState] | None = None,
        school: str = "",
        skipped: int = 0,
        most: int,
    ) -> tuple[tuple[str, ...], int]:
        """Return the keys of so many requests, latest first, and how many there are in all."""

    def school_names(self) -> Mapping[str, str]:
        """Return the name of every school by key, in order of key."""

    def with_visits(self, traces: Iterable[Trace]) -> tuple[Trace, ...]:
        """Return what ``asked`` gave with its visits, in the order given, in one statement."""

    def acquaintances(self, teacher: str) -> tuple[Acquaintance, ...]:
        """Return the active volunteers whom that teacher was told of, by name."""

    def schools_of(self, email: str) -> tuple[str, ...]:
        """Return the keys of a person's schools, in their order."""

    def names(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Return the names of these people by address."""
