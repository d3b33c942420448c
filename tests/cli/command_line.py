"""The command line as an operator meets it: words in; a status and two streams out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Engine, inspect, text

from scheduler.cli import main
from scheduler.services.ports import Work
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW

Dump = dict[str, list[str]]
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Return what it answered, line by line."""
        return self.out.splitlines()

    @property
    def sentences(self) -> list[str]:
        """Return what it said on standard error, line by line."""
        return self.err.splitlines()


@dataclass(frozen=True)
class CommandLine:
    """A shell in one environment. Whatever a command lets escape as an error fails the test."""

    environment: Mapping[str, str]

    @classmethod
    def at(cls, url: str, instance: Path) -> CommandLine:
        """Return the command line of a district that rehearses the morning of ``NOW``."""
        return cls(
            {
                "VISITBELL_DATABASE_URL": url,
                "VISITBELL_INSTANCE": str(instance),
                "VISITBELL_REHEARSAL": "1",
                "VISITBELL_NOW": NOW.isoformat(),
            }
        )

    def having(self, **settings: str) -> CommandLine:
        """Return it with other settings; an empty one counts as not set."""
        given = {f"VISITBELL_{name}": value for name, value in settings.items()}
        return replace(self, environment={**self.environment, **given})

    def run(self, *words: str | Path) -> Said:
        """Run a command in this process."""
        runner = CliRunner(env=dict(self.environment))
        result = runner.invoke(main, [str(word) for word in words], catch_exceptions=False)
        return Said(result.exit_code, result.stdout, result.stderr)

    def done(self, *words: str | Path) -> list[str]:
        """Run a command that has to succeed without complaint, and return its lines."""
        said = self.run(*words)
        assert (said.status, said.err) == (0, "")
        return said.lines

    def refused(self, *words: str | Path) -> list[str]:
        """Run a command that has to refuse and leave the database as it is; return why."""
        before = self.dump()
        said = self.run(*words)
        assert (said.status, said.out) == (1, "")
        assert self.dump() == before
        return said.sentences

    def misused(self, *words: str | Path) -> str:
        """Run a command that was put wrongly, and return the last line said about it."""
        before = self.dump()
        said = self.run(*words)
        assert (said.status, said.out) == (2, "")
        assert self.dump() == before
        return said.sentences[-1]

    def dump(self) -> Dump:
        """Return every row of every table, as text."""
        with self._engine() as engine, engine.connect() as connection:
            rows_by_table = {
                name: connection.execute(text(f'SELECT * FROM "{name}"'))
                for name in inspect(engine).get_table_names()
            }
            return {
                name: sorted(str(tuple(row)) for row in rows)
                for name, rows in rows_by_table.items()
            }

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Yield what the database holds, as the services see it."""
        with self._engine() as engine, SqlStore(database.sessions(engine)).read() as work:
            yield work

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        engine = database.connect(self.environment["VISITBELL_DATABASE_URL"])
        try:
            yield engine
        finally:
            engine.dispose()

    def process(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        return start(sys.executable, "-m", "scheduler.cli", *words, environment=self.environment)


def start(*command: str | Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a process, with these settings on top of the machine's, in a group of its own."""
    return subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> Said:
    """Wait for a process and return how it ended."""
    with process:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Said(process.returncode, out, err)
