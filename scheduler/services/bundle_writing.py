"""Write into the district what a bundle brings: each part after those it refers to.

In the transaction of whoever calls, so that all of it is kept or nothing is. No mail is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from scheduler.bundle.booking_rows import BookingRow
from scheduler.bundle.changes import differing
from scheduler.bundle.pruning import Prunable
from scheduler.bundle.values import Bundle
from scheduler.domain.requests import RequestState
from scheduler.services.bundle_bookings import visits_from
from scheduler.services.bundle_reading import Compared
from scheduler.services.ports import Progress, Work

T = TypeVar("T")
Part = tuple[int, Callable[[], object]]


def write_changes(
    work: Work, compared: Compared, *, now: datetime, progress: Progress = lambda done, total: None
) -> None:
    """Store what differs; ``progress`` is told the rows written and those there are."""
    parts = tuple(_parts(work, differing(compared.existing, compared.reading.merged), now=now))
    total, done = sum(rows for rows, _ in parts), 0
    for rows, write in parts:
        write()
        done += rows
        progress(done, total)


def prune(work: Work, lacking: Prunable) -> None:
    """Withdraw and deactivate; bookings are never touched."""
    requests = work.requests.many(lacking.requests)
    work.requests.put(replace(r, state=RequestState.WITHDRAWN) for r in requests.values())
    work.proposals.remove(lacking.requests)
    volunteers = work.volunteers.many(lacking.people)
    work.volunteers.put(replace(v, is_active=False) for v in volunteers.values())
    people = work.people.many(lacking.people)
    work.people.put(replace(person, is_active=False) for person in people.values())


def _parts(work: Work, bundle: Bundle, *, now: datetime) -> Iterator[Part]:
    district, topics, closures = bundle.district, bundle.topics, bundle.closures
    bookings, extras = bundle.bookings, bundle.extras
    day_parts, mail_rules = bundle.day_parts, bundle.mail_rules
    if district:
        yield 1, lambda: work.districts.put(district)
    if day_parts is not None:
        yield 0, lambda: work.own_weeks.put_day_parts(day_parts)
    if mail_rules is not None:
        yield 0, lambda: work.mail_doors.put_rules(mail_rules)
    if topics is not None:
        yield len(topics.by_key), lambda: work.districts.put_topics(topics)
    yield _part(bundle.bell_schedules, work.districts.put_bell_schedules)
    yield _part(bundle.organizations, work.districts.put_organizations)
    yield _part(bundle.schools, work.districts.put_schools)
    if closures is not None:
        yield len(closures), lambda: work.districts.put_closures(closures)
    yield _part(bundle.staff, work.people.put)
    yield _part(bundle.volunteers, work.volunteers.put)
    yield _part(bundle.classes, work.districts.put_classes)
    yield _part(bundle.requests, work.requests.put)
    if bookings:
        yield len(bookings), lambda: _book(work, bookings, now=now)
    if extras is not None:
        yield 0, lambda: work.districts.put_extras(extras)


def _part(values: Mapping[str, T] | None, put: Callable[[Iterable[T]], object]) -> Part:
    each = (values or {}).values()
    return len(each), lambda: put(each)


def _book(work: Work, rows: Iterable[BookingRow], *, now: datetime) -> None:
    new, changed = visits_from(work, rows, now=now)
    work.visits.save(changed)
    work.visits.add(new)
