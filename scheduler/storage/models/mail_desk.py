"""The table of mail that came in and needs a person, and that of when mail goes out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.incoming import IncomingState, Why
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


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


class MailRulesRow(Base):
    """What the district decided about when mail goes; one row at most."""

    __tablename__ = "mail_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reminder_days: Mapped[int]
    earlier_reminder_days: Mapped[int]
    asks_still_coming: Mapped[bool]
    still_coming_days: Mapped[int]
    ask_again_days: Mapped[int]
    let_go_days: Mapped[int]
