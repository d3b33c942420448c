"""Checks that whatever a row names is there, in the bundle or in the district as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduler.bundle import tables
from scheduler.bundle.incoming import Incoming
from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Table
from scheduler.bundle.topic_rows import topic_misfits
from scheduler.bundle.values import Bundle
from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.classes import Classroom
from scheduler.domain.schooldays import BellSchedule

_NOUN_BY_FILE = {
    tables.TOPICS.file: "topic",
    tables.BELL_SCHEDULES.file: "bell schedule",
    tables.SCHOOLS.file: "school",
    tables.STAFF.file: "account",
    tables.CLASSES.file: "class",
    tables.ORGANIZATIONS.file: "organization",
    tables.VOLUNTEERS.file: "volunteer",
    tables.REQUESTS.file: "request",
}


@dataclass(frozen=True, slots=True)
class Register:
    """The keys that may be named, by file; a file that could not tell its keys is absent."""

    keys_by_file: Mapping[str, frozenset[str]]

    def check(self, row: Row, column: str, keys: Iterable[str], *, table: Table) -> None:
        """Note each key that nothing bears; empty ones name nothing."""
        known = self.keys_by_file.get(table.file)
        for key in keys:
            if key and known is not None and key not in known:
                noun = _NOUN_BY_FILE[table.file]
                row.note(column, f"There is no {noun} {quoted(key)} in {table.file}.")


def check_references(
    incoming: Incoming, merged: Bundle, *, existing: Bundle, problems: Problems
) -> None:
    """Note every row that names what is not there."""
    register = _register(incoming, merged)
    _check_topics(incoming, existing, problems=problems)
    _check_school_things(incoming, register)
    _check_people(incoming, register)
    _check_organizations(incoming, register)
    _check_volunteers(incoming, register)
    _check_requests(incoming, register)
    _check_lessons(incoming, merged)
    _check_names(incoming)


def _register(incoming: Incoming, merged: Bundle) -> Register:
    known: dict[str, Iterable[str]] = {
        tables.TOPICS.file: merged.topics.by_key if merged.topics else (),
        tables.BELL_SCHEDULES.file: merged.bell_schedules or (),
        tables.SCHOOLS.file: merged.schools or (),
        tables.STAFF.file: merged.staff or (),
        tables.CLASSES.file: merged.classes or (),
        tables.ORGANIZATIONS.file: merged.organizations or (),
        tables.VOLUNTEERS.file: merged.volunteers or (),
        tables.REQUESTS.file: merged.requests or (),
    }
    sheets = incoming.sheets
    return Register(
        {
            file: frozenset(keys) | (sheets[file].keys if file in sheets else frozenset())
            for file, keys in known.items()
            if file not in sheets or sheets[file].is_whole
        }
    )


def _check_topics(incoming: Incoming, existing: Bundle, *, problems: Problems) -> None:
    sheet = incoming.sheets.get(tables.TOPICS.file)
    if sheet is None or not sheet.is_whole:
        return
    row_by_key = {found.value.key: found.row for found in incoming.topics}
    parents = {found.value.key: found.value.parent for found in incoming.topics}
    parents.update(dict.fromkeys(sheet.keys - parents.keys(), ""))
    for topic in existing.topics.topics if existing.topics else ():
        parents.setdefault(topic.key, topic.parent)
    for key, sentence in topic_misfits(parents).items():
        row = row_by_key.get(key)
        problems.note(sheet.table.file, sentence, row=row.number if row else 0, column="parent")


def _check_school_things(incoming: Incoming, register: Register) -> None:
    for school in incoming.schools:
        schedule = (school.value.bell_schedule,)
        register.check(school.row, "bell_schedule", schedule, table=tables.BELL_SCHEDULES)
    for closure in incoming.closures:
        register.check(closure.row, "school", (closure.value.school,), table=tables.SCHOOLS)
    for day in incoming.day_types:
        schedule = (day.value.schedule,)
        register.check(day.row, "bell_schedule", schedule, table=tables.BELL_SCHEDULES)


def _check_people(incoming: Incoming, register: Register) -> None:
    for person in incoming.staff:
        register.check(person.row, "school", person.value.schools, table=tables.SCHOOLS)
    for found in incoming.classes:
        classroom = found.value
        register.check(found.row, "school", (classroom.school,), table=tables.SCHOOLS)
        teacher = (classroom.teacher_email,)
        register.check(found.row, "teacher_email", teacher, table=tables.STAFF)


def _check_organizations(incoming: Incoming, register: Register) -> None:
    parts = (
        *((found.row, found.value.organization) for found in incoming.sites),
        *((found.row, found.value.organization) for found in incoming.contacts),
    )
    for row, organization in parts:
        register.check(row, "organization", (organization,), table=tables.ORGANIZATIONS)


def _check_volunteers(incoming: Incoming, register: Register) -> None:
    for found in incoming.volunteers:
        organization = (found.value.organization,)
        register.check(found.row, "organization", organization, table=tables.ORGANIZATIONS)
        register.check(found.row, "topics", found.value.level_by_topic, table=tables.TOPICS)
    attached = (
        *((each.row, each.value.email) for each in incoming.weekly),
        *((each.row, each.value.email) for each in incoming.away),
        *((each.row, each.value.email) for each in incoming.clearances),
    )
    for row, email in attached:
        register.check(row, "volunteer_email", (email,), table=tables.VOLUNTEERS)
    for clearance in incoming.clearances:
        school = (clearance.value.value.school,)
        register.check(clearance.row, "school", school, table=tables.SCHOOLS)


def _check_requests(incoming: Incoming, register: Register) -> None:
    for found in incoming.requests:
        row, request = found.row, found.value
        register.check(row, "teacher_email", (request.teacher_email,), table=tables.STAFF)
        register.check(row, "class", (request.classroom,), table=tables.CLASSES)
        register.check(row, "topic", (request.topic,), table=tables.TOPICS)
        register.check(row, "preferred", request.preferred, table=tables.VOLUNTEERS)
        register.check(row, "excluded", request.excluded, table=tables.VOLUNTEERS)
    for booking in incoming.bookings:
        row, email = booking.row, (booking.value.volunteer_email,)
        register.check(row, "request", (booking.value.request,), table=tables.REQUESTS)
        register.check(row, "volunteer_email", email, table=tables.VOLUNTEERS)


def _check_lessons(incoming: Incoming, merged: Bundle) -> None:
    schedules = merged.bell_schedules or {}
    for day in incoming.day_types:
        schedule = schedules.get(day.value.schedule)
        if schedule and day.value.day_type not in {"", *_day_types(schedule)}:
            row_type = quoted(day.value.day_type)
            day.row.note("day_type", f"{schedule.key} has no day type {row_type}.")
    for found in incoming.classes:
        school = (merged.schools or {}).get(found.value.school)
        schedule = schedules.get(school.bell_schedule) if school else None
        misfits = _lesson_misfits(found.value, schedule) if schedule else ()
        for sentence in misfits:
            found.row.note("lessons", sentence)


def _day_types(schedule: BellSchedule) -> frozenset[str]:
    return frozenset(period.day_type for period in schedule.periods)


def _lesson_misfits(classroom: Classroom, schedule: BellSchedule) -> Iterator[str]:
    names = {period.name for period in schedule.periods}
    for lesson in classroom.lessons:
        if lesson.day not in (*WEEKDAYS, *_day_types(schedule)):
            yield f"“{lesson}”: {lesson.day} is no weekday and no day type of {schedule.key}."
        elif lesson.period not in names:
            yield f"“{lesson}”: {schedule.key} has no period {lesson.period}."


def _check_names(incoming: Incoming) -> None:
    # One address is one account, and an account has one name.
    name_by_email = {found.value.email: found.value.name for found in incoming.staff}
    for found in incoming.volunteers:
        other = name_by_email.get(found.value.email, found.value.name)
        if other != found.value.name:
            both = f"{quoted(found.value.name)} here, {quoted(other)} in staff.csv"
            found.row.note("name", f"One address has two names: {both}.")
