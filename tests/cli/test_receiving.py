"""A mail server's pipe: one message on standard input, status 0 taken, 1 refused, 75 later."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

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


def test_very_large_mail_is_taken_whole_and_its_words_are_kept(
    world: World, line: CommandLine
) -> None:
    octets = b"From: a@x.example\r\nSubject: Hi\r\n\r\nHello\r\n" + b"A" * (25 * 1024 * 1024)
    assert piped(line, octets) == (0, "Kept in the inbox for a coordinator.\n", "")


def test_database_that_is_not_there_makes_the_mail_server_try_later(
    world: World, line: CommandLine
) -> None:
    nowhere = replace(
        line, environment={**line.environment, "VISITBELL_DATABASE_URL": "sqlite:///no/no.db"}
    )
    status, out, err = piped(nowhere, b"From: a@x.example\r\n\r\nHello")
    assert (status, out) == (75, "")
    assert len(err.splitlines()) == 1


def test_what_is_no_mail_is_refused_in_a_sentence(world: World, line: CommandLine) -> None:
    before = line.dump()
    status, out, err = piped(line, b"\0" * 100)
    assert (status, out, err) == (1, "", "This is no mail: it begins without a header.\n")
    assert line.dump() == before


def test_fault_of_ours_makes_the_mail_server_try_later(
    world: World, line: CommandLine, caplog: pytest.LogCaptureFixture
) -> None:
    mail = b"From: a@x.example\r\nMessage-ID: <1@x.example>\r\n\r\nHello"
    assert piped(line, mail)[0] == 0
    engine = create_engine(line.environment["VISITBELL_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE incoming SET why = 'no word of ours'"))
    engine.dispose()
    assert piped(line, mail)[0] == 75
    assert "could not be taken in" in caplog.text
