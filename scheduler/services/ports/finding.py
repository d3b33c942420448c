"""What the search needs of a store: the few things that words or an address lead to.

A name is looked for by its folded words, of which each one asked for begins one; what that
means is said in ``domain.folding``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for, among whose things.

    Where there is an address, it alone decides. ``owner`` of None means everybody's things,
    else that person's and those at ``schools``; of visits those that end after ``since``.
    """

    words: tuple[str, ...]
    since: datetime
    most: int
    email: str = ""
    owner: str | None = None
    schools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request as the search finds one."""

    key: str
    title: str
    school: str
    state: RequestState


@dataclass(frozen=True, slots=True)
class NamedVisit:
    """A visit as the search finds one; ``volunteers`` are those still meant to come."""

    uid: str
    request: str
    title: str
    teacher_email: str
    school: str
    start: datetime
    timezone: str
    state: VisitState
    was_released: bool
    volunteers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """An account as the search finds one."""

    email: str
    name: str
    is_volunteer: bool


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A class as the search finds one."""

    key: str
    name: str
    subject: str
    school: str
    teacher_email: str


class Search(Protocol):
    """The first of what is found, of each kind, and how many there are."""

    def people(self, sought: Sought) -> tuple[tuple[NamedPerson, ...], int]:
        """Find people by name, in its order: everybody, else those of the visits looked at."""

    def classes(self, sought: Sought) -> tuple[tuple[NamedClass, ...], int]:
        """Find classes by name, subject and school, by key; none by an address."""

    def requests(self, sought: Sought) -> tuple[tuple[NamedRequest, ...], int]:
        """Find requests by title, school, teacher and key, by key: everybody's or one's own."""

    def visits(self, sought: Sought) -> tuple[tuple[NamedVisit, ...], int]:
        """Find visits by title, school, day and who comes, by start; others' once released."""

    def schools_met(self, sought: Sought) -> frozenset[str]:
        """Return the schools of all the visits looked at, whatever the words."""
