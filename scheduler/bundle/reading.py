"""Reads a bundle's folder: every file, every row, every mistake, and then the whole at once.

Nothing is imported here. Cost: linear in the rows of the files and of the district as it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scheduler.bundle import tables
from scheduler.bundle.booking_checks import check_bookings
from scheduler.bundle.calendar_files import read_busy_files, read_closures_calendar
from scheduler.bundle.district_file import read_district
from scheduler.bundle.extras import merged_extras
from scheduler.bundle.incoming import find_values
from scheduler.bundle.merging import merge, named_alone
from scheduler.bundle.problems import Problems
from scheduler.bundle.references import check_references
from scheduler.bundle.request_checks import check_requests
from scheduler.bundle.sheets import Sheet, read_sheet
from scheduler.bundle.toml_source import parse_toml
from scheduler.bundle.values import Bundle, Progress, ReadBusy, ReadClosures, Reading
from scheduler.domain.districts import District
from scheduler.domain.errors import BadInput, Problem


def read_bundle(
    folder: Path,
    *,
    existing: Bundle,
    read_busy: ReadBusy,
    read_closures: ReadClosures,
    progress: Progress = lambda done, total: None,
) -> Reading:
    """Return the district as it would be with this bundle, and what the bundle itself names.

    ``existing`` is the district as it is, ``Bundle.empty()`` at first. ``progress`` is told the
    rows done and the rows there are.

    Raises:
        BadInput: with everything wrong, the first 200 by file and row.
    """
    _check_folder(folder)
    problems = Problems()
    _note_unknown_files(folder, problems=problems)
    sheets = _read_sheets(folder, problems=problems)
    incoming = find_values(sheets, existing=existing, progress=progress)
    merged = merge(
        existing,
        incoming,
        district=_read_district(folder, existing, problems=problems),
        whole_district_closures=read_closures_calendar(folder, read_closures, problems=problems),
    )
    check_references(incoming, merged, existing=existing, problems=problems)
    check_requests(incoming, merged)
    check_bookings(incoming, merged)
    known = sheets.get(tables.VOLUNTEERS.file)
    volunteers = read_busy_files(
        folder, merged, read_busy, problems=problems, also_known=known.keys if known else ()
    )
    policies = _read_policies(folder, problems=problems)
    problems.raise_if_any()
    extras = merged_extras(merged, incoming, policies=policies)
    merged = replace(merged, volunteers=volunteers, extras=extras)
    return Reading(merged, named_alone(merged, incoming))


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise BadInput([Problem(str(folder), 0, "", "There is no such folder.")])
    if not any((folder / name).exists() for name in (*tables.FILES, *tables.FOLDERS)):
        raise BadInput([Problem(str(folder), 0, "", "This folder holds no district bundle.")])


def _note_unknown_files(folder: Path, *, problems: Problems) -> None:
    # A misspelt name would otherwise be passed over without a word.
    for path in sorted(folder.iterdir()):
        is_ours = path.suffix.lower() in {".csv", ".toml", ".ics"} and not path.name.startswith(".")
        if is_ours and path.is_file() and path.name not in tables.FILES:
            near = difflib.get_close_matches(path.name.lower(), tables.FILES, n=1)
            hint = f" Is it {near[0]}?" if near else ""
            problems.note(path.name, f"A bundle has no file of this name.{hint}")


def _read_sheets(folder: Path, *, problems: Problems) -> Mapping[str, Sheet]:
    return {
        table.file: read_sheet((folder / table.file).read_bytes(), table, problems=problems)
        for table in tables.TABLES
        if (folder / table.file).is_file()
    }


def _read_district(folder: Path, existing: Bundle, *, problems: Problems) -> District | None:
    path = folder / tables.DISTRICT_FILE
    if path.is_file():
        return read_district(path.read_bytes(), existing=existing.district, problems=problems)
    if existing.district is None:
        problems.note(path.name, "The first bundle of a district needs this file.")
    return existing.district


def _read_policies(folder: Path, *, problems: Problems) -> dict[str, str]:
    policies: dict[str, str] = {}
    for path in sorted((folder / tables.POLICY_FOLDER).glob("*.toml")):
        name = f"{tables.POLICY_FOLDER}/{path.name}"
        octets = path.read_bytes()
        if parse_toml(octets, file=name, problems=problems) is not None:
            policies[name] = octets.decode("utf-8")
    return policies
