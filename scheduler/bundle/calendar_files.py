"""The calendar files of a bundle: whose they are; what they mean is read elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

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
    folder: Path, read_closures: ReadClosures, *, problems: Problems
) -> tuple[Closure, ...]:
    """Return the closures of the whole district that the bundle brings as a calendar."""
    path = folder / CLOSURES_CALENDAR
    if not path.is_file():
        return ()
    try:
        found = tuple(read_closures(path.read_bytes()))
        return tuple(Closure("", DateRange(first, last), name) for first, last, name in found)
    except SchedulerError as error:
        problems.note(path.name, str(error))
        return ()


def read_busy_files(
    folder: Path,
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
    files = tuple(_files(folder, merged, problems=problems, also_known=also_known))
    for file, busy in zip(files, read_busy(files), strict=True):
        if isinstance(busy, SchedulerError):
            problems.note(_name(file.email), str(busy))
        else:
            volunteers[file.email] = replace(volunteers[file.email], busy=busy)
    return volunteers


def _files(
    folder: Path, merged: Bundle, *, problems: Problems, also_known: Collection[str]
) -> Iterator[BusyFile]:
    district = merged.district
    seen: set[str] = set()
    for path in sorted((folder / BUSY_FOLDER).glob(f"*{ENDING}")):
        email = normal_email(path.name.removesuffix(ENDING))
        volunteer = (merged.volunteers or {}).get(email)
        name = f"{BUSY_FOLDER}/{path.name}"
        if email in seen:
            problems.note(name, f"There are two calendars of {quoted(email)}.")
        elif volunteer is None:
            if email not in also_known:
                problems.note(name, f"There is no volunteer {quoted(email)} in volunteers.csv.")
        elif district is not None and (zone := volunteer.timezone or district.timezone):
            yield BusyFile(email, path.read_bytes(), zone, district.country)
        seen.add(email)


def _name(email: str) -> str:
    return f"{BUSY_FOLDER}/{email}{ENDING}"
