"""Lays what a bundle's files say over the district as it is; removes nothing.

A thing with a key is replaced by the row that names it. Rows without a key of their own belong
to what they name first (a schedule's periods, a school's closures, a volunteer's week): together
they replace what that one had; what no row names keeps what it has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from scheduler.bundle import tables
from scheduler.bundle.booking_rows import BookingRow
from scheduler.bundle.incoming import Found, Incoming
from scheduler.bundle.organization_rows import laid_over
from scheduler.bundle.topic_rows import topic_misfits
from scheduler.bundle.values import Bundle
from scheduler.bundle.volunteer_rows import Attached, Attachment, block_order, clearance_order
from scheduler.domain.people import Person
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.domain.topics import TopicTree
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import Format, Volunteer

T = TypeVar("T")


def merge(
    existing: Bundle,
    incoming: Incoming,
    *,
    district: Bundle,
    whole_district_closures: Iterable[Closure] = (),
) -> Bundle:
    """Return the district as it would be, but for calendars and what is kept as it came.

    ``district`` speaks of the district itself alone, as it would be.
    """
    merged = replace(
        district,
        topics=_topics(existing, incoming),
        bell_schedules=_bell_schedules(existing, incoming),
        closures=_closures(existing, incoming, also=tuple(whole_district_closures)),
        schools=_keyed(existing.schools, incoming.schools, key=lambda each: each.key),
        staff=_keyed(existing.staff, incoming.staff, key=lambda each: each.email),
        classes=_keyed(existing.classes, incoming.classes, key=lambda each: each.key),
        organizations=laid_over(
            existing.organizations or {},
            (found.value for found in incoming.organizations),
            sites=(found.value for found in incoming.sites),
            contacts=(found.value for found in incoming.contacts),
        ),
        volunteers=_volunteers(existing, incoming),
        extras=existing.extras,
    )
    requests = _requests(existing, incoming, merged=merged)
    bookings = _bookings(existing, incoming, requests=requests)
    if incoming.bookings:
        requests = _with_served_booked(requests, bookings)
    staff, volunteers = _with_one_name(merged, incoming)
    return replace(merged, requests=requests, bookings=bookings, staff=staff, volunteers=volunteers)


def named_alone(merged: Bundle, incoming: Incoming) -> Bundle:
    """Return the part of the merged district that the bundle's own files name."""

    def of(table: tables.Table, values: Mapping[str, T] | None) -> Mapping[str, T] | None:
        if not incoming.names(table):
            return None
        keys = incoming.sheets[table.file].keys
        return {key: value for key, value in (values or {}).items() if key in keys}

    return Bundle(
        schools=of(tables.SCHOOLS, merged.schools),
        staff=of(tables.STAFF, merged.staff),
        classes=of(tables.CLASSES, merged.classes),
        organizations=of(tables.ORGANIZATIONS, merged.organizations),
        volunteers=of(tables.VOLUNTEERS, merged.volunteers),
        requests=of(tables.REQUESTS, merged.requests),
        bell_schedules=of(tables.BELL_SCHEDULES, merged.bell_schedules),
    )


def _keyed(
    existing: Mapping[str, T] | None, found: Iterable[Found[T]], *, key: Callable[[T], str]
) -> dict[str, T]:
    values = {**(existing or {}), **{key(each.value): each.value for each in found}}
    return dict(sorted(values.items()))


def _grouped(found: Iterable[Found[T]], *, key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for each in found:
        groups[key(each.value)].append(each.value)
    return groups


def _topics(existing: Bundle, incoming: Incoming) -> TopicTree:
    known = existing.topics.by_key if existing.topics else {}
    topics = _keyed(known, incoming.topics, key=lambda each: each.key)
    if topic_misfits({key: topic.parent for key, topic in topics.items()}):
        # The tree itself refuses what does not fit; the misfits are told with the other problems.
        return TopicTree(tuple(replace(topic, parent="") for topic in topics.values()))
    return TopicTree(tuple(topics.values()))


def _bell_schedules(existing: Bundle, incoming: Incoming) -> dict[str, BellSchedule]:
    schedules = dict(existing.bell_schedules or {})
    for key, bells in _grouped(incoming.bells, key=lambda each: each.schedule).items():
        periods = tuple(sorted(bell.period for bell in bells))
        schedules[key] = replace(schedules.get(key, BellSchedule(key)), periods=periods)
    for key, days in _grouped(incoming.day_types, key=lambda each: each.schedule).items():
        if key in schedules:
            by_date = {each.day: each.day_type for each in days}
            schedules[key] = replace(schedules[key], day_type_by_date=by_date)
    return dict(sorted(schedules.items()))


def _closures(
    existing: Bundle, incoming: Incoming, *, also: tuple[Closure, ...]
) -> tuple[Closure, ...]:
    given = {*(each.value for each in incoming.closures), *also}
    spoken_of = {closure.school for closure in given}
    kept = (closure for closure in existing.closures or () if closure.school not in spoken_of)
    return tuple(sorted({*given, *kept}))


def _volunteers(existing: Bundle, incoming: Incoming) -> dict[str, Volunteer]:
    volunteers = dict(existing.volunteers or {})
    for found in incoming.volunteers:
        known = volunteers.get(found.value.email, found.value)
        volunteers[found.value.email] = replace(
            found.value,
            weekly=known.weekly,
            away=known.away,
            clearances=known.clearances,
            busy=known.busy,
        )
    for email, weekly in _attached(incoming.weekly, to=volunteers):
        volunteers[email] = replace(
            volunteers[email], weekly=tuple(sorted(weekly, key=block_order))
        )
    for email, away in _attached(incoming.away, to=volunteers):
        volunteers[email] = replace(volunteers[email], away=tuple(sorted(away)))
    for email, clearances in _attached(incoming.clearances, to=volunteers):
        volunteers[email] = replace(
            volunteers[email], clearances=tuple(sorted(clearances, key=clearance_order))
        )
    return dict(sorted(volunteers.items()))


def _attached(
    found: Iterable[Found[Attachment[Attached]]], *, to: Mapping[str, Volunteer]
) -> Iterator[tuple[str, tuple[Attached, ...]]]:
    for email, attachments in _grouped(found, key=lambda each: each.email).items():
        if email in to:
            # A row that is there twice says the same once.
            yield email, tuple(dict.fromkeys(each.value for each in attachments))


def _with_one_name(
    merged: Bundle, incoming: Incoming
) -> tuple[dict[str, Person], dict[str, Volunteer]]:
    staff, volunteers = dict(merged.staff or {}), dict(merged.volunteers or {})
    named_as_staff = {each.value.email for each in incoming.staff}
    for email in staff.keys() & volunteers.keys():
        if email in named_as_staff:
            volunteers[email] = replace(volunteers[email], name=staff[email].name)
        else:
            staff[email] = replace(staff[email], name=volunteers[email].name)
    return staff, volunteers


def _requests(
    existing: Bundle, incoming: Incoming, *, merged: Bundle
) -> dict[str, ClassroomRequest]:
    known = existing.requests or {}
    requests = dict(known)
    for found in incoming.requests:
        request = _settled(found.value, merged=merged)
        was = known.get(request.key, request).state
        state = was if request.state is RequestState.OPEN else request.state
        requests[request.key] = replace(request, state=state)
    return dict(sorted(requests.items()))


def _settled(request: ClassroomRequest, *, merged: Bundle) -> ClassroomRequest:
    classroom = (merged.classes or {}).get(request.classroom)
    teacher = (merged.staff or {}).get(request.teacher_email)
    taught_at = teacher.schools[0] if teacher and teacher.schools else ""
    return replace(
        request,
        school=classroom.school if classroom else taught_at,
        language=request.language or (merged.district.language if merged.district else "en"),
    )


def _bookings(
    existing: Bundle, incoming: Incoming, *, requests: Mapping[str, ClassroomRequest]
) -> tuple[BookingRow, ...]:
    bookings = {each.key: each for each in existing.bookings or ()}
    for found in incoming.bookings:
        booking = found.value
        if booking.format is Format.EITHER:
            asked = requests.get(booking.request)
            is_virtual = asked is not None and asked.format is Format.VIRTUAL
            booking = replace(booking, format=Format.VIRTUAL if is_virtual else Format.IN_PERSON)
        bookings[booking.key] = booking
    return tuple(booking for _, booking in sorted(bookings.items()))


def _with_served_booked(
    requests: Mapping[str, ClassroomRequest], bookings: Iterable[BookingRow]
) -> dict[str, ClassroomRequest]:
    coming: Counter[tuple[str, int]] = Counter()
    for booking in bookings:
        is_coming = booking.partstat is not Partstat.DECLINED
        coming[booking.request, booking.session] += (
            is_coming and booking.status is not VisitState.CANCELLED
        )
    return {
        key: replace(request, state=RequestState.BOOKED)
        if request.state is RequestState.OPEN and _is_served(request, coming)
        else request
        for key, request in requests.items()
    }


def _is_served(request: ClassroomRequest, coming: Mapping[tuple[str, int], int]) -> bool:
    sessions = range(1, request.sessions + 1)
    return all(coming.get((request.key, number), 0) >= request.speakers for number in sessions)
