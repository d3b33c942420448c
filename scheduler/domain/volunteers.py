"""Volunteers: what they know, whom they visit, how far they go and whether they are cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.districts import Coordinates
from scheduler.domain.periods import Period


class VolunteerKind(StrEnum):
    """How a volunteer takes part."""

    SPEAKER = "speaker"
    MENTOR = "mentor"
    PEER = "peer"
    HELPER = "helper"


class Format(StrEnum):
    """How a visit takes place; ``EITHER`` is only ever asked for, never booked."""

    IN_PERSON = "in_person"
    VIRTUAL = "virtual"
    EITHER = "either"


class ClearanceState(StrEnum):
    """Where a background check stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Clearance:
    """The result of a background check; an empty school means every school."""

    kind: str
    issued: date | None = None
    approved: date | None = None
    expires: date | None = None
    holder: str = ""
    school: str = ""
    state: ClearanceState = ClearanceState.PENDING

    @property
    def counts(self) -> bool:
        """Tell whether it stands for anything: approved, with the day of the approval."""
        return self.state is ClearanceState.APPROVED and self.approved is not None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a volunteer gives; minutes and kilometres, ``None`` where there is no limit."""

    max_km: float | None = None
    max_per_day: int = 1
    max_per_week: int = 1
    max_per_month: int = 2
    buffer_minutes: int = 15
    notice_days: int = 7
    min_minutes: int = 0


@dataclass(frozen=True, slots=True)
class BusySource:
    """A volunteer's imported calendar: its octets as they came, and what they mean.

    ``busy`` is merged and in order; beyond ``known_until`` nothing is known.
    """

    content: bytes
    busy: tuple[Period, ...]
    known_until: date | None = None


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A guest speaker, mentor, peer or helper, with everything the rules look at.

    ``timezone`` may be empty: the district's zone. ``level_by_topic`` holds the topics as
    the person named them; ``Coordinates`` may be missing.
    """

    email: str
    name: str
    level_by_topic: Mapping[str, int]
    grades: frozenset[int]
    languages: tuple[str, ...]
    formats: frozenset[Format]
    organization: str = ""
    kind: VolunteerKind = VolunteerKind.SPEAKER
    postal_code: str = ""
    coordinates: Coordinates | None = None
    limits: Limits = Limits()
    needs: str = ""
    protocol: str = ""
    locale: str = ""
    timezone: str = ""
    adult: str = "unknown"
    adult_checked_on: date | None = None
    weekly: tuple[WeeklyAvailability, ...] = ()
    away: tuple[DaysAway, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    busy: BusySource | None = None
    is_active: bool = True

    @property
    def has_availability(self) -> bool:
        """Tell whether anything is known of when this person can visit."""
        return bool(self.weekly)
