"""The table of changes: which thing, and in which order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from scheduler.services.ports import ChangeKind
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class ChangeRow(Numbered):
    """One thing that changed; its number is never given again, also after it was forgotten."""

    __tablename__ = "journal"
    __table_args__ = ({"sqlite_autoincrement": True},)

    at: Mapped[datetime]
    kind: Mapped[ChangeKind] = mapped_column(Word(ChangeKind))
    key: Mapped[str]
