"""The table of mail that came in and needs a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.incoming import IncomingState, Why
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class IncomingRow(Numbered):
    """One mail that came in; the sender's own address is nowhere."""

    __tablename__ = "incoming"
    __table_args__ = (Index(None, "state", "received_at"),)

    key: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    sender_sha256: Mapped[str]
    sender_name: Mapped[str]
    subject: Mapped[str]
    excerpt: Mapped[str]
    why: Mapped[Why] = mapped_column(Word(Why))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(
        ForeignKey("visit.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[IncomingState] = mapped_column(Word(IncomingState))
    done_by: Mapped[str]
    done_at: Mapped[datetime | None]
