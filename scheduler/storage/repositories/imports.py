"""Imports: one open at a time, each step taken only by whoever it is in the hands of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.domain.imports import Import, Stretch
from scheduler.storage.models.imports import ImportParcelRow, ImportRow
from scheduler.storage.repositories.rows import columns_of, fields_of, insert_new

NEWEST = (ImportRow.asked_at.desc(), ImportRow.id.desc())


class SqlImports:
    """Implement the port ``Imports``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Import | None:
        """Return one import."""
        return self._first(ImportRow.key == key)

    def open(self) -> Import | None:
        """Return the import that waits or is worked on."""
        return self._first(ImportRow.is_open.is_(True))

    def recent(self, *, limit: int) -> tuple[Import, ...]:
        """Return the latest imports, newest first."""
        newest = select(ImportRow).order_by(*NEWEST).limit(limit)
        return tuple(_import(row) for row in self._session.scalars(newest))

    def kept_since_before(self, moment: datetime) -> tuple[Import, ...]:
        """Return the imports asked for before a moment whose files or list are still kept."""
        kept = select(ImportRow).join(ImportParcelRow, ImportParcelRow.import_id == ImportRow.id)
        old = kept.where(ImportRow.asked_at < moment).order_by(ImportRow.id)
        return tuple(_import(row) for row in self._session.scalars(old))

    def add(self, found: Import, *, parcel: bytes = b"") -> bool:
        """Store a new import and its files; False, and nothing is stored, while another is open."""
        if not insert_new(self._session, ImportRow, [_columns(found)], by="is_open"):
            return False
        if parcel:
            row = {"import_id": self._number(found.key), "octets": parcel, "listed": {}}
            self._session.connection().execute(insert(ImportParcelRow), [row])
        return True

    def save(self, found: Import, *, was: Import) -> bool:
        """Store an import's next state; False if meanwhile it left the hands it was in.

        False, too, if it would be open while another one is.
        """
        try:
            with self._session.begin_nested():
                return self._change(was, **_columns(found))
        except IntegrityError:
            return False

    def report(self, found: Import, *, stretch: Stretch, alive_until: datetime) -> bool:
        """Note how far an import is; False if it left the hands it was in."""
        return self._change(found, **columns_of(stretch, ImportRow), alive_until=alive_until)

    def has_parcel(self, key: str) -> bool:
        """Say whether the files are still kept."""
        is_kept = select(ImportParcelRow.import_id).where(_of(key), ImportParcelRow.octets != b"")
        return self._session.scalar(is_kept) is not None

    def parcel(self, key: str) -> bytes:
        """Return the files as they came, nothing where they were forgotten."""
        octets = select(ImportParcelRow.octets).where(_of(key))
        return bytes(self._session.scalar(octets) or b"")

    def listed(self, key: str) -> Mapping[str, object]:
        """Return the list of changes or mistakes, nothing where there is none."""
        return self._session.scalar(select(ImportParcelRow.listed).where(_of(key))) or {}

    def list(self, key: str, facts: Mapping[str, object]) -> None:
        """Keep the list of changes or mistakes."""
        self._write(update(ImportParcelRow).where(_of(key)).values(listed=facts))

    def forget_parcel(self, key: str) -> None:
        """Forget the files; the list stays."""
        self._write(update(ImportParcelRow).where(_of(key)).values(octets=b""))

    def forget(self, key: str) -> None:
        """Forget the files and the list."""
        self._write(delete(ImportParcelRow).where(_of(key)))

    def _change(self, was: Import, **columns: Any) -> bool:
        present = (
            (ImportRow.key == was.key)
            & (ImportRow.state == was.state)
            & (ImportRow.owner == was.owner)
            & (ImportRow.attempt == was.attempt)
        )
        return bool(self._write(update(ImportRow).where(present).values(**columns)))

    def _write(self, statement: Any) -> int:
        return int(self._session.connection().execute(statement).rowcount)

    def _number(self, key: str) -> int:
        return int(self._session.scalars(select(ImportRow.id).where(ImportRow.key == key)).one())

    def _first(self, condition: ColumnElement[bool]) -> Import | None:
        newest = select(ImportRow).where(condition).order_by(*NEWEST)
        row = self._session.scalars(newest.limit(1)).one_or_none()
        return _import(row) if row else None


def _of(key: str) -> ColumnElement[bool]:
    number = select(ImportRow.id).where(ImportRow.key == key).scalar_subquery()
    return ImportParcelRow.import_id == number


def _columns(found: Import) -> dict[str, Any]:
    # Nothing instead of false: any number of rows may hold nothing, but only one may be true.
    is_open = {"is_open": found.is_open or None}
    return columns_of(found, ImportRow) | columns_of(found.stretch, ImportRow) | is_open


def _import(row: ImportRow) -> Import:
    return Import(**fields_of(row, Import), stretch=Stretch(**fields_of(row, Stretch)))
