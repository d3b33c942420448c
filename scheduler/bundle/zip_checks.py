"""What is asked of an archive before anything in it is unpacked: names, kinds, sizes.

Nothing is ever written under the names it gives.
"""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NoReturn

from scheduler.bundle.problems import quoted
from scheduler.bundle.tables import ENDINGS, FILES, FOLDERS, WORKBOOKS
from scheduler.domain.errors import BadInput, Problem

MOST_FILES = 3_000
MEGABYTE = 1024 * 1024
MOST_OCTETS = 64 * MEGABYTE
MOST_TABLE_OCTETS = 8 * MEGABYTE
# Spreadsheets shrink to a tenth. What shrinks so much more was made to swell.
MOST_RATIO = 200
SMALL_OCTETS = MEGABYTE
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 1
# What computers add by themselves.
LITTER = "__MACOSX/"


def check_names(names: Iterable[str], *, name: str) -> None:
    """Refuse files none of which is a bundle's.

    Raises:
        BadInput: naming the archive, or the first file.
    """
    is_ours = any(
        each in FILES or each.startswith(tuple(f"{f}/" for f in FOLDERS)) for each in names
    )
    if not is_ours:
        refuse(name, f"None of the files is one we know, such as {FILES[4]}.")


def check_kinds(entries: Iterable[zipfile.ZipInfo], *, name: str) -> None:
    """Refuse entries that lead out of an archive, are links, locked, or packed in strange ways."""
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        is_odd = "\\" in entry.filename or ":" in entry.filename or entry.filename[:1] == "/"
        if is_odd or ".." in parts:
            refuse(name, f"{quoted(entry.filename)} leads out of the .zip.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            refuse(name, f"{quoted(entry.filename)} is a link, not a file.")
        if entry.flag_bits & ENCRYPTED:
            refuse(name, "The .zip has a password. Pack it without one.")
        if entry.compress_type not in METHODS:
            refuse(name, "The .zip is packed in a way we do not read. Pack it as a plain .zip.")


def check_sizes(entries: list[zipfile.ZipInfo], *, name: str) -> None:
    """Refuse an archive of too many files, or of too much once it is unpacked."""
    if len(entries) > MOST_FILES:
        refuse(name, f"There are more than {MOST_FILES} files in it.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_OCTETS:
        refuse(name, f"Unpacked it is larger than {MOST_OCTETS // MEGABYTE} MB.")
    if unpacked > SMALL_OCTETS and unpacked > packed * MOST_RATIO:
        refuse(name, "It swells too much when it is unpacked.")
    for entry in entries:
        check_size(entry.filename, entry.file_size)


def check_size(name: str, octets: int) -> None:
    """Refuse a file that is too large for a spreadsheet; calendars may be larger."""
    if not name.lower().endswith(".ics") and octets > MOST_TABLE_OCTETS:
        refuse(name, f"This file is larger than {MOST_TABLE_OCTETS // MEGABYTE} MB.")


def entries_by_name(entries: Iterable[zipfile.ZipInfo], *, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files by name, a single folder around everything looked through."""
    files = tuple(entries)
    tops = {entry.filename.partition("/")[0] for entry in files}
    wrapped = len(tops) == 1 and not tops & {*FILES, *FOLDERS}
    found = {}
    for entry in files:
        place = entry.filename.partition("/")[2] if wrapped else entry.filename
        found[place] = entry
    counts = Counter(entry.filename.casefold() for entry in files)
    twice = next((place for place, count in counts.items() if count > 1), "")
    if twice:
        refuse(name, f"{quoted(twice)} is in the .zip twice.")
    return dict(sorted(found.items()))


def is_litter(entry: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is none of ours, such as what computers add by themselves."""
    path = PurePosixPath(entry.filename)
    is_hidden = path.name.startswith(".") or entry.filename.startswith(LITTER)
    return is_hidden or path.suffix.lower() not in ENDINGS | WORKBOOKS


def refuse(name: str, sentence: str) -> NoReturn:
    """Say that files cannot be taken.

    Raises:
        BadInput: always.
    """
    raise BadInput([Problem(name, 0, "", sentence)])
