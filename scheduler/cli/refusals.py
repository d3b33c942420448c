"""How the command line says no: one plain sentence a line and status 1, never a traceback.

What is a fault of ours, such as a row that breaks a constraint, keeps its traceback.
"""

from __future__ import annotations

import errno
import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from scheduler.config import WrongSetting
from scheduler.domain.errors import SchedulerError, Unknown

REFUSED = 1
NO_DISTRICT = "There is no district yet: run visitbell import FOLDER."


class PlainCommand(click.Command):
    """A command that answers a refusal with its sentences and status 1, in whatever group."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the trade, the settings or the machine refuse is said plainly."""
        try:
            return super().invoke(ctx)
        except (SchedulerError, WrongSetting) as refusal:
            return refuse(_sentence(refusal))
        except DatabaseError as failure:
            if not is_out_of_reach(failure):
                raise
            return refuse(database_sentence(failure))
        except OSError as failure:
            # Click itself ends quietly when whoever reads the output has gone.
            if failure.errno == errno.EPIPE:
                raise
            return refuse(_file_sentence(failure))


def refuse(*sentences: str) -> NoReturn:
    """Say why not, one sentence a line, and end with status 1."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(REFUSED)


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
        return "The database is not set up yet: run visitbell init."
    if "locked" in text:
        return "The database is busy: try again in a moment."
    if "not a database" in text:
        return "The database file is something else: look at VISITBELL_DATABASE_URL."
    return "The database does not answer: look at VISITBELL_DATABASE_URL, or run visitbell doctor."


def _sentence(refusal: SchedulerError | WrongSetting) -> str:
    if isinstance(refusal, Unknown) and refusal.kind == "district":
        return NO_DISTRICT
    return str(refusal)


def _file_sentence(failure: OSError) -> str:
    reason = failure.strerror or str(failure)
    return f"{failure.filename}: {reason}." if failure.filename else f"{reason}."
