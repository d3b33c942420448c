"""Staff and classes as rows."""

from __future__ import annotations

from scheduler.bundle.rows import Row
from scheduler.bundle.tables import STATE_COLUMN, Cells
from scheduler.bundle.words import (
    list_text,
    number_text,
    parse_address,
    parse_key,
    parse_tag,
    whole,
)
from scheduler.domain.classes import Classroom, parse_lessons
from scheduler.domain.grades import format_grade, parse_grade
from scheduler.domain.people import Person, RoleName, parse_role

INACTIVE = "inactive"
_UNREADABLE_GRADE = 0


def read_person(row: Row) -> Person:
    """Return the account of a row."""
    return Person(
        email=row.read("email", parse_address, default=""),
        name=row.text("name"),
        roles=row.read_each("roles", parse_role),
        schools=row.read_each("school", parse_key),
        locale=row.read("locale", parse_tag, default=""),
        is_active=read_is_active(row),
    )


def person_cells(person: Person) -> Cells:
    """Return the row of an account; that it is a volunteer's too is said elsewhere."""
    staff_roles = (role for role in person.roles if role.name is not RoleName.VOLUNTEER)
    return {
        "email": person.email,
        "name": person.name,
        "roles": list_text(staff_roles),
        "school": list_text(person.schools),
        "locale": person.locale,
        **active_cells(person.is_active),
    }


def read_is_active(row: Row) -> bool:
    """Return whether an account is in use; one that the bundle names is, unless it says not."""
    state = row.word(STATE_COLUMN)
    if state not in {"", INACTIVE}:
        row.note(STATE_COLUMN, f"“{state}” must be empty or {INACTIVE}.")
    return not state


def active_cells(is_active: bool) -> Cells:
    """Return the cell that marks an account at rest, or none."""
    return {} if is_active else {STATE_COLUMN: INACTIVE}


def read_class(row: Row) -> Classroom:
    """Return the class of a row."""
    lessons = row.read_each("lessons", lambda entry: parse_lessons((entry,)))
    return Classroom(
        key=row.read("class", parse_key, default=""),
        school=row.read("school", parse_key, default=""),
        teacher_email=row.read("teacher_email", parse_address, default=""),
        name=row.text("name"),
        grade=row.read("grade", parse_grade, default=_UNREADABLE_GRADE),
        students=row.read("students", whole(0, 10_000), default=None),
        subject=row.text("subject"),
        room=row.word("room"),
        lessons=tuple(lesson for (lesson,) in lessons),
    )


def class_cells(classroom: Classroom) -> Cells:
    """Return the row of a class."""
    return {
        "class": classroom.key,
        "school": classroom.school,
        "teacher_email": classroom.teacher_email,
        "name": classroom.name,
        "grade": format_grade(classroom.grade),
        "students": number_text(classroom.students),
        "subject": classroom.subject,
        "room": classroom.room,
        "lessons": list_text(classroom.lessons),
    }
