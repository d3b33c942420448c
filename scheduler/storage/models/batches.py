"""The table of batches: what a change would do, kept until it is decided on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.batches import BatchState
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class BatchRow(Numbered):
    """One batch; what it tells of is kept by name, since it may be gone when it is read."""

    __tablename__ = "batch"

    key: Mapped[str] = mapped_column(unique=True)
    what_if: Mapped[Mapping[str, object]]
    entries: Mapped[Mapping[str, object]]
    marks: Mapped[Mapping[str, object]]
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by: Mapped[str]
    state: Mapped[BatchState] = mapped_column(Word(BatchState))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    broken: Mapped[Mapping[str, object]]
