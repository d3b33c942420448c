"""``flask --app scheduler`` offers the commands of ``visitbell``, with the same manners."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import pytest
from click.testing import CliRunner
from flask.cli import FlaskGroup

from scheduler import create_app
from tests.cli.command_line import CommandLine, Said, ended, start
from tests.cli.test_commands import COMMANDS


def flask(*words: str, environment: Mapping[str, str]) -> Said:
    """Run the flask command in this process, as if the application had been named."""
    command = FlaskGroup(create_app=create_app)
    # Flask tells the application by this variable that a command runs it.
    environment = {**environment, "FLASK_RUN_FROM_CLI": os.environ.get("FLASK_RUN_FROM_CLI", "")}
    result = CliRunner(env=environment).invoke(command, words, catch_exceptions=False)
    return Said(result.exit_code, result.stdout, result.stderr)


def test_every_command_is_offered(anywhere: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in anywhere.environment.items():
        monkeypatch.setenv(name, value)
    assert set(create_app().cli.commands) >= COMMANDS


def test_it_does_the_same(line: CommandLine) -> None:
    said = flask("propose", "--seconds", "1", environment=line.environment)
    assert (said.status, said.err) == (0, "")
    assert said.lines[0] == "1 of 1 requests have a proposal."
    assert line.done("proposals")[0].startswith("robots: ")


def test_it_refuses_the_same(line: CommandLine) -> None:
    before = line.dump()
    said = flask("why", "nothing", environment=line.environment)
    assert said == Said(1, "", "There is no request “nothing”.\n")
    assert line.dump() == before


def test_a_wrong_setting_is_one_line(anywhere: CommandLine) -> None:
    wrong = anywhere.having(MAIL_FROM="nobody")
    said = flask("doctor", environment=wrong.environment)
    assert (said.status, said.out) == (1, "")
    assert said.sentences == [
        "Error: VISITBELL_MAIL_FROM: write it as School visits <visits@example.org>."
    ]


def test_the_flask_command_finds_the_application_by_its_package(anywhere: CommandLine) -> None:
    words = (sys.executable, "-m", "flask", "--app", "scheduler", "why", "robots")
    said = ended(start(*words, environment=anywhere.environment))
    assert (said.status, said.out) == (1, "")
    assert said.sentences == ["There is no district yet: run visitbell import FOLDER."]
