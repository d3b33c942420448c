"""A bundle held against the district as it is: what it says, calendars included, and what differs.

The command and the page read alike. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.bundle.changes import Change, changes
from scheduler.bundle.files import BundleFiles
from scheduler.bundle.pruning import Prunable, prunable
from scheduler.bundle.reading import read_bundle
from scheduler.bundle.values import Bundle, BusyFile, Reading
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import CalendarFile, read_busy_apart, read_days_apart
from scheduler.domain.errors import SchedulerError
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import BusySource
from scheduler.services.bundle_bookings import rows_of
from scheduler.services.locking import CLOSURES, SETTINGS
from scheduler.services.ports import Progress, Work

BUSY_PAST = timedelta(days=31)
BUSY_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Compared:
    """A bundle over the district that it was read over."""

    existing: Bundle
    reading: Reading

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return what would be added and changed."""
        return changes(self.existing, self.reading.merged)

    @property
    def lacking(self) -> Prunable:
        """Return what the bundle's own files no longer list."""
        return prunable(self.existing, self.reading.incoming)


def as_bundle(work: Work) -> Bundle:
    """Return the whole district as it is; before the first import, the empty one."""
    people = work.people.all()
    return Bundle(
        district=work.districts.get(),
        topics=work.districts.topics(),
        bell_schedules=work.districts.bell_schedules(),
        closures=work.districts.closures(),
        schools=work.districts.schools(),
        staff={email: each for email, each in people.items() if each.is_staff},
        classes=work.districts.classes(),
        organizations=work.districts.organizations(),
        volunteers=work.volunteers.all(),
        requests=work.requests.all(),
        bookings=tuple(rows_of(work.visits.in_states(VisitState))),
        extras=work.districts.extras(),
        day_parts=work.own_weeks.day_parts(),
        mail_rules=work.mail_doors.rules(),
    )


def compare(files: BundleFiles, existing: Bundle, *, now: datetime, progress: Progress) -> Compared:
    """Read a bundle over the district as it is.

    Raises:
        BadInput: with every mistake of the bundle.
    """
    # In so wide a window it makes no difference whose midnight it is.
    today = now.date()
    window = DateRange(today - BUSY_PAST, today + BUSY_AHEAD)
    reading = read_bundle(
        files,
        existing=existing,
        read_busy=lambda found: _busy_sources(found, window=window),
        read_closures=lambda octets: read_days_apart(octets).certain_days(),
        progress=progress,
    )
    return Compared(existing, reading)


def compare_anew(
    work: Work, files: BundleFiles, compared: Compared, *, now: datetime, progress: Progress
) -> Compared:
    """Read once more where the district became another since.

    Its settings and closures, each written as a whole, stay as they are read here until the
    transaction ends.

    Raises:
        BadInput: if the bundle no longer fits.
    """
    work.visits.lock((CLOSURES, SETTINGS))
    present = as_bundle(work)
    if present == compared.existing:
        return compared
    return compare(files, present, now=now, progress=progress)


def _busy_sources(
    files: Iterable[BusyFile], *, window: DateRange
) -> Iterator[BusySource | SchedulerError]:
    known = tuple(files)
    calendars = (CalendarFile(each.content, each.timezone, each.country) for each in known)
    for file, found in zip(known, read_busy_apart(calendars, window=window), strict=True):
        if isinstance(found, CalendarUnreadable):
            yield found
        else:
            yield BusySource(file.content, found.busy, _known_until(found.known_until, window))


def _known_until(day: date, window: DateRange) -> date | None:
    """An end that is only that of our own window says nothing of the calendar."""
    return day if day < window.last else None
