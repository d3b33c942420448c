"""Classes have lessons on weekdays or day types, in periods that the bells name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.classes import Lesson, lessons_on, parse_lessons
from scheduler.domain.schooldays import BellSchedule, NamedPeriod, SchoolTime
from tests.builders import DAY, a_bell_schedule, a_classroom, a_school_time, period

MONDAY, WEDNESDAY = date(2026, 12, 7), date(2026, 12, 9)
P1 = NamedPeriod("P1", period("2026-12-08 08:30-09:20"))
P3 = NamedPeriod("P3", period("2026-12-08 10:40-11:30"))


def test_lessons_are_read_as_a_timetable_writes_them() -> None:
    assert parse_lessons(["Mon P3", " A  P2 "]) == (Lesson("Mon", "P3"), Lesson("A", "P2"))
    assert parse_lessons([]) == ()


@pytest.mark.parametrize("part", ["", "Mon", "Mon P3 P4", "P3,Mon"])
def test_lesson_that_is_not_a_day_and_a_period_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="is not a lesson such as"):
        parse_lessons([part])


def test_a_written_lesson_is_read_back() -> None:
    lesson = Lesson("A", "P2")
    assert parse_lessons([str(lesson)]) == (lesson,)


@pytest.mark.parametrize(
    ("lesson", "day_type", "falls"),
    [
        pytest.param(Lesson("Tue", "P3"), "", True, id="its weekday"),
        pytest.param(Lesson("Tue", "P3"), "A", True, id="its weekday, whatever the day type"),
        pytest.param(Lesson("Mon", "P3"), "", False, id="another weekday"),
        pytest.param(Lesson("A", "P3"), "A", True, id="its day type"),
        pytest.param(Lesson("A", "P3"), "B", False, id="another day type"),
        pytest.param(Lesson("A", "P3"), "", False, id="a day without a type"),
        pytest.param(Lesson("", "P3"), "", False, id="no day at all"),
    ],
)
def test_lesson_falls_on_its_weekday_or_day_type(
    lesson: Lesson, day_type: str, falls: bool
) -> None:
    assert lesson.falls_on(DAY, day_type=day_type) is falls


def test_lessons_of_a_weekday_come_by_start() -> None:
    classroom = a_classroom(lessons=parse_lessons(["Tue P3", "Tue P1", "Mon P2"]))
    assert lessons_on(classroom, DAY, school_time=a_school_time()) == (P1, P3)


def test_lessons_of_a_day_type_move_with_it() -> None:
    school_time = a_rotating_time({MONDAY: "B", DAY: "A", WEDNESDAY: "B"})
    classroom = a_classroom(lessons=parse_lessons(["A P3"]))
    found = [
        lessons_on(classroom, day, school_time=school_time) for day in (MONDAY, DAY, WEDNESDAY)
    ]
    assert found == [(), (P3,), ()]


def test_lesson_named_by_weekday_and_by_day_type_takes_place_once() -> None:
    classroom = a_classroom(lessons=parse_lessons(["Tue P3", "A P3"]))
    assert lessons_on(classroom, DAY, school_time=a_rotating_time({DAY: "A"})) == (P3,)


def a_rotating_time(day_type_by_date: Mapping[date, str]) -> SchoolTime:
    periods = tuple(
        replace(bell, day_type=day_type)
        for day_type in ("A", "B")
        for bell in a_bell_schedule().periods
    )
    return a_school_time(bells=BellSchedule("rotating", periods, day_type_by_date))


def test_lesson_in_a_period_that_the_day_lacks_does_not_take_place() -> None:
    classroom = a_classroom(lessons=parse_lessons(["Tue P9", "Tue P3"]))
    assert lessons_on(classroom, DAY, school_time=a_school_time()) == (P3,)


def test_closed_day_has_no_lessons() -> None:
    assert lessons_on(a_classroom(), DAY, school_time=a_school_time(DAY)) == ()


def test_class_without_a_timetable_has_no_lessons() -> None:
    assert lessons_on(a_classroom(lessons=()), DAY, school_time=a_school_time()) == ()
