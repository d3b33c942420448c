"""A bundle as one .zip, and the files that somebody chose: what may be read at all, and how much.

A stranger's archive is looked over before it is unpacked; see ``zip_checks``.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Protocol

from scheduler.bundle.files import BundleFiles
from scheduler.bundle.tables import BUSY_FOLDER, CLOSURES_CALENDAR
from scheduler.bundle.zip_checks import (
    MOST_OCTETS,
    check_kinds,
    check_names,
    check_size,
    check_sizes,
    entries_by_name,
    is_litter,
    refuse,
)

CHUNK = 64 * 1024
# Far more than the list of so many files takes.
MOST_AT_ONCE = 1024 * 1024
# The same district packs to the same octets.
NO_DATE = (1980, 1, 1, 0, 0, 0)


class Octets(Protocol):
    """Something that holds octets and can be read from any place, such as an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next octets."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """Return the place."""

    def seekable(self) -> bool:
        """Say whether every place can be gone to."""


class Unpacked(BundleFiles):
    """The files of an archive, each unpacked when it is asked for.

    A single folder around everything is looked through. ``name`` is what the archive is called.

    Raises:
        BadInput: if it is no sound archive, holds no bundle, or holds what we do not unpack.
    """

    def __init__(self, octets: Octets, *, name: str) -> None:
        self.name = name
        try:
            self._archive = zipfile.ZipFile(_Sips(octets))
            entries = [each for each in self._archive.infolist() if not each.is_dir()]
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            refuse(name, "This is no sound .zip file. Pack it again.")
        check_kinds(entries, name=name)
        check_sizes(entries, name=name)
        self._entries = entries_by_name((e for e in entries if not is_litter(e)), name=name)
        check_names(self._entries, name=name)

    def __getitem__(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            BadInput: if the archive is damaged there.
        """
        entry = self._entries[name]
        try:
            with self._archive.open(entry) as file:
                return b"".join(iter(lambda: file.read(CHUNK), b""))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            refuse(name, "This file is damaged in the .zip. Pack it again.")

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._entries)


def chosen(files: Iterable[tuple[str, IO[bytes]]]) -> BundleFiles:
    """Return what somebody chose: one .zip, or files of a bundle by their names.

    A calendar that bears an address is that volunteer's busy time.

    Raises:
        BadInput: if nothing of a bundle is among them, or more than we take.
    """
    given = [(name.replace("\\", "/").rpartition("/")[2], stream) for name, stream in files]
    if len(given) == 1 and given[0][0].lower().endswith(".zip"):
        return Unpacked(given[0][1], name=given[0][0])
    found: dict[str, bytes] = {}
    for name, stream in given:
        if name.lower().endswith(".zip"):
            refuse(name, "Choose one .zip alone, or files without a .zip.")
        place = f"{BUSY_FOLDER}/{name}" if _is_busy(name) else name
        if place in found:
            refuse(name, "This file is there twice.")
        found[place] = stream.read(MOST_OCTETS)
        check_size(place, len(found[place]))
    check_names(found, name=given[0][0] if given else "")
    return found


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files as one archive; equal files in the same order give equal octets."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, octets in files:
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, octets)
    return into.getvalue()


class _Sips:
    """Octets that are read in small pieces only: a list of files that has no end is not read."""

    def __init__(self, octets: Octets) -> None:
        self._octets = octets
        self.seek = octets.seek
        self.tell = octets.tell
        self.seekable = octets.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MOST_AT_ONCE:
            raise zipfile.BadZipFile("This piece is too large.")
        return self._octets.read(MOST_AT_ONCE if size < 0 else size)


def _is_busy(name: str) -> bool:
    return name.endswith(".ics") and "@" in name and name != CLOSURES_CALENDAR
