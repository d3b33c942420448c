"""The base of all tables: names of constraints, and which column type stands for which value."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from scheduler.storage.columns import TYPE_BY_ANNOTATION

NAMES_BY_KIND = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """A table. A column that holds a value's field bears the field's name."""

    # Given as one registry, since Flask-SQLAlchemy copies the class and its parts would clash.
    registry = registry(
        metadata=MetaData(naming_convention=NAMES_BY_KIND), type_annotation_map=TYPE_BY_ANNOTATION
    )


class Numbered(Base):
    """A table whose rows are numbered, so that names and addresses may change later."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
