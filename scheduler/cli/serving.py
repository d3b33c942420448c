"""The web server: one parent, which has the application ready, and workers born of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from scheduler.cli.refusals import sentence_of
from scheduler.domain.errors import OutOfReach, WrongTables
from scheduler.storage import database
from scheduler.storage.database import begin_anew_after_fork
from scheduler.web.warming import get_ready, warm_up

THREADS = 4
HOW = MappingProxyType(
    {
        "threads": THREADS,
        "worker_class": "gthread",
        "preload_app": True,
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        # A worker is replaced now and then, and never all of them in one moment.
        "max_requests": 20_000,
        "max_requests_jitter": 4_000,
        # Told to stop, it takes no more visitors and lets the present ones finish.
        "graceful_timeout": 30,
        "timeout": 60,
        "keepalive": 5,
    }
)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told everything by the command line and nothing by files."""

    def __init__(self, app: Flask, *, database_url: str, bind: str, workers: int) -> None:
        self._app = app
        self._database_url = database_url
        self._settings: Mapping[str, object] = {
            **HOW,
            "bind": bind,
            "workers": workers,
            "post_fork": self._let_go,
            "post_worker_init": self._warm_up,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand the settings to gunicorn."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application that the workers serve; what it ships is read by then."""
        get_ready(self._app)
        return self._app

    def _let_go(self, _server: Any, _worker: Any) -> None:
        begin_anew_after_fork(self._app)

    def _warm_up(self, _worker: Any) -> None:
        # A worker that begins while the database is away learns of the district later.
        with suppress(OutOfReach):
            try:
                database.require_tables(self._database_url)
            except WrongTables as refusal:
                click.echo(sentence_of(refusal), err=True)
                # The parent then ends all workers instead of starting another one.
                sys.exit(Arbiter.APP_LOAD_ERROR)
            warm_up(self._app)
