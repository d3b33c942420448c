"""What the database refuses, said in the words of the trade."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StatementError,
    TimeoutError,
)

from scheduler.domain.errors import DoubleBooked, OutOfReach, Outrun, SchedulerError

# The sentence of SQLite's triggers; PostgreSQL has a code for a broken exclusion constraint.
OVERLAP = "occupancy overlaps"
EXCLUSION_VIOLATION = "23P01"
# Serialization failure, deadlock, lock not to be had.
OUTRUN_STATES = frozenset({"40001", "40P01", "55P03"})
DISK_FULL = "53100"
# Connection lost, cut off after standing still, resources used up, server going down or coming up.
AWAY_CLASSES = ("08", "25P03", "53", "57P")
BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
AWAY_CODES = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR})
# SQLite's finer codes lie above these bits.
PLAIN_CODE = 0xFF


@contextmanager
def domain_errors() -> Iterator[None]:
    """Turn the database's refusals that a caller can act on into errors of the domain.

    Raises:
        DoubleBooked: if two visits would share a person, class or room.
        Outrun: if another transaction stood in the way and went first.
        OutOfReach: if the database does not answer or cannot write.
        SchedulerError: whatever a value raised on its way into a column.
    """
    try:
        yield
    except TimeoutError as error:
        raise OutOfReach from error
    except IntegrityError as error:
        if is_double_booking(error):
            raise DoubleBooked from error
        raise
    except StatementError as error:
        if isinstance(error.orig, SchedulerError):
            raise error.orig from error
        if isinstance(error, DBAPIError) and (refusal := refusal_of(error)):
            raise refusal from error
        raise


def is_double_booking(error: IntegrityError) -> bool:
    """Tell whether it was an overlapping occupancy that the database refused."""
    return (
        getattr(error.orig, "sqlstate", None) == EXCLUSION_VIOLATION or str(error.orig) == OVERLAP
    )


def refusal_of(error: DBAPIError) -> Outrun | OutOfReach | None:
    """Return what the error means to a caller; None for what is a fault of ours."""
    if isinstance(error.orig, sqlite3.Error):
        return _refusal_of_sqlite(error.orig)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state in OUTRUN_STATES:
        return Outrun()
    if state.startswith(AWAY_CLASSES):
        return OutOfReach(is_full=state == DISK_FULL)
    # Who never reached a server was never given a state.
    is_lost = error.connection_invalidated or not state
    return (
        OutOfReach() if is_lost and isinstance(error, OperationalError | InterfaceError) else None
    )


def _refusal_of_sqlite(error: sqlite3.Error) -> Outrun | OutOfReach | None:
    code = getattr(error, "sqlite_errorcode", 0) & PLAIN_CODE
    if code in BUSY_CODES:
        return Outrun()
    if code == sqlite3.SQLITE_FULL or code in AWAY_CODES:
        return OutOfReach(is_full=code == sqlite3.SQLITE_FULL)
    return None
