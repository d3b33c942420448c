"""Reads a bundle: every file, every row, every mistake, and then the whole at once.

Nothing is imported here. Cost: linear in the rows of the files and of the district as it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from scheduler.bundle import tables
from scheduler.bundle.booking_checks import check_bookings
from scheduler.bundle.calendar_files import read_busy_files, read_closures_calendar
from scheduler.bundle.district_file import read_district
from scheduler.bundle.extras import merged_extras
from scheduler.bundle.files import BundleFiles, files_in
from scheduler.bundle.incoming import find_values
from scheduler.bundle.merging import merge, named_alone
from scheduler.bundle.problems import Problems
from scheduler.bundle.references import check_references
from scheduler.bundle.request_checks import check_requests
from scheduler.bundle.sheets import Sheet, read_sheet
from scheduler.bundle.toml_source import parse_toml
from scheduler.bundle.values import Bundle, Progress, ReadBusy, ReadClosures, Reading


def read_bundle(
    files: BundleFiles,
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
    problems = Problems()
    _note_unknown_files(files, problems=problems)
    sheets = _read_sheets(files, problems=problems)
    incoming = find_values(sheets, existing=existing, progress=progress)
    merged = merge(
        existing,
        incoming,
        district=_read_district(files, existing, problems=problems),
        whole_district_closures=read_closures_calendar(files, read_closures, problems=problems),
    )
    check_references(incoming, merged, existing=existing, problems=problems)
    check_requests(incoming, merged)
    check_bookings(incoming, merged)
    known = sheets.get(tables.VOLUNTEERS.file)
    volunteers = read_busy_files(
        files, merged, read_busy, problems=problems, also_known=known.keys if known else ()
    )
    policies = _read_policies(files, problems=problems)
    problems.raise_if_any()
    extras = merged_extras(merged, incoming, policies=policies)
    merged = replace(merged, volunteers=volunteers, extras=extras)
    return Reading(merged, named_alone(merged, incoming), _rows_by_file(files, sheets))


def _rows_by_file(files: BundleFiles, sheets: Mapping[str, Sheet]) -> dict[str, int]:
    rows = {
        name: len(sheets[name].rows) if name in sheets else 1
        for name in tables.FILES
        if name in files
    }
    for folder in tables.FOLDERS:
        if count := sum(name.startswith(f"{folder}/") for name in files):
            rows[f"{folder}/"] = count
    return rows


def _note_unknown_files(files: BundleFiles, *, problems: Problems) -> None:
    # A misspelt name would otherwise be passed over without a word.
    for name in sorted(files):
        path = PurePosixPath(name.lower())
        table = f"{path.stem}.csv"
        if "/" in name or name in tables.FILES:
            continue
        if path.suffix in tables.WORKBOOKS and table in tables.FILES and table not in files:
            problems.note(name, f"Save this sheet as “CSV UTF-8” under the name {table}.")
        elif path.suffix in tables.ENDINGS:
            near = difflib.get_close_matches(name.lower(), tables.FILES, n=1)
            hint = f" Is it {near[0]}?" if near else ""
            problems.note(name, f"A bundle has no file of this name.{hint}")


def _read_sheets(files: BundleFiles, *, problems: Problems) -> Mapping[str, Sheet]:
    return {
        table.file: read_sheet(files[table.file], table, problems=problems)
        for table in tables.TABLES
        if table.file in files
    }


def _read_district(files: BundleFiles, existing: Bundle, *, problems: Problems) -> Bundle:
    if tables.DISTRICT_FILE in files:
        octets = files[tables.DISTRICT_FILE]
        return read_district(octets, existing=existing, problems=problems)
    if existing.district is None:
        problems.note(tables.DISTRICT_FILE, "The first bundle of a district needs this file.")
    return Bundle(
        district=existing.district,
        day_parts=existing.day_parts,
        mail_rules=existing.mail_rules,
    )


def _read_policies(files: BundleFiles, *, problems: Problems) -> dict[str, str]:
    policies: dict[str, str] = {}
    for name in files_in(files, tables.POLICY_FOLDER, ending=".toml"):
        octets = files[name]
        if parse_toml(octets, file=name, problems=problems) is not None:
            policies[name] = octets.decode("utf-8")
    return policies
