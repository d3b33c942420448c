"""Tables of volunteers: what they offer, when they can, their clearances, their calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.periods import Period
from scheduler.domain.volunteers import ClearanceState, Format, VolunteerKind
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Base, Numbered


class VolunteerRow(Base):
    """What a person offers as a volunteer; numbered as the person."""

    __tablename__ = "volunteer"

    id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    level_by_topic: Mapped[Mapping[str, int]]
    grades: Mapped[frozenset[int]]
    languages: Mapped[tuple[str, ...]]
    formats: Mapped[frozenset[Format]]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[VolunteerKind] = mapped_column(Word(VolunteerKind))
    postal_code: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    max_km: Mapped[float | None]
    max_per_day: Mapped[int]
    max_per_week: Mapped[int]
    max_per_month: Mapped[int]
    buffer_minutes: Mapped[int]
    notice_days: Mapped[int]
    min_minutes: Mapped[int]
    needs: Mapped[str]
    protocol: Mapped[str]
    timezone: Mapped[str]
    adult: Mapped[str]
    adult_checked_on: Mapped[date | None]
    is_active: Mapped[bool]


class WeeklyAvailabilityRow(Numbered):
    """One block of a volunteer's usual week."""

    __tablename__ = "weekly_availability"
    __table_args__ = (UniqueConstraint("volunteer_id", "position"),)

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    position: Mapped[int]
    weekday: Mapped[int]
    start: Mapped[time]
    end: Mapped[time]
    first: Mapped[date | None]
    last: Mapped[date | None]


class DaysAwayRow(Numbered):
    """Whole days on which a volunteer cannot visit."""

    __tablename__ = "days_away"
    __table_args__ = (UniqueConstraint("volunteer_id", "position"),)

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    position: Mapped[int]
    first: Mapped[date]
    last: Mapped[date]


class ClearanceRow(Numbered):
    """The result of one background check; no school means every school."""

    __tablename__ = "clearance"
    __table_args__ = (UniqueConstraint("volunteer_id", "position"),)

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    position: Mapped[int]
    kind: Mapped[str]
    issued: Mapped[date | None]
    approved: Mapped[date | None]
    expires: Mapped[date | None]
    holder: Mapped[str]
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    state: Mapped[ClearanceState] = mapped_column(Word(ClearanceState))


class BusySourceRow(Base):
    """A volunteer's imported calendar with the busy time it comes to.

    Busy time is only ever read and replaced whole, so it is one value and not many rows.
    """

    __tablename__ = "busy_source"

    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), primary_key=True)
    content: Mapped[bytes]
    busy: Mapped[tuple[Period, ...]]
    known_until: Mapped[date | None]


class BusyCalendarRow(Numbered):
    """A calendar that a volunteer gave, by file or by address, with the busy time it comes to."""

    __tablename__ = "busy_calendar"

    key: Mapped[str] = mapped_column(unique=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    added_at: Mapped[datetime]
    busy: Mapped[tuple[Period, ...]]
    known_until: Mapped[date]
    read_at: Mapped[datetime]
    address: Mapped[str]
    problem: Mapped[str]
    failures: Mapped[int]
    next_check: Mapped[datetime | None]
    etag: Mapped[str]
    last_modified: Mapped[str]
