"""Whatever state the database is in, every command says one sentence and nothing breaks."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from scheduler.cli import HOME_BY_COMMAND
from scheduler.cli.receiving import TRY_LATER
from scheduler.storage import database
from scheduler.storage.versions import needed
from tests.cli.command_line import CommandLine, ended

NO_ANSWER = "The database does not answer: look at VISITBELL_DATABASE_URL, or run visitbell doctor."
OLDER, NEWER = "0017", "9999"
SENTENCE_BY_STATE = {
    "not set up": "The database is not set up yet: run visitbell init.",
    "older": (
        f"The database is at version {OLDER}, and this program needs {needed()}: "
        "make a backup, then run visitbell init."
    ),
    "newer": (
        f"The database is at version {NEWER}, which is newer than this program: "
        "bring the program up to date."
    ),
    "away": NO_ANSWER,
}
WORDS_BY_COMMAND = {
    "import": ("FILE",),
    "export": ("FILE",),
    "propose": ("--seconds", "1"),
    "proposals": (),
    "approve": ("--ready",),
    "reject": ("robots", "--reason", "late"),
    "why": ("robots",),
    "book": ("robots", "amara@robots.example", "--start", "2026-12-08T10:40"),
    "cancel": ("visit-1", "--reason", "Snow"),
    "move": ("visit-1", "--start", "2026-12-08T10:40"),
    "answer": ("visit-1", "amara@robots.example", "yes"),
    "feeds": ("amara@robots.example",),
    "receive": (),
    "sign-in": ("amara@robots.example",),
    "jobs": ("--once",),
    "serve": (),
    "doctor": (),
}
# These read files, or have a district of their own.
WITHOUT_DATABASE = {"solve", "check", "busy", "demo"}
# These are for a database that is not as it should be.
TO_MEND_IT = {"init", "backup", "restore"}
# The long-running wait for a database that is away.
PATIENT = {"serve"}
STATES = tuple(SENTENCE_BY_STATE)

Put = Callable[[str], CommandLine]


@pytest.fixture
def put(sqlite_url: str, tmp_path: Path) -> Put:
    """Return a way to a command line whose database is in a state."""
    file = tmp_path / "other.sqlite3"
    url_by_state = {"away": f"sqlite:///{tmp_path / 'nowhere' / 'lost.sqlite3'}"}

    def put_into(state: str) -> CommandLine:
        if state in ("older", "newer"):
            shutil.copy(database.normal_url(sqlite_url).database or "", file)
            engine = database.connect(f"sqlite:///{file}")
            with engine.begin() as connection:
                number = {"version": OLDER if state == "older" else NEWER}
                connection.execute(
                    text("UPDATE alembic_version SET version_num = :version"), number
                )
            engine.dispose()
        url = url_by_state.get(state, f"sqlite:///{file}")
        return CommandLine.at(url, tmp_path / "instance")

    return put_into


def test_table_holds_every_command() -> None:
    assert {*WORDS_BY_COMMAND, *WITHOUT_DATABASE, *TO_MEND_IT} == set(HOME_BY_COMMAND)


@pytest.mark.parametrize("state", STATES)
def test_commands_say_in_one_sentence_what_to_do(state: str, put: Put, tmp_path: Path) -> None:
    line, told = put(state), {}
    for name, words in WORDS_BY_COMMAND.items():
        if state == "away" and name in PATIENT:
            continue
        said = line.run(name, *(tmp_path / "file" if word == "FILE" else word for word in words))
        told[name] = (said.status, said.err)
        if name == "doctor":
            assert f"!!  database: {SENTENCE_BY_STATE[state]}" in said.lines
    sentence = f"{SENTENCE_BY_STATE[state]}\n"
    assert told == dict.fromkeys(told, (1, sentence)) | {
        "doctor": (1, "Something needs attention.\n"),
        "receive": (TRY_LATER, sentence),
    }


@pytest.mark.parametrize("state", ["newer", "away"])
def test_init_cannot_mend_what_is_newer_or_away(state: str, put: Put) -> None:
    said = put(state).run("init")
    assert (said.status, said.sentences) == (1, [SENTENCE_BY_STATE[state]])


def test_newer_database_is_no_place_to_restore_into(put: Put, tmp_path: Path) -> None:
    file = tmp_path / "visits.backup"
    put("older").done("backup", file)
    said = put("newer").run("restore", file)
    assert (said.status, said.sentences) == (1, [SENTENCE_BY_STATE["newer"]])


@pytest.mark.full
def test_timetable_waits_for_a_database_that_is_away(put: Put) -> None:
    process = put("away").process("jobs")
    assert process.stderr is not None
    assert (
        "The database does not answer. Trying again until that is mended."
        in process.stderr.readline()
    )
    process.send_signal(signal.SIGTERM)
    said = ended(process)
    assert (said.status, said.err) == (0, "")
