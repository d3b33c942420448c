"""Machines to back up and to restore on: each a database and an instance folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scheduler.domain.volunteers import BusySource
from scheduler.services.feeds import feeds_of_person
from scheduler.storage import database
from scheduler.storage.portable import Tally, tables_of, tally_of
from tests.builders import VOLUNTEER, a_volunteer, period
from tests.cli.command_line import CommandLine
from tests.databases import engine_on
from tests.services.world import World, open_world


@dataclass(frozen=True)
class Machine:
    """A machine of an office's own, where nothing but commands is at hand."""

    url: str
    folder: Path

    @property
    def line(self) -> CommandLine:
        """Return its command line."""
        return CommandLine.at(self.url, self.folder)

    def tallies(self) -> Mapping[str, Tally]:
        """Return what every table holds."""
        with database.one_moment(self.url) as connection:
            return {table.name: tally_of(connection, table) for table in tables_of(connection)}

    def key(self, name: str) -> str:
        """Return a key as it lies in the instance folder."""
        return (self.folder / name).read_text()


def a_busy_world(url: str) -> World:
    """Return a district with visits, mail, feeds, octets, and characters of every kind."""
    world = open_world(engine_on(url))
    lent = BusySource(b"\x00\xff BEGIN", (period("2026-12-10 09:00-10:00"),), date(2027, 1, 1))
    world.put_volunteers(a_volunteer(busy=lent, name="Zoë “𝄞” O'Neil\\N\n\tend"))
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    feeds_of_person(world.store, VOLUNTEER, settings=world.feeds)
    return world
