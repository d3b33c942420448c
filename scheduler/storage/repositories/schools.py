"""Schools and their classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import Coordinates, School
from scheduler.domain.folding import word_line
from scheduler.storage.models.districts import BellScheduleRow, ClassroomRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.repositories.rows import columns_of, fields_of, known_ids, upsert


def load_schools(session: Session) -> Mapping[str, School]:
    """Return every school by key, in order of key."""
    rows = session.execute(
        select(SchoolRow, BellScheduleRow.key).outerjoin(
            BellScheduleRow, BellScheduleRow.id == SchoolRow.bell_schedule_id
        )
    )
    found = {
        row.key: School(
            **fields_of(row, School),
            coordinates=Coordinates(row.latitude, row.longitude),
            bell_schedule=bell_schedule or "",
        )
        for row, bell_schedule in rows
    }
    return dict(sorted(found.items()))


def put_schools(session: Session, schools: Sequence[School]) -> None:
    """Add or change these schools."""
    schedules = (school.bell_schedule for school in schools)
    schedule_ids = known_ids(session, BellScheduleRow.key, schedules, kind="bell schedule")
    rows = [
        columns_of(school, SchoolRow)
        | {
            "latitude": school.coordinates.latitude,
            "longitude": school.coordinates.longitude,
            "bell_schedule_id": schedule_ids.get(school.bell_schedule),
            "words": word_line(school.name),
        }
        for school in schools
    ]
    upsert(session, SchoolRow, rows, by="key")


def load_classes(
    session: Session, *, school: str = "", keys: Iterable[str] | None = None
) -> Mapping[str, Classroom]:
    """Return every class by key, in order of key; those of a school or of these keys alone."""
    chosen = SchoolRow.key == school if school else true()
    if keys is not None:
        chosen &= ClassroomRow.key.in_(tuple(keys))
    rows = session.execute(
        select(ClassroomRow, SchoolRow.key, PersonRow.email)
        .join(SchoolRow, SchoolRow.id == ClassroomRow.school_id)
        .join(PersonRow, PersonRow.id == ClassroomRow.teacher_id)
        .where(chosen)
    )
    found = {
        row.key: Classroom(**fields_of(row, Classroom), school=school, teacher_email=teacher)
        for row, school, teacher in rows
    }
    return dict(sorted(found.items()))


def put_classes(session: Session, classes: Sequence[Classroom]) -> None:
    """Add or change these classes."""
    schools, teachers = (each.school for each in classes), (each.teacher_email for each in classes)
    school_ids = known_ids(session, SchoolRow.key, schools, kind="school")
    teacher_ids = known_ids(session, PersonRow.email, teachers, kind="person")
    rows = [
        columns_of(each, ClassroomRow)
        | {
            "school_id": school_ids[each.school],
            "teacher_id": teacher_ids[each.teacher_email],
            "words": word_line(f"{each.name} {each.subject}"),
        }
        for each in classes
    ]
    upsert(session, ClassroomRow, rows, by="key")
