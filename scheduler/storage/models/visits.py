"""Tables of visits, their bookings, and what they keep occupied.

``occupancy`` holds one row for each person, class and room of every visit that takes up time.
The database itself refuses two that overlap: an exclusion constraint on PostgreSQL, triggers on
SQLite, both made by the first migration.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import Format
from scheduler.storage.columns import WORD_LINE, Word
from scheduler.storage.models.base import Base, Numbered


class VisitRow(Numbered):
    """One dated session of a request; ``words`` are those of its day as they are looked for."""

    __tablename__ = "visit"

    uid: Mapped[str] = mapped_column(unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    session: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    timezone: Mapped[str]
    format: Mapped[Format] = mapped_column(Word(Format))
    state: Mapped[VisitState] = mapped_column(Word(VisitState), index=True)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    hosts: Mapped[tuple[str, ...]]
    room: Mapped[str]
    sequence: Mapped[int]
    release_at: Mapped[datetime | None] = mapped_column(index=True)
    was_released: Mapped[bool]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str]
    words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)


class HostAwaitedRow(Base):
    """A visit at a time that its teacher did not offer and has not agreed to yet."""

    __tablename__ = "host_awaited"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)


class PendingMoveRow(Base):
    """A new time or place of a visit that waits for its release."""

    __tablename__ = "pending_move"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room: Mapped[str]
    hosts: Mapped[tuple[str, ...]]
    since: Mapped[datetime]
    release_at: Mapped[datetime] = mapped_column(index=True)


class BookingRow(Numbered):
    """One volunteer in a visit, at their place in it."""

    __tablename__ = "booking"
    __table_args__ = (UniqueConstraint("visit_id", "volunteer_id"),)

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    position: Mapped[int]
    partstat: Mapped[Partstat] = mapped_column(Word(Partstat))
    format: Mapped[Format | None] = mapped_column(Word(Format))
    reason: Mapped[str]
    answered_at: Mapped[datetime | None]
    removed: Mapped[bool]


class ResourceRow(Numbered):
    """Something that can be in one visit at a time; its row is what writers lock."""

    __tablename__ = "resource"

    key: Mapped[str] = mapped_column(unique=True)


class OccupancyRow(Numbered):
    """One resource kept for one visit; a pending move keeps its new time too."""

    __tablename__ = "occupancy"
    __table_args__ = (
        UniqueConstraint("visit_id", "resource_id", "starts_at"),
        Index(None, "resource_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="lasts"),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
