"""The files of a bundle by name, those of its folders as ``busy/amara@robots.example.ics``.

Wherever they lie, each is read when it is asked for. What the files say is not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from scheduler.bundle.tables import FILES, FOLDERS
from scheduler.domain.errors import BadInput, Problem

BundleFiles = Mapping[str, bytes]


class Folder(BundleFiles):
    """The files of a bundle that lie in a folder of this machine.

    Raises:
        BadInput: if there is no such folder, or no bundle in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise BadInput([Problem(str(folder), 0, "", "There is no such folder.")])
        if not any((folder / name).exists() for name in (*FILES, *FOLDERS)):
            raise BadInput([Problem(str(folder), 0, "", "This folder holds no district bundle.")])
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for place in (folder, *(folder / name for name in FOLDERS))
            if place.is_dir()
            for path in sorted(place.iterdir())
            if path.is_file() and not path.name.startswith(".")
        }

    def __getitem__(self, name: str) -> bytes:
        """Return what a file holds."""
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._paths)


def files_in(files: BundleFiles, folder: str, *, ending: str) -> tuple[str, ...]:
    """Return the names of the files of one folder with that ending, in order."""
    return tuple(sorted(n for n in files if n.startswith(f"{folder}/") and n.endswith(ending)))
