"""The calendar files of a bundle: whose they are; what they mean is read elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from scheduler.bundle.files import BundleFiles, files_in
from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.tables import BUSY_FOLDER, CLOSURES_CALENDAR
from scheduler.bundle.values import Bundle, BusyFile, ReadBusy, ReadClosures
from scheduler.domain.errors import SchedulerError
from scheduler.domain.people import normal_email
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.domain.volunteers import Volunteer

ENDING = ".ics"


def read_closures_calendar(
    files: BundleFiles, read_closures: ReadClosures, *, problems: Problems
) -> tuple[Closure, ...]:
    """Return the closures of the whole district that the bundle brings as a calendar."""
    if CLOSURES_CALENDAR not in files:
        return ()
    try:
        found = tuple(read_closures(files[CLOSURES_CALENDAR]))
        return tuple(Closure("", DateRange(first, last), name) for first, last, name in found)
    except SchedulerError as error:
        problems.note(CLOSURES_CALENDAR, str(error))
        return ()


def read_busy_files(
    files: BundleFiles,
    merged: Bundle,
    read_busy: ReadBusy,
    *,
    problems: Problems,
    also_known: Collection[str] = (),
) -> dict[str, Volunteer]:
    """Return the volunteers with the busy time of their files.

    ``also_known`` are addresses of rows that could not be read: a calendar of theirs is no
    stranger's.
    """
    volunteers = dict(merged.volunteers or {})
    found = tuple(_files(files, merged, problems=problems, also_known=also_known))
    for file, busy in zip(found, read_busy(found), strict=True):
        if isinstance(busy, SchedulerError):
            problems.note(_name(file.email), str(busy))
        else:
            volunteers[file.email] = replace(volunteers[file.email], busy=busy)
    return volunteers


def _files(
    files: BundleFiles, merged: Bundle, *, problems: Problems, also_known: Collection[str]
) -> Iterator[BusyFile]:
    district = merged.district
    seen: set[str] = set()
    for name in files_in(files, BUSY_FOLDER, ending=ENDING):
        email = normal_email(name.removeprefix(f"{BUSY_FOLDER}/").removesuffix(ENDING))
        volunteer = (merged.volunteers or {}).get(email)
        if email in seen:
            problems.note(name, f"There are two calendars of {quoted(email)}.")
        elif volunteer is None:
            if email not in also_known:
                problems.note(name, f"There is no volunteer {quoted(email)} in volunteers.csv.")
        elif district is not None and (zone := volunteer.timezone or district.timezone):
            yield BusyFile(email, files[name], zone, district.country)
        seen.add(email)


def _name(email: str) -> str:
    return f"{BUSY_FOLDER}/{email}{ENDING}"
