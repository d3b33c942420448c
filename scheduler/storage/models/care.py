"""The table of days that were closed at short notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.closings import Afterwards
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class ClosingRow(Numbered):
    """One closed day; ``marks`` tell how everything stood before, to be put back."""

    __tablename__ = "closing"

    key: Mapped[str] = mapped_column(unique=True)
    day: Mapped[date] = mapped_column(index=True)
    schools: Mapped[tuple[str, ...]]
    name: Mapped[str]
    afterwards: Mapped[Afterwards] = mapped_column(Word(Afterwards))
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    marks: Mapped[Mapping[str, object]]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str]
