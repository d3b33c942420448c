"""Tables of searches for stand-ins, whom they asked, and of addresses that mail came back from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.stand_ins import AskAnswer, SearchState
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class StandInSearchRow(Numbered):
    """The search for somebody who steps in at one visit."""

    __tablename__ = "stand_in_search"
    __table_args__ = (Index(None, "state", "next_at"),)

    key: Mapped[str] = mapped_column(unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    dropped_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    next_at: Mapped[datetime]
    state: Mapped[SearchState] = mapped_column(Word(SearchState))
    wave: Mapped[int]
    plan_b_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]


class StandInAskRow(Numbered):
    """One person asked in one search."""

    __tablename__ = "stand_in_ask"
    __table_args__ = (UniqueConstraint("search_id", "volunteer_id"),)

    search_id: Mapped[int] = mapped_column(ForeignKey("stand_in_search.id", ondelete="CASCADE"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    wave: Mapped[int]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[AskAnswer] = mapped_column(Word(AskAnswer))
    answered_at: Mapped[datetime | None]


class StandInRulesRow(Base):
    """What the district decided about stand-ins; one row at most."""

    __tablename__ = "stand_in_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_a_time: Mapped[int]
    plan_b: Mapped[str]


class BounceRow(Base):
    """A person whose address mail came back from."""

    __tablename__ = "bounce"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    last_at: Mapped[datetime]
    times: Mapped[int]
    problem: Mapped[str]
