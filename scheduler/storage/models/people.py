"""Tables of people: accounts, staff roles, and the schools that these are held at."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.people import RoleName
from scheduler.storage.columns import Word
from scheduler.storage.models.base import Numbered


class PersonRow(Numbered):
    """An account; whoever also volunteers has a volunteer row of the same number."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str]
    is_active: Mapped[bool]


class StaffRoleRow(Numbered):
    """One staff role of a person, at its place in the person's list."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("person_id", "position"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    name: Mapped[RoleName] = mapped_column(Word(RoleName))
    title: Mapped[str]


class PersonSchoolRow(Numbered):
    """One school of a person, at its place in the person's list."""

    __tablename__ = "person_school"
    __table_args__ = (UniqueConstraint("person_id", "position"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
