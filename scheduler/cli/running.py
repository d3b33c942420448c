"""Commands that keep running: the web server, the timetable, the demonstration."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from threading import Event

import click

from scheduler.cli.demonstration import Demonstration
from scheduler.cli.ground import (
    PORT,
    moment_option,
    operator,
    settings_at,
    solve_here,
    wired_as_it_is,
)
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.serving import Server
from scheduler.cli.terminal import progress_bar
from scheduler.config import Settings
from scheduler.domain.errors import OutOfReach
from scheduler.factory import Wiring, create_app, timetable_of
from scheduler.jobs.absence import PlainAbsence
from scheduler.jobs.leaving import noticing_the_end
from scheduler.jobs.timetable import Timetable
from scheduler.storage import database

HOST = "127.0.0.1"
AGAIN_SECONDS = 1.0


@click.command(cls=PlainCommand)
@click.option("--host", default=HOST, show_default=True)
@click.option("--port", type=PORT, default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--jobs", "with_jobs", is_flag=True, help="Run the timetable beside it.")
def serve(host: str, port: int, workers: int, with_jobs: bool) -> None:
    """Run the web server."""
    serve_settings(settings_at(None), host=host, port=port, workers=workers, with_jobs=with_jobs)


@click.command(cls=PlainCommand)
@click.option("--once", is_flag=True, help="Do what is due and end.")
@wired_as_it_is
def jobs(wiring: Wiring, once: bool) -> None:
    """Run the timetable: release, remind, send, propose at night."""
    timetable = timetable_of(wiring)
    if not once:
        _keep_running(timetable, database_url=wiring.settings.database_url)
        return
    database.require_tables(wiring.settings.database_url)
    with noticing_the_end(timetable.leaving):
        _do_what_is_due(timetable)


@click.command(cls=PlainCommand)
@click.option("--port", type=PORT, default=5000, show_default=True)
@click.option("--no-serve", is_flag=True, help="End when the district is ready.")
@click.option("--reset", is_flag=True, help="Begin again with an empty district.")
@moment_option
def demo(port: int, no_serve: bool, reset: bool, now: str | None) -> None:
    """Run the whole main job on a made-up district, then serve it."""
    settings = demo_settings(settings_at(now), port=port)
    if not no_serve:
        require_free(HOST, port)
    demonstration = Demonstration(settings, actor=operator(), solve=solve_here)
    if reset:
        demonstration.reset()
    with progress_bar("Making the district") as progress:
        told = demonstration.run(progress=progress)
    for line in told:
        click.echo(line)
    if not no_serve:
        click.echo(f"Serving on {settings.base_url} – Ctrl-C ends it.")
        sys.stdout.flush()
        serve_settings(settings, host=HOST, port=port, workers=1, with_jobs=True)


def _keep_running(timetable: Timetable, *, database_url: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    # It warns whenever a search is still at work as the clock looks for the next one.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler.executors.default").addFilter(PlainAbsence())
    with noticing_the_end(timetable.leaving):
        _await_tables(database_url, leaving=timetable.leaving)
        if not timetable.leaving.is_set():
            timetable.run()


def _await_tables(url: str, *, leaving: Event) -> None:
    """Wait for a database that is away, as the timetable would; refuse one of another version."""
    log = logging.getLogger("scheduler.jobs")
    log.addFilter(PlainAbsence())
    while not leaving.is_set():
        try:
            database.require_tables(url)
        except OutOfReach:
            log.exception("Not begun yet.")
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _do_what_is_due(timetable: Timetable) -> None:
    done = timetable.run_once()
    if done.worked:
        mail = done.mail
        click.echo(
            f"{done.released} released, {done.reminders} reminders written, {done.closed} closed; "
            f"mail: {mail.sent} sent, {mail.retried} to be tried again, {mail.failed} failed."
        )
    else:
        click.echo("Another process is at work on the timetable.")
    if timetable.leaving.is_set():
        return
    timetable.ask_nightly()
    worked = timetable.work_one()
    if worked and worked.proposed:
        found = worked.proposed
        click.echo(f"{len(found.proposed)} of {found.requests} requests have a proposal.")


def demo_settings(settings: Settings, *, port: int) -> Settings:
    """Return settings under which the demonstration touches nothing of the real district."""
    home = settings.instance / "demo"
    home.mkdir(exist_ok=True)
    return replace(
        settings,
        database_url=f"sqlite:///{home / 'visitbell.sqlite3'}",
        base_url=f"http://{HOST}:{port}",
        mail_url="eml:demo/mail",
    )


def require_free(host: str, port: int) -> None:
    """Refuse an address that nobody can serve on, before anything is begun."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            # As the server will ask for it: a port whose last server just ended is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as failure:
        refuse(f"Nothing can be served on {host}, port {port}: {failure.strerror}.")


def serve_settings(
    settings: Settings, *, host: str, port: int, workers: int, with_jobs: bool
) -> None:
    """Serve until told to stop; the timetable, if wanted, is a child that stops too.

    A database that is merely away is waited for.

    Raises:
        WrongTables: if the database is not set up, or of another version.
    """
    require_free(host, port)
    with suppress(OutOfReach):
        database.require_tables(settings.database_url)
    child = _start_jobs(settings) if with_jobs else None
    try:
        Server(
            create_app(settings),
            database_url=settings.database_url,
            bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            workers=workers,
        ).run()
    finally:
        if child:
            child.terminate()
            child.wait()


def _start_jobs(settings: Settings) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "VISITBELL_DATABASE_URL": settings.database_url,
        "VISITBELL_INSTANCE": str(settings.instance),
        "VISITBELL_BASE_URL": settings.base_url,
        "VISITBELL_MAIL_URL": settings.mail_url,
        "VISITBELL_NOW": settings.now.isoformat() if settings.now else "",
    }
    command = [sys.executable, "-m", "scheduler.cli", "jobs"]
    return subprocess.Popen(command, env=environment)
