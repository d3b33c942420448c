"""The table of runs: each search for proposals, how far it is and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.runs import RunState
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class RunRow(Numbered):
    """One search for proposals; ``is_open`` is true or nothing, so that one at most is open."""

    __tablename__ = "run"

    key: Mapped[str] = mapped_column(unique=True)
    is_open: Mapped[bool | None] = mapped_column(unique=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float]
    first: Mapped[date | None]
    last: Mapped[date | None]
    attempt: Mapped[int]
    state: Mapped[RunState] = mapped_column(Word(RunState))
    owner: Mapped[str]
    alive_until: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    phase: Mapped[str]
    share: Mapped[float]
    requests: Mapped[int | None]
    filled: Mapped[int | None]
    tier1_value: Mapped[int | None]
    tier1_bound: Mapped[int | None]
    tier2_value: Mapped[int | None]
    tier2_bound: Mapped[int | None]
    points: Mapped[Mapping[str, int]]
    counts: Mapped[Mapping[str, int]]
    changed: Mapped[Mapping[str, object]]
    trouble: Mapped[Mapping[str, object]]
    followed_by: Mapped[str]
