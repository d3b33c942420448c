"""The application that ``flask --app scheduler`` finds: the pages, and visitbell's commands."""

from __future__ import annotations

import click
from flask import Flask

from scheduler.cli import HOME_BY_COMMAND, command_at
from scheduler.cli.ground import settings_at
from scheduler.config import WrongSetting
from scheduler.factory import create_app


def application() -> Flask:
    """Return the web application with every command on it.

    Raises:
        ClickException: if a setting is wrong; the flask command says it in a line.
    """
    try:
        app = create_app(settings_at(None))
    except WrongSetting as refusal:
        raise click.ClickException(str(refusal)) from refusal
    for home in HOME_BY_COMMAND.values():
        app.cli.add_command(command_at(home))
    return app
