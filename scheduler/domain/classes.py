"""Classes and their weekly lessons, as a timetable writes them: ``Mon P3`` or ``A P2``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.schooldays import NamedPeriod, SchoolTime


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson of a class: on a weekday (``Mon``) or a day type (``A``), in a named period."""

    day: str
    period: str

    def falls_on(self, day: date, *, day_type: str) -> bool:
        """Tell whether the lesson takes place on that date with that day type."""
        return self.day in (WEEKDAYS[day.weekday()], day_type or None)

    def __str__(self) -> str:
        """Return the lesson as a bundle writes it."""
        return f"{self.day} {self.period}"


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class of one teacher at one school; no pupil is ever named."""

    key: str
    school: str
    teacher_email: str
    name: str
    grade: int
    students: int | None = None
    subject: str = ""
    room: str = ""
    lessons: tuple[Lesson, ...] = ()


def parse_lessons(parts: Iterable[str]) -> tuple[Lesson, ...]:
    """Return lessons of entries such as ``Mon P3``.

    Raises:
        ValueError: if an entry is not a day and a period.
    """
    return tuple(_lesson(part) for part in parts)


def lessons_on(
    classroom: Classroom, day: date, *, school_time: SchoolTime
) -> tuple[NamedPeriod, ...]:
    """Return the class's own lessons of that date by start, as spans in UTC."""
    day_type = school_time.bells.day_type_by_date.get(day, "")
    names = {
        lesson.period for lesson in classroom.lessons if lesson.falls_on(day, day_type=day_type)
    }
    return tuple(named for named in school_time.periods_on(day) if named.name in names)


def _lesson(text: str) -> Lesson:
    words = text.split()
    if len(words) != 2:
        raise ValueError(f"“{text}” is not a lesson such as “Mon P3” or “A P2”.")
    return Lesson(day=words[0], period=words[1])
