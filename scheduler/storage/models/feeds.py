"""Tables of calendar feeds: addresses, the last rendering, fetches, and how visits reach people.

``feed_tick`` counts changes of whatever a feed can show. Triggers keep it, so that no writer
can forget: SQLite, where writers take turns, counts in one row; PostgreSQL adds a row for each
statement, for a shared one would make writers wait for each other. The sum is the count.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.services.ports import CalendarMode, FeedKind
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class FeedRow(Numbered):
    """A calendar feed; ``made_for`` says for what and whom, and keeps it from being made twice."""

    __tablename__ = "feed"

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FeedKind] = mapped_column(Word(FeedKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    generation: Mapped[int]
    classroom_id: Mapped[int | None] = mapped_column(ForeignKey("classroom.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    zone: Mapped[str]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_for: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    alarm_minutes: Mapped[int | None]
    certain_only: Mapped[bool]


class FeedAddressRow(Numbered):
    """The hash of one address of a feed."""

    __tablename__ = "feed_address"
    __table_args__ = (UniqueConstraint("feed_id", "generation"),)

    token_sha256: Mapped[str] = mapped_column(unique=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    generation: Mapped[int]
    retired_at: Mapped[datetime | None]


class FeedStateRow(Base):
    """A feed's last rendering, but for its events."""

    __tablename__ = "feed_state"

    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    version: Mapped[int]
    day: Mapped[date]
    etag: Mapped[str]
    last_modified: Mapped[datetime]
    head: Mapped[str]


class FeedEventRow(Numbered):
    """One event of a feed's last rendering."""

    __tablename__ = "feed_event"
    __table_args__ = (
        UniqueConstraint("feed_id", "uid"),
        Index(None, "feed_id", "starts_at", "uid"),
    )

    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    uid: Mapped[str]
    starts_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    text: Mapped[str]
    zone: Mapped[str]
    facts: Mapped[str]
    shown_through: Mapped[date]


class FeedFetchRow(Base):
    """What is known of the fetches of a feed by one kind of client."""

    __tablename__ = "feed_fetch"

    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]


class FeedTickRow(Numbered):
    """Changes of what feeds can show, counted."""

    __tablename__ = "feed_tick"

    ticks: Mapped[int]


class CalendarChoiceRow(Base):
    """How a person wants visits in the calendar; whoever has no row leaves it to us."""

    __tablename__ = "calendar_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mode: Mapped[CalendarMode] = mapped_column(Word(CalendarMode))


class CalendarModeRow(Base):
    """How one visit reaches one person's calendar, fixed when they first heard of it."""

    __tablename__ = "calendar_mode"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mode: Mapped[CalendarMode] = mapped_column(Word(CalendarMode))
    fixed_at: Mapped[datetime]
