"""Settings that are wrong, and databases that cannot be had, are told in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.command_line import CommandLine

PASSWORD = "hunter2"


def sentence_of(line: CommandLine, *words: str) -> str:
    said = line.run(*words)
    assert (said.status, said.out) == (1, "")
    (sentence,) = said.sentences
    return sentence


@pytest.mark.parametrize(
    ("name", "value", "beginning"),
    [
        ("DATABASE_URL", f"mysql://root:{PASSWORD}@db/visits", "VISITBELL_DATABASE_URL: begin it"),
        (
            "DATABASE_URL",
            f"postgresql://root:{PASSWORD}@db:port/visits",
            "VISITBELL_DATABASE_URL: write it as",
        ),
        ("MAIL_URL", "carrier-pigeon:", "VISITBELL_MAIL_URL: begin it with maildir:"),
        ("MAIL_URL", f"smtp://a:{PASSWORD}@mail:port", "VISITBELL_MAIL_URL is not understood: "),
        ("MAIL_URL", f"smtp://a:{PASSWORD}@mail?tls=none", "VISITBELL_MAIL_URL is not understood"),
        ("MAIL_FROM", "nobody", "VISITBELL_MAIL_FROM: write it as "),
        ("REPLY_ADDRESS", "nobody", "VISITBELL_REPLY_ADDRESS: write it as "),
        ("BASE_URL", "visits.example", "VISITBELL_BASE_URL: write it as https://"),
        ("SECRET_KEY", "short", "VISITBELL_SECRET_KEY: at least 32 characters."),
        ("FEED_KEY", "short", "VISITBELL_FEED_KEY: at least 32 characters."),
        ("METRICS_TOKEN", "short", "VISITBELL_METRICS_TOKEN: at least 16 letters"),
        ("METRICS_TOKEN", "sixteen letters and blanks", "VISITBELL_METRICS_TOKEN: at least 16"),
        ("REHEARSAL", "yes", "VISITBELL_REHEARSAL: set it to 1"),
        ("NOW", "tomorrow", "VISITBELL_NOW: write a moment such as "),
        ("NOW", "2026-11-21T09:00", "VISITBELL_NOW: add the offset"),
    ],
)
@pytest.mark.parametrize("command", ["why robots", "init", "serve", "demo --no-serve"])
def test_a_wrong_setting_stops_the_start(
    command: str, name: str, value: str, beginning: str, anywhere: CommandLine
) -> None:
    before = anywhere.dump()
    sentence = sentence_of(anywhere.having(**{name: value}), *command.split())
    assert sentence.startswith(beginning)
    assert PASSWORD not in sentence
    assert anywhere.dump() == before


def test_an_instance_folder_that_cannot_be_is_told(anywhere: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wrong = anywhere.having(INSTANCE=str(tmp_path / "file"))
    assert sentence_of(wrong, "doctor") == "VISITBELL_INSTANCE: name a folder that can be written."


def test_the_hour_is_set_in_rehearsals_alone(line: CommandLine) -> None:
    for_real = line.having(REHEARSAL="0", NOW="")
    assert for_real.refused("propose", "--now", "2026-11-21T09:00:00-05:00") == [
        "--now is only for rehearsals: set VISITBELL_REHEARSAL=1 too."
    ]
    assert for_real.having(NOW="2026-11-21T09:00:00-05:00").refused("propose") == [
        "VISITBELL_NOW is only for rehearsals: set VISITBELL_REHEARSAL=1 too."
    ]


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("noon", "--now: write a moment such as 2026-11-21T09:00:00-06:00."),
        ("2026-11-21T09:00", "--now: add the offset, as in 2026-11-21T09:00:00-06:00."),
    ],
)
def test_a_rehearsals_moment_has_its_offset(moment: str, sentence: str, line: CommandLine) -> None:
    assert line.refused("propose", "--now", moment) == [sentence]


@pytest.mark.parametrize("command", ["why robots", "proposals", "propose", "jobs --once"])
def test_a_missing_database_is_made_by_init(command: str, tmp_path: Path) -> None:
    new = CommandLine.at("", tmp_path)
    said = sentence_of(new, *command.split())
    assert said == "The database is not set up yet: run visitbell init."


@pytest.mark.postgres
def test_an_empty_database_server_is_set_up_by_init(
    postgres_server_url: str, tmp_path: Path
) -> None:
    bare = CommandLine.at(postgres_server_url, tmp_path)
    said = sentence_of(bare, "why", "robots")
    assert said == "The database is not set up yet: run visitbell init."


@pytest.mark.postgres
def test_a_database_that_the_server_lacks_is_not_made_by_init(
    postgres_url: str, tmp_path: Path
) -> None:
    lacking = CommandLine.at(postgres_url.replace("visitbell_test_", "no_such_"), tmp_path)
    for command in ("why", "init"):
        said = sentence_of(lacking, command, *(["robots"] if command == "why" else []))
        assert said.startswith("The database does not answer: look at VISITBELL_DATABASE_URL")


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    url = f"postgresql://root:{PASSWORD}@127.0.0.1:1/visits"
    said = sentence_of(CommandLine.at(url, tmp_path), "why", "robots")
    assert said.startswith("The database does not answer: look at VISITBELL_DATABASE_URL")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Carla, " * 100)
    wrong = CommandLine.at(f"sqlite:///{file}", tmp_path / "instance")
    sentence = "The database file is something else: look at VISITBELL_DATABASE_URL."
    assert sentence_of(wrong, "why", "robots") == sentence
    said = wrong.run("doctor")
    assert (said.status, said.lines[0]) == (1, f"!!  database: {sentence}")
    assert file.read_text() == "Dear Carla, " * 100


def test_a_missing_driver_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    bare = CommandLine.at("postgresql://localhost/visits", tmp_path)
    assert sentence_of(bare, "doctor") == (
        "VISITBELL_DATABASE_URL: PostgreSQL needs the extra package visitbell[postgres]."
    )
