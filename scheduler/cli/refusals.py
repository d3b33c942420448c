"""How the command line says no: one plain sentence a line and status 1, never a traceback.

What is a fault of ours, such as a row that breaks a constraint, keeps its traceback.
"""

from __future__ import annotations

import errno
import sys
from typing import NoReturn

import click

from scheduler.config import WrongSetting
from scheduler.domain.errors import OutOfReach, SchedulerError, Unknown, WrongTables

REFUSED = 1
NO_ANSWER = "The database does not answer: look at VISITBELL_DATABASE_URL, or run visitbell doctor."
NO_DISTRICT = "There is no district yet: run visitbell import FOLDER."

NOT_SET_UP = "The database is not set up yet: run visitbell init."
OLDER_TABLES = (
    "The database is at version {present}, and this program needs {needed}: "
    "make a backup, then run visitbell init."
)
NEWER_PROGRAM = (
    "The database is at version {present}, which is newer than this program: "
    "bring the program up to date."
)


class PlainCommand(click.Command):
    """A command that answers a refusal with its sentences and status 1, in whatever group."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line; octets that are no text are wrong usage."""
        if not all(map(_is_text, args)):
            raise click.UsageError("Write everything in UTF-8.", ctx=ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the trade, the settings or the machine refuse is said plainly."""
        try:
            return super().invoke(ctx)
        except (SchedulerError, WrongSetting) as refusal:
            return refuse(sentence_of(refusal))
        except OSError as failure:
            # Click itself ends quietly when whoever reads the output has gone.
            if failure.errno == errno.EPIPE:
                raise
            return refuse(_file_sentence(failure))
        except Exception as failure:
            # Commands on files alone never load the database's library.
            from scheduler.cli.database_words import out_of_reach_sentence

            sentence = out_of_reach_sentence(failure)
            if sentence is None:
                raise
            return refuse(sentence)


def refuse(*sentences: str) -> NoReturn:
    """Say why not, one sentence a line, and end with status 1."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(REFUSED)


def sentence_of(refusal: SchedulerError | WrongSetting) -> str:
    """Return what a refusal says at the command line, with what to do where that is a command."""
    if isinstance(refusal, Unknown) and refusal.kind == "district":
        return NO_DISTRICT
    if isinstance(refusal, OutOfReach) and not refusal.is_full:
        return NO_ANSWER
    if isinstance(refusal, WrongTables):
        return _about_tables(refusal)
    return str(refusal)


def _is_text(word: str) -> bool:
    # What is not UTF-8 reaches Python as half characters, which no file and no database takes.
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _about_tables(refusal: WrongTables) -> str:
    if not refusal.present:
        return NOT_SET_UP
    what_to_do = NEWER_PROGRAM if refusal.is_newer else OLDER_TABLES
    return what_to_do.format(present=refusal.present, needed=refusal.needed)


def _file_sentence(failure: OSError) -> str:
    reason = failure.strerror or str(failure)
    return f"{failure.filename}: {reason}." if failure.filename else f"{reason}."
