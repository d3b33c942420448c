"""What the services need of whoever keeps imports and the files that wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from scheduler.domain.imports import Import, Stretch


class Imports(Protocol):
    """Imports, one open at a time. Each has its parcel (the files) and list until forgotten."""

    def get(self, key: str) -> Import | None:
        """Return one import."""

    def open(self) -> Import | None:
        """Return the import that waits or is worked on."""

    def recent(self, *, limit: int) -> tuple[Import, ...]:
        """Return the latest imports, newest first."""

    def kept_since_before(self, moment: datetime) -> tuple[Import, ...]:
        """Return the imports asked for before a moment whose files or list are still kept."""

    def add(self, found: Import, *, parcel: bytes = b"") -> bool:
        """Store a new import and its files; False, and nothing is stored, while another is open."""

    def save(self, found: Import, *, was: Import) -> bool:
        """Store an import's next state; False if meanwhile it left the hands it was in."""

    def report(self, found: Import, *, stretch: Stretch, alive_until: datetime) -> bool:
        """Note how far an import is; False if it left the hands it was in."""

    def has_parcel(self, key: str) -> bool:
        """Say whether the files are still kept."""

    def parcel(self, key: str) -> bytes:
        """Return the files as they came, nothing where they were forgotten."""

    def listed(self, key: str) -> Mapping[str, object]:
        """Return the list of changes or mistakes, nothing where there is none."""

    def list(self, key: str, facts: Mapping[str, object]) -> None:
        """Keep the list of changes or mistakes."""

    def forget_parcel(self, key: str) -> None:
        """Forget the files; the list stays."""

    def forget(self, key: str) -> None:
        """Forget the files and the list."""
