"""What the services need of a store to draw calendars: visits as light lines, and free weeks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.periods import Period
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.services.records import Activity


@dataclass(frozen=True, slots=True)
class Guest:
    """A volunteer of a visit with their answer; ``removed`` marks one who comes no more."""

    email: str
    name: str
    partstat: Partstat
    reason: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """A visit as a calendar shows one; ``guests`` are in the order of their bookings.

    ``moves_to`` is the start that a pending move gives it, at ``moves_at``.
    """

    uid: str
    request: str
    title: str
    topic: str
    school: str
    school_name: str
    zone: str
    class_name: str
    teacher_email: str
    teacher_name: str
    period: Period
    timezone: str
    room: str
    format: Format
    state: VisitState
    was_released: bool
    host_agrees: bool
    cancel_reason: str
    release_at: datetime | None
    moves_to: datetime | None
    moves_at: datetime | None
    guests: tuple[Guest, ...] = ()

    @property
    def present_guests(self) -> tuple[Guest, ...]:
        """Return those who are still meant to come."""
        return tuple(guest for guest in self.guests if not guest.removed)


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What the page of a visit tells besides its line; ``siblings`` are all days of the request."""

    siblings: tuple[str, ...]
    address: str
    arrival_note: str
    students: int | None
    note: str
    meeting_url: str


@dataclass(frozen=True, slots=True)
class DiaryWanted:
    """Whose visits are meant: all of them, or those of a teacher, a volunteer, these schools.

    What a teacher, a volunteer or a school asks for is joined. A volunteer and a school see
    what was released alone.
    """

    is_all: bool = False
    teacher: str = ""
    volunteer: str = ""
    schools: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """When a volunteer can visit, in a zone of their own where ``timezone`` names one."""

    weekly: tuple[WeeklyAvailability, ...] = ()
    away: tuple[DaysAway, ...] = ()
    timezone: str = ""


class Diary(Protocol):
    """Visits by day; it reads and never writes."""

    def lines(self, wanted: DiaryWanted, *, within: Period) -> tuple[DiaryLine, ...]:
        """Return the visits that begin within this span, by start, in two statements."""

    def line(self, wanted: DiaryWanted, *, uid: str) -> DiaryLine | None:
        """Return one visit, None where it is not among those wanted."""

    def facts(self, uid: str) -> VisitFacts | None:
        """Return what else there is to tell of one visit, in two statements."""

    def weeks(self, emails: Iterable[str]) -> Mapping[str, OwnWeek]:
        """Return by address when these volunteers can visit, in three statements."""

    def timezone_of(self, email: str) -> str:
        """Return a volunteer's own zone, empty where they have none."""

    def timezones(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Return by address the zones of those volunteers who have one of their own."""

    def history(self, subjects: Iterable[str]) -> tuple[Activity, ...]:
        """Return what was done with these subjects, the oldest first."""
