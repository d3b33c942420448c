"""The command line: each command asks one service and phrases what it answers.

Exit status: 0 done, 1 refused with one plain sentence per problem on standard error and
nothing changed, 2 wrong usage.
"""

from __future__ import annotations

import click

from scheduler.cli import deciding, district, engine, looking, people, running, visiting

COMMANDS = (
    district.init,
    running.demo,
    district.import_,
    district.export,
    deciding.propose,
    deciding.proposals,
    deciding.approve,
    deciding.reject,
    looking.why,
    visiting.book,
    visiting.cancel,
    visiting.move,
    visiting.answer,
    engine.solve,
    engine.check,
    running.serve,
    running.jobs,
    people.feeds,
    people.sign_in,
    looking.busy,
    district.doctor,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="visitbell", prog_name="visitbell")
def main() -> None:
    """Schedule guest speakers and volunteers into classrooms."""


for _command in COMMANDS:
    main.add_command(_command)
