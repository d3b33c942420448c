"""Tables of what teachers write around a request: drafts, messages, feedback, offers, promises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.feedback import Impression
from scheduler.domain.handovers import HandoverState
from scheduler.domain.messages import Part
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class DraftRow(Base):
    """A teacher's request that was not sent yet, as it was typed."""

    __tablename__ = "draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    answers: Mapped[Mapping[str, object]]
    saved_at: Mapped[datetime]


class MessageRow(Numbered):
    """One message about a request; ``readers`` are kept by address, as they were then."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "author_id", "written_at"),)

    key: Mapped[str] = mapped_column(unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[Part] = mapped_column(Word(Part))
    words: Mapped[str]
    written_at: Mapped[datetime]
    readers: Mapped[tuple[str, ...]]


class FeedbackRow(Base):
    """What was said after a visit."""

    __tablename__ = "feedback"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    happened: Mapped[bool]
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    impression: Mapped[Impression | None] = mapped_column(Word(Impression))
    students: Mapped[int | None]
    words: Mapped[str]


class HandoverRow(Numbered):
    """A class offered to a colleague."""

    __tablename__ = "handover"

    key: Mapped[str] = mapped_column(unique=True)
    classroom_id: Mapped[int] = mapped_column(ForeignKey("classroom.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    taker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    offered_at: Mapped[datetime]
    state: Mapped[HandoverState] = mapped_column(Word(HandoverState))
    decided_at: Mapped[datetime | None]


class PromiseRow(Base):
    """By which day the teacher of a request was promised a name."""

    __tablename__ = "promise"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    asked_at: Mapped[datetime]
    name_by: Mapped[date]
