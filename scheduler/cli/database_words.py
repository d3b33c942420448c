"""Say what to do about a database that is out of reach."""

from __future__ import annotations

from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from scheduler.cli.refusals import NO_ANSWER, NOT_SET_UP


def is_out_of_reach(failure: DatabaseError) -> bool:
    """Tell whether the database is missing, busy, of another version or no database at all."""
    # "File is not a database" has no class of its own.
    return isinstance(failure, OperationalError | ProgrammingError) or type(failure) is (
        DatabaseError
    )


def database_sentence(failure: DatabaseError) -> str:
    """Return what to do about a database that is out of reach."""
    text = str(failure.orig)
    is_unmade = "no such table" in text or "no such column" in text
    # A missing database says "does not exist" too, but no command can make that one.
    if is_unmade or (isinstance(failure, ProgrammingError) and "does not exist" in text):
        return NOT_SET_UP
    if "locked" in text:
        return "The database is busy: try again in a moment."
    if "not a database" in text:
        return "The database file is something else: look at VISITBELL_DATABASE_URL."
    return NO_ANSWER


def out_of_reach_sentence(failure: Exception) -> str | None:
    """Return what to do if the failure is a database out of reach, else None."""
    if isinstance(failure, DatabaseError) and is_out_of_reach(failure):
        return database_sentence(failure)
    return None
