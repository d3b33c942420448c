"""Checks that every window of a request can hold the visit, by the school's own bells."""

from __future__ import annotations

from scheduler.bundle.incoming import Found, Incoming
from scheduler.bundle.values import Bundle
from scheduler.domain.errors import SchedulerError
from scheduler.domain.requests import ClassroomRequest, Window
from scheduler.domain.schooldays import BellSchedule, SchoolTime
from scheduler.domain.starts import misfit_of


def check_requests(incoming: Incoming, merged: Bundle) -> None:
    """Note every window that no visit of this length fits, and requests without a school."""
    time_by_school: dict[str, SchoolTime | None] = {}
    for found in incoming.requests:
        request = (merged.requests or {}).get(found.value.key)
        if request is None:
            continue
        if not request.school:
            _note_without_school(found, merged)
        elif request.school not in time_by_school:
            time_by_school[request.school] = _school_time(request.school, merged)
        school_time = time_by_school.get(request.school)
        if school_time is not None:
            _check_windows(found, request, school_time=school_time)


def _note_without_school(found: Found[ClassroomRequest], merged: Bundle) -> None:
    is_known_teacher = found.value.teacher_email in (merged.staff or {})
    if is_known_teacher and not found.value.classroom:
        found.row.note("class", "Neither a class nor the teacher’s school says where this is.")


def _school_time(key: str, merged: Bundle) -> SchoolTime | None:
    school = (merged.schools or {}).get(key)
    if school is None or merged.district is None:
        return None
    timezone = school.timezone or merged.district.timezone
    schedules = merged.bell_schedules or {}
    if not timezone or (school.bell_schedule and school.bell_schedule not in schedules):
        return None
    return SchoolTime(
        timezone=timezone,
        bells=schedules.get(school.bell_schedule, BellSchedule("")),
        closures=tuple(each for each in merged.closures or () if each.school in ("", key)),
        year=merged.district.year,
    )


def _check_windows(
    found: Found[ClassroomRequest], request: ClassroomRequest, *, school_time: SchoolTime
) -> None:
    for window in request.windows:
        if misfit := _misfit(request, window, school_time=school_time):
            found.row.note("windows", misfit)


def _misfit(request: ClassroomRequest, window: Window, *, school_time: SchoolTime) -> str:
    try:
        return misfit_of(request, window, school_time=school_time)
    except SchedulerError as error:
        return f"“{window}”: {error}"
