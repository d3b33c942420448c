"""Tables of the district: itself, topics, bells, closures, schools, classes, organizations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.classes import Lesson
from scheduler.domain.districts import Contact, Site, Term
from scheduler.storage.columns import WORD_LINE
from scheduler.storage.models.base import Numbered


class DistrictRow(Numbered):
    """The one district of this database."""

    __tablename__ = "district"

    name: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str]
    locale: Mapped[str]
    language: Mapped[str]
    year_first: Mapped[date | None]
    year_last: Mapped[date | None]
    site_name: Mapped[str]
    terms: Mapped[tuple[Term, ...]]
    road_factor: Mapped[float]
    speed_kmh: Mapped[float]
    weights: Mapped[Mapping[str, int]]
    policy: Mapped[Mapping[str, object]]


class TopicRow(Numbered):
    """A topic, at its place in the district's list."""

    __tablename__ = "topic"

    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    parent: Mapped[str]
    label: Mapped[str]
    label_fr: Mapped[str]
    label_es: Mapped[str]
    is_sensitive: Mapped[bool]


class BellScheduleRow(Numbered):
    """A bell schedule's key."""

    __tablename__ = "bell_schedule"

    key: Mapped[str] = mapped_column(unique=True)


class BellPeriodRow(Numbered):
    """A lesson period of a bell schedule, at its place in the schedule."""

    __tablename__ = "bell_period"
    __table_args__ = (UniqueConstraint("bell_schedule_id", "position"),)

    bell_schedule_id: Mapped[int] = mapped_column(ForeignKey("bell_schedule.id"))
    position: Mapped[int]
    day_type: Mapped[str]
    name: Mapped[str]
    start: Mapped[time]
    end: Mapped[time]


class DayTypeRow(Numbered):
    """What kind of day a date is by a bell schedule."""

    __tablename__ = "day_type"
    __table_args__ = (UniqueConstraint("bell_schedule_id", "day"),)

    bell_schedule_id: Mapped[int] = mapped_column(ForeignKey("bell_schedule.id"))
    day: Mapped[date]
    day_type: Mapped[str]


class SchoolRow(Numbered):
    """A school; ``words`` are those of its name as they are looked for."""

    __tablename__ = "school"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    address: Mapped[str]
    postal_code: Mapped[str]
    timezone: Mapped[str]
    bell_schedule_id: Mapped[int | None] = mapped_column(ForeignKey("bell_schedule.id"))
    grades: Mapped[frozenset[int]]
    enrolment: Mapped[int | None]
    need_weight: Mapped[int]
    zone: Mapped[str]
    arrival_note: Mapped[str]
    phone: Mapped[str]
    words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)


class ClosureRow(Numbered):
    """Days without school; no school means every school."""

    __tablename__ = "closure"

    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    first: Mapped[date]
    last: Mapped[date]
    name: Mapped[str]


class ClassroomRow(Numbered):
    """A class; ``words`` are those of its name and subject as they are looked for."""

    __tablename__ = "classroom"

    key: Mapped[str] = mapped_column(unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    grade: Mapped[int]
    students: Mapped[int | None]
    subject: Mapped[str]
    room: Mapped[str]
    lessons: Mapped[tuple[Lesson, ...]]
    words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)


class OrganizationRow(Numbered):
    """A company, club or office."""

    __tablename__ = "organization"

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    contact_email: Mapped[str]
    visits_per_term: Mapped[int | None]
    address: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    sites: Mapped[tuple[Site, ...]] = mapped_column(server_default="[]")
    contacts: Mapped[tuple[Contact, ...]] = mapped_column(server_default="[]")


class ExtraRow(Numbered):
    """A leftover of the bundle, kept as text for the next export."""

    __tablename__ = "extra"

    name: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
