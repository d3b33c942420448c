"""Writes a bundle's folder, the same octets for the same district, whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from scheduler.bundle.district_file import district_text
from scheduler.bundle.extras import columns_and_rows, policy_files
from scheduler.bundle.tables import (
    BUSY_FOLDER,
    DISTRICT_FILE,
    FILES,
    FOLDERS,
    TABLES,
    Cells,
)
from scheduler.bundle.values import Bundle
from scheduler.domain.errors import BadInput, Problem

_NEEDS_QUOTES = re.compile(r'[,"\r\n]')


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """Write every part that the bundle speaks of, replacing an earlier bundle in the folder.

    Raises:
        BadInput: if the folder holds anything that is no bundle's.
    """
    folder = folder.absolute()
    _check_room(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        fresh = beside / "fresh"
        # Names and addresses of people: for the owner alone.
        fresh.mkdir(mode=0o700)
        for name, octets in bundle_files(bundle):
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
        _put_in_place(fresh, folder, aside=beside / "former")
    finally:
        shutil.rmtree(beside)


def bundle_files(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    """Yield every file that the bundle speaks of, name and octets, in the order of the format."""
    if bundle.district is not None:
        yield DISTRICT_FILE, district_text(bundle).encode()
    for table in TABLES:
        found = columns_and_rows(bundle, table)
        if found is not None:
            yield table.file, _csv(*found).encode()
    for email, volunteer in (bundle.volunteers or {}).items():
        if volunteer.busy is not None:
            yield f"{BUSY_FOLDER}/{email}.ics", volunteer.busy.content
    for name, text in policy_files(bundle.extras).items():
        yield name, text.encode()


def _check_room(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput([Problem(str(folder), 0, "", "There is a file of this name already.")])
    strangers = sorted(
        path.name
        for path in (folder.iterdir() if folder.exists() else ())
        if path.name not in (*FILES, *FOLDERS)
    )
    if strangers:
        sentence = f"The folder holds {strangers[0]}, which is no part of a bundle: choose another."
        raise BadInput([Problem(str(folder), 0, "", sentence)])


def _put_in_place(fresh: Path, folder: Path, *, aside: Path) -> None:
    if folder.exists():
        folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise


def _csv(columns: Sequence[str], rows: Sequence[Cells]) -> str:
    lines = [columns, *([cells.get(name, "") for name in columns] for cells in rows)]
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines)


def _cell(text: str) -> str:
    # The csv module leaves a lone carriage return bare, which no reader would take back.
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'
