"""Visitbell: guest speakers and volunteers, scheduled into classrooms.

The rooms and what may import what are described in ``docs/architecture.md``.
This package module only offers the application to ``flask --app scheduler``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app() -> Flask:
    """Return the web application with its commands, wired from the environment."""
    from scheduler.cli.application import application

    return application()
