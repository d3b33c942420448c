"""Tables of what goes on around visits: mail due, sign-ins, activity, leases, marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.services.ports import OutboxState
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class OutboxEntryRow(Numbered):
    """One mail to one person; ``claimed_until`` is set while a process sends it.

    ``is_our_fault`` tells that it could not be written at the last try; the server never saw it.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "due_at"),)

    key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    recipient: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[OutboxState] = mapped_column(Word(OutboxState))
    revision: Mapped[int]
    facts: Mapped[Mapping[str, object]]
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str]
    claimed_until: Mapped[datetime | None]
    bundle: Mapped[str] = mapped_column(server_default="")
    is_our_fault: Mapped[bool] = mapped_column(server_default=false())


class SignInLinkRow(Numbered):
    """The hash of a one-time link; its address need not be an account's yet."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "email", "created_at"),)

    token_sha256: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSessionRow(Numbered):
    """The hash of a signed-in browser's cookie."""

    __tablename__ = "web_session"

    token_sha256: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ActivityRow(Numbered):
    """One line of who did what; kept by name, since it outlives those it tells of."""

    __tablename__ = "activity"

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    deed: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    facts: Mapped[Mapping[str, object]]


class LeaseRow(Numbered):
    """Who may do a job, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    until: Mapped[datetime]


class MarkRow(Base):
    """Up to when a regular work was done."""

    __tablename__ = "mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    reached: Mapped[datetime]
