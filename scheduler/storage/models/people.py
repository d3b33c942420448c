"""Tables of people: accounts, staff roles, and the schools that these are held at."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.domain.people import RoleName
from scheduler.storage.columns import WORD_LINE, Word
from scheduler.storage.models.base import Numbered


class PersonRow(Numbered):
    """An account; whoever also volunteers has a volunteer row of the same number.

    ``words`` are those of the name as they are looked for, ``reference`` stands for the address,
    ``link_generation`` counts how often the links in their mails were ended.
    """

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str]
    is_active: Mapped[bool]
    words: Mapped[str] = mapped_column(WORD_LINE, server_default="", deferred=True)
    reference: Mapped[str] = mapped_column(server_default="", deferred=True, index=True)
    link_generation: Mapped[int] = mapped_column(server_default="0")


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
