"""A command line over an empty database, and one over a small district that a test can shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import CommandLine
from tests.databases import engine_on
from tests.services.world import World, open_world


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> CommandLine:
    """Return the command line of a database that holds no district yet, on each engine."""
    return CommandLine.at(database_url, tmp_path / "instance")


@pytest.fixture
def anywhere(sqlite_url: str, tmp_path: Path) -> CommandLine:
    """Return a command line for what does not depend on the database's engine."""
    return CommandLine.at(sqlite_url, tmp_path / "instance")


@pytest.fixture
def world(database_url: str) -> World:
    """Return the district of ``tests.services.world`` in the database that ``line`` works on."""
    return open_world(engine_on(database_url))


@pytest.fixture
def line(world: World, database_url: str, tmp_path: Path) -> CommandLine:
    """Return the command line of the small district."""
    return CommandLine.at(database_url, tmp_path / "instance")
