"""What the services need of the queue of open requests: only the lines that are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.services.queue_rows import Claim, QueueLines, Wanted


class Queue(Protocol):
    """Open requests with what is proposed for them; it reads and never writes."""

    def lines(self, wanted: Wanted, *, since: datetime) -> QueueLines:
        """Return the lines wanted; a school's visits count when they end after ``since``.

        Cost: two queries, whatever the number of lines.
        """

    def waiting_for(
        self, emails: Collection[str], *, teacher: str = "", classroom: str = ""
    ) -> tuple[tuple[ClassroomRequest, Proposal], ...]:
        """Return open requests whose pending proposal names these people, teacher or class."""

    def decided_at(self, moment: datetime, *, by: str) -> tuple[str, ...]:
        """Return the requests whose proposal this person approved at that moment, in order."""

    def declined(self, keys: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return by request who said no to any visit of it."""

    def alike(self, text: str, *, most: int) -> tuple[tuple[str, str], ...]:
        """Return address and name of active volunteers whose name or address holds the text."""

    def claims(self, *, besides: Collection[str] = ()) -> Mapping[str, Collection[Claim]]:
        """Return by resource when pending proposals of open requests keep it busy.

        A resource is a person, class or teacher, named as visits name what they keep. Only
        those that two proposals want, at whatever time, and those of ``besides``.
        """
