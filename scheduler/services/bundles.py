"""The district as one bundle: read a folder into it, or write it out.

All or nothing: everything is read and checked before the first row is written, and written in
one transaction. An import removes nothing unless it is asked to prune, and bookings that come
with it send no mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from scheduler.bundle.changes import Change, changes, differing
from scheduler.bundle.pruning import Prunable, prunable
from scheduler.bundle.reading import read_bundle
from scheduler.bundle.values import Bundle, BusyFile, Reading
from scheduler.bundle.writing import write_bundle
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import CalendarFile, read_busy_apart, read_days_apart
from scheduler.domain.errors import SchedulerError
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import BusySource
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.bundle_bookings import rows_of, visits_from
from scheduler.services.ports import Progress, Store, Work
from scheduler.services.records import Activity

BUSY_PAST = timedelta(days=31)
BUSY_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed, or would change; ``pruned`` is empty unless it was asked for."""

    changes: tuple[Change, ...]
    pruned: Prunable


def import_bundle(
    store: Store,
    folder: Path,
    *,
    actor: Actor,
    now: datetime,
    dry_run: bool = False,
    prune: bool = False,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Read a folder, check it whole, and write what differs.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        BadInput: with every mistake of the bundle; nothing is changed then.
        DoubleBooked: if a booking of the bundle meets one that was made meanwhile.
    """
    require_coordinator(actor, deed="import a district")
    with store.read() as work:
        existing = as_bundle(work)
    reading = _read(folder, existing, now=now, progress=progress)
    if dry_run:
        return _found(existing, reading, prune=prune)
    with store.write() as work:
        present = as_bundle(work)
        if present != existing:
            existing, reading = present, _read(folder, present, now=now, progress=progress)
        found = _found(existing, reading, prune=prune)
        _apply(work, differing(existing, reading.merged), now=now)
        _prune(work, found.pruned)
        if found.changes or found.pruned.requests or found.pruned.people:
            work.activities.add((Activity(now, actor.email, "imported", str(folder.name)),))
    return found


def export_bundle(store: Store, folder: Path, *, actor: Actor) -> None:
    """Write the district as a bundle; importing it elsewhere gives the same district.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        BadInput: if the folder holds something else.
    """
    require_coordinator(actor, deed="export the district")
    with store.read() as work:
        bundle = as_bundle(work)
    write_bundle(bundle, folder)


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
    )


def _read(folder: Path, existing: Bundle, *, now: datetime, progress: Progress) -> Reading:
    # In so wide a window it makes no difference whose midnight it is.
    today = now.date()
    window = DateRange(today - BUSY_PAST, today + BUSY_AHEAD)
    return read_bundle(
        folder,
        existing=existing,
        read_busy=lambda files: _busy_sources(files, window=window),
        read_closures=lambda octets: read_days_apart(octets).certain_days(),
        progress=progress,
    )


def _found(existing: Bundle, reading: Reading, *, prune: bool) -> Imported:
    lacking = prunable(existing, reading.incoming) if prune else Prunable((), ())
    return Imported(changes(existing, reading.merged), lacking)


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


def _apply(work: Work, bundle: Bundle, *, now: datetime) -> None:
    """Write each part after those it refers to."""
    if bundle.district:
        work.districts.put(bundle.district)
    if bundle.topics is not None:
        work.districts.put_topics(bundle.topics)
    work.districts.put_bell_schedules((bundle.bell_schedules or {}).values())
    work.districts.put_organizations((bundle.organizations or {}).values())
    work.districts.put_schools((bundle.schools or {}).values())
    if bundle.closures is not None:
        work.districts.put_closures(bundle.closures)
    work.people.put((bundle.staff or {}).values())
    work.volunteers.put((bundle.volunteers or {}).values())
    work.districts.put_classes((bundle.classes or {}).values())
    work.requests.put((bundle.requests or {}).values())
    if bundle.bookings:
        new, changed = visits_from(work, bundle.bookings, now=now)
        work.visits.save(changed)
        work.visits.add(new)
    if bundle.extras is not None:
        work.districts.put_extras(bundle.extras)


def _prune(work: Work, lacking: Prunable) -> None:
    """Withdraw and deactivate; bookings are never touched."""
    requests = work.requests.many(lacking.requests)
    work.requests.put(replace(r, state=RequestState.WITHDRAWN) for r in requests.values())
    work.proposals.remove(lacking.requests)
    volunteers = work.volunteers.many(lacking.people)
    work.volunteers.put(replace(v, is_active=False) for v in volunteers.values())
    people = work.people.many(lacking.people)
    work.people.put(replace(person, is_active=False) for person in people.values())
