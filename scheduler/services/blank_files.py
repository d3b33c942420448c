"""The files that a district may bring, for whoever has none yet: their columns, and empty ones."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.bundle.blank import blank_files
from scheduler.bundle.district_file import PLAIN_KEYS, REQUIRED_KEYS
from scheduler.bundle.tables import DISTRICT_FILE, TABLES
from scheduler.bundle.zips import packed


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that we read: the columns that have to be there, and those that may be."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


def known_files() -> tuple[KnownFile, ...]:
    """Return the files of a bundle, in the order in which they refer to each other."""
    district = _known(DISTRICT_FILE, PLAIN_KEYS, REQUIRED_KEYS)
    return (district, *(_known(each.file, each.columns, each.required) for each in TABLES))


def blank_zip(readme: str) -> bytes:
    """Return an archive of empty files with their first rows, and what somebody says of them."""
    return packed((("README.txt", readme.encode()), *blank_files()))


def _known(name: str, columns: tuple[str, ...], required: frozenset[str]) -> KnownFile:
    return KnownFile(
        name,
        tuple(column for column in columns if column in required),
        tuple(column for column in columns if column not in required),
    )
