"""The command line: each command asks one service and phrases what it answers.

Exit status: 0 done, 1 refused with one plain sentence per problem on standard error and
nothing changed, 2 wrong usage.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType

import click

HOME_BY_COMMAND = MappingProxyType(
    {
        "init": "district.init",
        "demo": "running.demo",
        "import": "district.import_",
        "export": "district.export",
        "propose": "deciding.propose",
        "proposals": "deciding.proposals",
        "approve": "deciding.approve",
        "reject": "deciding.reject",
        "why": "looking.why",
        "book": "visiting.book",
        "cancel": "visiting.cancel",
        "move": "visiting.move",
        "answer": "visiting.answer",
        "solve": "engine.solve",
        "check": "engine.check",
        "serve": "running.serve",
        "jobs": "running.jobs",
        "feeds": "people.feeds",
        "receive": "receiving.receive",
        "sign-in": "people.sign_in",
        "busy": "looking.busy",
        "doctor": "district.doctor",
        "backup": "backing_up.backup",
        "restore": "backing_up.restore",
    }
)


class _Commands(click.Group):
    """Commands that are loaded when they are asked for: solving a file needs no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(HOME_BY_COMMAND)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name."""
        home = HOME_BY_COMMAND.get(cmd_name)
        return None if home is None else command_at(home)


def command_at(home: str) -> click.Command:
    """Return the command that a module of this package holds: ``module.name``."""
    module, _, name = home.partition(".")
    found = getattr(import_module(f"scheduler.cli.{module}"), name)
    assert isinstance(found, click.Command)
    return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="visitbell", prog_name="visitbell")
def main() -> None:
    """Schedule guest speakers and volunteers into classrooms."""
