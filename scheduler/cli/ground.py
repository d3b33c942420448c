"""What commands on a district stand on: the wiring, the settings, a rehearsal's moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click
from sqlalchemy.exc import ArgumentError

from scheduler.config import Settings, WrongSetting, parse_moment, read_moment, read_settings
from scheduler.domain.zones import at_wall_time
from scheduler.factory import Wiring, outgoing_of, wire
from scheduler.mail.mailboxes import mailbox_of
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.matching.solve import solve
from scheduler.services.access import Actor
from scheduler.services.picture import load_district
from scheduler.storage import database

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
PORT = click.IntRange(1, 65535)


def spoken(ctx: click.Context, param: click.Parameter, words: str) -> str:
    """Return a reason in words; a blank one is none."""
    if not words.strip():
        raise click.BadParameter("say why.", ctx=ctx, param=param)
    return words


def moment_of(ctx: click.Context, param: click.Parameter, text: str) -> datetime:
    """Return the moment that an option names, with its offset if it has one."""
    try:
        return read_moment(text)
    except ValueError as error:
        raise click.BadParameter("write it as 2026-12-08T10:40.", ctx=ctx, param=param) from error


def moment_option(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Add ``--now`` for rehearsals."""
    return click.option(
        "--now", metavar="MOMENT", help="Only in a rehearsal (VISITBELL_REHEARSAL=1)."
    )(command)


def wired(
    command: Callable[Concatenate[Wiring, Arguments], Result],
) -> Callable[Arguments, Result]:
    """Hand a command the real things, with the clock set by ``--now``, and close them after it.

    A database that is not set up, or of another version, is refused before the command begins.
    """

    @wraps(command)
    def run(wiring: Wiring, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        database.require_tables(wiring.settings.database_url)
        return command(wiring, *args, **kwargs)

    return wired_as_it_is(run)


def wired_as_it_is(
    command: Callable[Concatenate[Wiring, Arguments], Result],
) -> Callable[Arguments, Result]:
    """Hand a command the real things, whatever state the database is in."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        moment = kwargs.pop("now", None)
        assert moment is None or isinstance(moment, str)
        with closing(wire(settings_at(moment))) as wiring:
            return command(wiring, *args, **kwargs)

    return moment_option(run)


def settings_at(moment: str | None) -> Settings:
    """Return the settings, each tried as far as it can be, with a rehearsal's moment put in.

    Raises:
        WrongSetting: if one is wrong, or a moment is given outside of a rehearsal.
    """
    settings = read_settings()
    _try_database_address(settings.database_url)
    try:
        outgoing_of(settings)
        if settings.imap_url:
            mailbox_of(settings.imap_url)
    except ValueError as error:
        raise WrongSetting(str(error)) from error
    if moment is None:
        return settings
    if not settings.is_rehearsal:
        raise WrongSetting("--now is only for rehearsals: set VISITBELL_REHEARSAL=1 too.")
    return replace(settings, now=parse_moment(moment, name="--now"))


def operator() -> Actor:
    """Return who acts at the command line."""
    return Actor.operator()


def local_moment(wiring: Wiring, given: datetime) -> datetime:
    """Return a moment; one without an offset is read by the district's clock.

    Raises:
        Unknown: if there is no district yet whose clock it could be.
    """
    if given.tzinfo is not None:
        return given
    return at_wall_time(given.date(), given.time(), zone_of(wiring))


def zone_of(wiring: Wiring) -> str:
    """Return the district's time zone.

    Raises:
        Unknown: before the first import.
    """
    with wiring.store.read() as work:
        return load_district(work).timezone


def solve_here(problem: Problem, seconds: float) -> Plan:
    """Solve in this process; a command may load the solver, a web worker may not."""
    return solve(problem, seconds=seconds)


def _try_database_address(url: str) -> None:
    # The address is never repeated: it may hold a password.
    try:
        database.normal_url(url).get_dialect().import_dbapi()
    except ImportError as error:
        raise WrongSetting(
            "VISITBELL_DATABASE_URL: PostgreSQL needs the extra package visitbell[postgres]."
        ) from error
    except (ArgumentError, ValueError) as error:
        raise WrongSetting(
            "VISITBELL_DATABASE_URL: write it as postgresql+psycopg://name:password@host/database."
        ) from error
