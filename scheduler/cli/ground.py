"""What all commands stand on: the wiring, the rehearsal's moment, plain errors, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time
from functools import wraps
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import OperationalError, ProgrammingError

from scheduler.config import Settings, WrongSetting, parse_moment, read_settings
from scheduler.domain.errors import SchedulerError
from scheduler.domain.zones import at_wall_time
from scheduler.factory import Wiring, wire
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.matching.solve import solve
from scheduler.services.access import Actor
from scheduler.services.picture import load_district

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
REFUSED = 1
BOARD_TITLE = "{task.description}"


class PlainErrors(click.Group):
    """A group whose commands answer a refusal with its sentences and status 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the trade or the settings refuse is said plainly."""
        try:
            return super().invoke(ctx)
        except (SchedulerError, WrongSetting) as refusal:
            return refuse(str(refusal))
        except (OperationalError, ProgrammingError) as failure:
            return refuse(_database_sentence(failure))


def refuse(*sentences: str) -> NoReturn:
    """Say why not, one sentence a line, and end with status 1."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(REFUSED)


def moment_option(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Add ``--now`` for rehearsals."""
    return click.option(
        "--now", metavar="MOMENT", help="Only in a rehearsal (VISITBELL_REHEARSAL=1)."
    )(command)


def wired(
    command: Callable[Concatenate[Wiring, Arguments], Result],
) -> Callable[Arguments, Result]:
    """Hand a command the real things, with the clock set by ``--now``."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        moment = kwargs.pop("now", None)
        assert moment is None or isinstance(moment, str)
        return command(wire(settings_at(moment)), *args, **kwargs)

    return moment_option(run)


def settings_at(moment: str | None) -> Settings:
    """Return the settings, with a rehearsal's moment put in.

    Raises:
        WrongSetting: if a moment is given outside of a rehearsal.
    """
    settings = read_settings()
    if moment is None:
        return settings
    if not settings.is_rehearsal:
        raise WrongSetting("--now is only for rehearsals: set VISITBELL_REHEARSAL=1 too.")
    return replace(settings, now=parse_moment(moment, name="--now"))


def operator() -> Actor:
    """Return who acts at the command line."""
    return Actor.operator()


def local_moment(wiring: Wiring, text: str) -> datetime:
    """Return a moment; one without an offset is read by the district's clock.

    Raises:
        WrongSetting: if it is none.
    """
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongSetting("Write the start as 2026-12-08T10:40.") from error
    if given.tzinfo is not None:
        return given
    with wiring.store.read() as work:
        zone = load_district(work).timezone
    return at_wall_time(given.date(), time(given.hour, given.minute), zone)


def print_json(value: object) -> None:
    """Write an answer for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def solve_here(problem: Problem, seconds: float) -> Plan:
    """Solve in this process; a command may load the solver, a web worker may not."""
    return solve(problem, seconds=seconds)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal while something long runs; elsewhere show nothing."""
    console = Console(stderr=True)
    columns = (TextColumn(BOARD_TITLE), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _database_sentence(failure: Exception) -> str:
    text = str(failure)
    if "no such table" in text or "does not exist" in text:
        return "The database is not set up yet: run visitbell init."
    if "locked" in text:
        return "The database is busy: try again in a moment."
    return "The database does not answer: look at VISITBELL_DATABASE_URL, or run visitbell doctor."
