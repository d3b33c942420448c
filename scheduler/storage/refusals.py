"""What the database refuses, said in the words of the trade."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError, StatementError

from scheduler.domain.errors import DoubleBooked, SchedulerError

# The sentence of SQLite's triggers; PostgreSQL has a code for a broken exclusion constraint.
OVERLAP = "occupancy overlaps"
EXCLUSION_VIOLATION = "23P01"


@contextmanager
def domain_errors() -> Iterator[None]:
    """Turn the database's refusals that a caller can act on into errors of the domain.

    Raises:
        DoubleBooked: if two visits would share a person, class or room.
        SchedulerError: whatever a value raised on its way into a column.
    """
    try:
        yield
    except IntegrityError as error:
        if is_double_booking(error):
            raise DoubleBooked from error
        raise
    except StatementError as error:
        if isinstance(error.orig, SchedulerError):
            raise error.orig from error
        raise


def is_double_booking(error: IntegrityError) -> bool:
    """Tell whether it was an overlapping occupancy that the database refused."""
    return (
        getattr(error.orig, "sqlstate", None) == EXCLUSION_VIOLATION or str(error.orig) == OVERLAP
    )
