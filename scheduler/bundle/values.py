"""What a bundle says, as values: a whole district, or the part that its files speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduler.bundle.booking_rows import BookingRow
from scheduler.domain.classes import Classroom
from scheduler.domain.day_parts import USUAL_PARTS, DayPart
from scheduler.domain.districts import District, Organization, School
from scheduler.domain.errors import SchedulerError
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.people import Person
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.domain.topics import TopicTree
from scheduler.domain.volunteers import BusySource, Volunteer


@dataclass(frozen=True, slots=True)
class Bundle:
    """A district with everything in it, each thing by its key.

    A part that is None is not spoken of, which is not the same as empty. ``staff`` holds the
    accounts with a staff role. ``volunteers`` carry their weeks, days away, clearances and busy
    time. ``extras`` holds what is kept as it came: policy files, and columns of the district's
    own, as text by name.
    """

    district: District | None = None
    topics: TopicTree | None = None
    bell_schedules: Mapping[str, BellSchedule] | None = None
    closures: tuple[Closure, ...] | None = None
    schools: Mapping[str, School] | None = None
    staff: Mapping[str, Person] | None = None
    classes: Mapping[str, Classroom] | None = None
    organizations: Mapping[str, Organization] | None = None
    volunteers: Mapping[str, Volunteer] | None = None
    requests: Mapping[str, ClassroomRequest] | None = None
    bookings: tuple[BookingRow, ...] | None = None
    extras: Mapping[str, str] | None = None
    day_parts: tuple[DayPart, ...] | None = None
    mail_rules: MailRules | None = None

    @classmethod
    def empty(cls) -> Bundle:
        """Return the bundle of a system that knows nothing yet."""
        return cls(
            topics=TopicTree(()),
            bell_schedules={},
            closures=(),
            schools={},
            staff={},
            classes={},
            organizations={},
            volunteers={},
            requests={},
            bookings=(),
            extras={},
            day_parts=USUAL_PARTS,
            mail_rules=MailRules(),
        )

    def timezone_of(self, request: str) -> str:
        """Return the zone of a request's school, the district's where it has none of its own."""
        asked = (self.requests or {}).get(request)
        school = (self.schools or {}).get(asked.school) if asked else None
        district_zone = self.district.timezone if self.district else ""
        return (school.timezone if school else "") or district_zone or "UTC"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a bundle.

    ``merged`` is the whole district as it would be afterwards; ``incoming`` holds only what the
    files themselves name, with None for each file that is missing. ``rows_by_file`` counts the
    rows of each file that is there, the files of each folder, and what is no spreadsheet as one.
    """

    merged: Bundle
    incoming: Bundle
    rows_by_file: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BusyFile:
    """A volunteer's calendar as it came; floating times are in ``timezone``."""

    email: str
    content: bytes
    timezone: str
    country: str


# Calendars are read elsewhere, in one go; a file that cannot be read is answered by its error.
ReadBusy = Callable[[Iterable[BusyFile]], Iterable[BusySource | SchedulerError]]
# Each closure of a calendar file as first day, last day (included) and name.
ReadClosures = Callable[[bytes], Iterable[tuple[date, date, str]]]
Progress = Callable[[int, int], None]
