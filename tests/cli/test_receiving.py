"""A mail server's pipe: one message on standard input, status 0 taken, 1 refused."""

from __future__ import annotations

from click.testing import CliRunner

from scheduler.cli import main
from tests.cli.command_line import CommandLine
from tests.services.world import World


def piped(line: CommandLine, octets: bytes) -> tuple[int, str, str]:
    runner = CliRunner(env=dict(line.environment))
    result = runner.invoke(main, ["receive"], input=octets, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_mail_is_taken(world: World, line: CommandLine) -> None:
    said = piped(line, b"From: a@x.example\r\nSubject: Hi\r\n\r\nHello")
    assert said == (0, "Kept in the inbox for a coordinator.\n", "")


def test_what_is_no_mail_is_refused_in_a_sentence(world: World, line: CommandLine) -> None:
    before = line.dump()
    status, out, err = piped(line, b"\0" * 100)
    assert (status, out, err) == (1, "", "This is no mail: it begins without a header.\n")
    assert line.dump() == before
