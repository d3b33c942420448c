"""Tables of what teachers ask for and what the checker suggests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.periods import Period
from scheduler.domain.proposals import ProposalState, SieveStep
from scheduler.domain.requests import RequestKind, RequestState, Window
from scheduler.domain.volunteers import Format
from scheduler.storage.columns import WORD_LINE, Word
from scheduler.storage.models.base import Base, Numbered


class RequestRow(Numbered):
    """A teacher's request.

    Topics and the people wished for or not are kept by name: they may be gone, or never come.
    ``is_public`` is the coordinator's to say, and no part of what the teacher asked for.
    ``words`` are those of the title as they are looked for.
    """

    __tablename__ = "request"

    key: Mapped[str] = mapped_column(unique=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    classroom_id: Mapped[int | None] = mapped_column(ForeignKey("classroom.id"))
    title: Mapped[str]
    topic: Mapped[str]
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    windows: Mapped[tuple[Window, ...]]
    format: Mapped[Format] = mapped_column(Word(Format))
    language: Mapped[str]
    duration_minutes: Mapped[int | None]
    speakers: Mapped[int]
    sessions: Mapped[int]
    every_days: Mapped[int]
    priority: Mapped[int]
    preferred: Mapped[tuple[str, ...]]
    excluded: Mapped[tuple[str, ...]]
    goal: Mapped[str]
    note: Mapped[str]
    meeting_url: Mapped[str]
    state: Mapped[RequestState] = mapped_column(Word(RequestState), index=True)
    is_public: Mapped[bool] = mapped_column(server_default=false())
    words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)
    key_words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)


class RequestNumberRow(Base):
    """The last number given to a request that was asked for on a page; one row."""

    __tablename__ = "request_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class ProposalRow(Numbered):
    """The latest suggestion for a request."""

    __tablename__ = "proposal"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    sessions: Mapped[tuple[Period, ...]]
    preference: Mapped[int]
    made_at: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(Word(ProposalState))
    terms: Mapped[Mapping[str, int] | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    reason: Mapped[str]
    passed_over: Mapped[tuple[str, ...]]


class ProposedSpeakerRow(Numbered):
    """One volunteer of a proposal, at their place in it."""

    __tablename__ = "proposed_speaker"
    __table_args__ = (UniqueConstraint("proposal_id", "position"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    position: Mapped[int]
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    format: Mapped[Format] = mapped_column(Word(Format))


class UnassignedRow(Numbered):
    """Why the last run found nobody for a request."""

    __tablename__ = "unassigned"

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    reason: Mapped[str]
    sieve: Mapped[tuple[SieveStep, ...]]
    facts: Mapped[Mapping[str, object]]
    made_at: Mapped[datetime]
