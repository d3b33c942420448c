"""Tables of people who join, of weeks that were right once, of other times, of mail choices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.joining import JoiningState
from scheduler.domain.other_times import OfferState
from scheduler.domain.volunteers import Format
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class JoiningRow(Numbered):
    """Somebody who would like to visit schools, by address: there is no account yet."""

    __tablename__ = "joining"

    key: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    level_by_topic: Mapped[Mapping[str, int]]
    grades: Mapped[frozenset[int]]
    languages: Mapped[tuple[str, ...]]
    formats: Mapped[frozenset[Format]]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    postal_code: Mapped[str]
    organization: Mapped[str]
    words: Mapped[str]
    locale: Mapped[str]
    asked_from: Mapped[str]
    state: Mapped[JoiningState] = mapped_column(Word(JoiningState), index=True)
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    reason: Mapped[str]


class WeekCheckRow(Base):
    """Since when a volunteer's week is known to be right."""

    __tablename__ = "week_check"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), primary_key=True)
    right_since: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]


class FormerWeekRow(Numbered):
    """A usual week that holds no more; read and written whole."""

    __tablename__ = "former_week"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    ended_at: Mapped[datetime]
    weekly: Mapped[Mapping[str, object]]


class DayPartRow(Base):
    """A part of the day that volunteers are asked for; no row at all means the usual ones."""

    __tablename__ = "day_part"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    start: Mapped[time]
    end: Mapped[time]


class TimeOfferRow(Numbered):
    """Other times that a volunteer offered for a visit."""

    __tablename__ = "time_offer"

    key: Mapped[str] = mapped_column(unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[Mapping[str, object]]
    words: Mapped[str]
    offered_at: Mapped[datetime]
    state: Mapped[OfferState] = mapped_column(Word(OfferState), index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]


class MailChoiceRow(Base):
    """What a person chose about their mail; whoever has no row gets mail as everybody does."""

    __tablename__ = "mail_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    pace_by_kind: Mapped[Mapping[str, object]]


class MailDoorRow(Base):
    """The hash of a link by which a person does one thing, and the generation it is of."""

    __tablename__ = "mail_door"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    generation: Mapped[int] = mapped_column(server_default="0")
