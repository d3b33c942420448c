"""The tables of imports: each one's story, and apart from it its files, which soon go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.imports import FileCount, ImportState
from scheduler.storage.columns import Whole, Word
from scheduler.storage.models.base import Base, Numbered


def _write_counts(counts: Iterable[FileCount]) -> list[list[object]]:
    return [list(astuple(count)) for count in counts]


def _read_counts(rows: Iterable[tuple[str, int, int, int]]) -> tuple[FileCount, ...]:
    return tuple(FileCount(*row) for row in rows)


class ImportRow(Numbered):
    """One import; ``is_open`` is true or nothing, so that one at most is open."""

    __tablename__ = "district_import"

    key: Mapped[str] = mapped_column(unique=True)
    is_open: Mapped[bool | None] = mapped_column(unique=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    title: Mapped[str]
    state: Mapped[ImportState] = mapped_column(Word(ImportState))
    confirmed_by: Mapped[str]
    prunes: Mapped[bool]
    attempt: Mapped[int]
    owner: Mapped[str]
    alive_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    phase: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    counts: Mapped[tuple[FileCount, ...]] = mapped_column(
        Whole(write=_write_counts, read=_read_counts)
    )
    withdrawn: Mapped[int]
    rested: Mapped[int]
    seen: Mapped[str]
    seen_lacking: Mapped[str]
    has_moved: Mapped[bool]
    trouble: Mapped[Mapping[str, object]]


class ImportParcelRow(Base):
    """What an import is made of while it is needed: the files as they came, the list of changes."""

    __tablename__ = "import_parcel"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("district_import.id", ondelete="CASCADE"), primary_key=True
    )
    octets: Mapped[bytes]
    listed: Mapped[Mapping[str, object]]
