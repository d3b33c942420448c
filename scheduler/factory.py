"""Wire the rooms together: settings in, a working application or a set of real things out.

The only place that knows which database, mail transport and solver are used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from flask import Flask

from scheduler import gazetteer
from scheduler.config import Settings, read_settings
from scheduler.fetching.fetcher import CalendarFetcher
from scheduler.jobs.timetable import Timetable, new_owner
from scheduler.mail.mailboxes import mailbox_of
from scheduler.mail.signing import SigningTransport, signer_of
from scheduler.mail.transports import transport_of
from scheduler.matching.apart import solve_apart
from scheduler.services.collecting import Collector
from scheduler.services.feeds import FeedSettings
from scheduler.services.letters import Letterhead
from scheduler.services.ports import Clock, Gazetteer, PostStore, Render, Transport, WatchedSolve
from scheduler.services.records import Mailbox
from scheduler.services.running import Worker
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from scheduler.web.app import put_together
from scheduler.web.desk import Desk
from scheduler.web.mail_renderer import renderer_of


@dataclass(frozen=True, slots=True)
class Wiring:
    """The real things that commands and jobs work with; ``close`` lets the database go."""

    settings: Settings
    store: PostStore
    clock: Clock
    gazetteer: Gazetteer
    transport: Transport
    feeds: FeedSettings
    letterhead: Letterhead
    close: Callable[[], None]


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application.

    Raises:
        WrongSetting: if a setting is wrong.
    """
    settings = settings or read_settings()
    app = Flask(
        "scheduler",
        template_folder=str(folder("templates")),
        static_folder=str(folder("static")),
        instance_path=str(settings.instance),
    )
    app.secret_key = settings.secret_key
    store = SqlStore(
        database.bind(app, settings.database_url, connections=settings.database_connections)
    )
    put_together(
        app,
        with_desk=Desk(
            store=store,
            clock=clock_of(settings),
            gazetteer=gazetteer,
            feeds=FeedSettings(settings.feed_key, settings.base_url),
            fetch=CalendarFetcher(allow=settings.fetch_allow),
            secret_key=settings.secret_key,
            base_url=settings.base_url,
            is_rehearsal=settings.is_rehearsal,
            metrics_token=settings.metrics_token,
        ),
    )
    return app


def wire(settings: Settings | None = None) -> Wiring:
    """Return what commands and jobs need, with no web application around it.

    Raises:
        WrongSetting: if a setting is wrong.
    """
    settings = settings or read_settings()
    engine = database.connect(settings.database_url, connections=settings.database_connections)
    return Wiring(
        settings=settings,
        store=SqlStore(database.sessions(engine)),
        clock=clock_of(settings),
        gazetteer=gazetteer,
        transport=outgoing_of(settings),
        feeds=FeedSettings(settings.feed_key, settings.base_url),
        letterhead=letterhead_of(settings),
        close=engine.dispose,
    )


def timetable_of(wiring: Wiring) -> Timetable:
    """Return the timetable over these real things; it solves in a process of its own."""
    return Timetable(
        store=wiring.store,
        clock=wiring.clock,
        lease_clock=lambda: datetime.now(UTC),
        transport=wiring.transport,
        letterhead=wiring.letterhead,
        gazetteer=wiring.gazetteer,
        solve=solve_apart,
        fetch=CalendarFetcher(allow=wiring.settings.fetch_allow),
        collector=collector_of(wiring),
        feeds=wiring.feeds,
    )


def outgoing_of(settings: Settings) -> Transport:
    """Return the way mail goes out, signed if there is a key for that.

    Raises:
        ValueError: with one sentence, if a setting names no such way or no such key.
    """
    transport = transport_of(settings.mail_url, settings.instance)
    if settings.dkim_key is None:
        return transport
    selector, domain = settings.dkim_selector, settings.dkim_domain
    return SigningTransport(
        transport, signer_of(settings.dkim_key, selector=selector, domain=domain)
    )


def collector_of(wiring: Wiring) -> Collector | None:
    """Return who takes mail out of the mailbox, None where no mailbox is set.

    Raises:
        ValueError: with one sentence, if the setting names none.
    """
    if not wiring.settings.imap_url:
        return None
    return Collector(mailbox_of(wiring.settings.imap_url), wiring.letterhead, new_owner())


def worker_of(wiring: Wiring, *, solve: WatchedSolve) -> Worker:
    """Return who works on runs over these real things, with a solver of one's choice."""
    timetable = timetable_of(wiring)
    return Worker(
        owner=timetable.owner,
        clock=timetable.clock,
        lease_clock=timetable.lease_clock,
        gazetteer=wiring.gazetteer,
        solve=solve,
    )


def letterhead_of(settings: Settings) -> Letterhead:
    """Return what mails need of the settings."""
    return Letterhead(
        sender=Mailbox(settings.mail_from_name, settings.mail_from_email),
        reply_address=settings.reply_address,
        base_url=settings.base_url,
        secret_key=settings.secret_key,
        render=mail_renderer(),
    )


def clock_of(settings: Settings) -> Clock:
    """Return the clock: the machine's, or one that runs on from a rehearsal's moment."""
    if settings.now is None:
        return lambda: datetime.now(UTC)
    begun, first = time.monotonic(), settings.now.astimezone(UTC)
    return lambda: first + timedelta(seconds=time.monotonic() - begun)


@cache
def mail_renderer() -> Render:
    """Return the renderer of mail templates, made once."""
    return renderer_of(str(folder("templates")))


def folder(name: str) -> Path:
    """Return where templates or static files lie: inside an installed package, else beside it."""
    inside = Path(__file__).resolve().parent / name
    return inside if inside.is_dir() else inside.parent.parent / name
