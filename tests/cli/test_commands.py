"""Which commands there are, what they all have in common, and how wrong usage is answered."""

from __future__ import annotations

from importlib.metadata import entry_points, version

import pytest

from scheduler.cli import HOME_BY_COMMAND, command_at, main
from tests.cli.command_line import CommandLine, ended

COMMANDS = {
    "init",
    "demo",
    "import",
    "export",
    "propose",
    "proposals",
    "approve",
    "reject",
    "why",
    "book",
    "cancel",
    "move",
    "answer",
    "solve",
    "check",
    "serve",
    "jobs",
    "feeds",
    "receive",
    "sign-in",
    "busy",
    "doctor",
    "backup",
    "restore",
}
# These ask no clock; the web server's is set by VISITBELL_NOW.
TIMELESS = {"init", "solve", "check", "busy", "serve", "backup", "restore"}
LATER_WORK = ("policy", "takeout", "erase")
WITH_JSON = {"propose", "proposals", "why", "solve", "check", "busy"}


def options_of(command: str) -> set[str]:
    return {name for option in command_at(HOME_BY_COMMAND[command]).params for name in option.opts}


def test_these_are_the_commands() -> None:
    assert set(HOME_BY_COMMAND) == COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, anywhere: CommandLine) -> None:
    said = anywhere.done(name, "--help")
    assert said[0].startswith("Usage: ")
    assert said[2].strip()


@pytest.mark.parametrize("name", LATER_WORK)
def test_commands_of_later_work_are_not_offered_yet(name: str, anywhere: CommandLine) -> None:
    assert anywhere.misused(name) == f"Error: No such command '{name}'."


def test_every_command_that_asks_the_time_can_be_told_it() -> None:
    assert {name for name in COMMANDS if "--now" in options_of(name)} == COMMANDS - TIMELESS


def test_commands_that_answer_questions_answer_programs_too() -> None:
    assert {name for name in COMMANDS if "--json" in options_of(name)} == WITH_JSON


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("import", "Missing argument 'FOLDER'."),
        ("export", "Missing argument 'FOLDER'."),
        ("why", "Missing argument 'REQUEST'."),
        ("approve", "Give IDs, or --ready."),
        ("approve robots --ready", "Give IDs, or --ready."),
        ("reject robots", "Missing option '--reason'."),
        ("cancel uid", "Missing option '--reason'."),
        ("move uid", "Missing option '--start'."),
        ("move uid --start noon", "Invalid value for '--start': write it as 2026-12-08T10:40."),
        ("book robots --start 2026-12-08T10:40", "Missing argument 'VOLUNTEERS...'."),
        ("solve instance.json", "Missing option '-o' / '--output'."),
        ("feeds", "Give an e-mail address, or --school ID."),
        ("feeds a@b.example --school maple", "Give an e-mail address, or --school ID."),
        ("propose --later", "No such option '--later'."),
        ("propose --seconds nan", "Invalid value for '--seconds': give a number of seconds."),
        ("propose --seconds inf", "Invalid value for '--seconds': give a number of seconds."),
    ],
)
def test_wrong_usage_ends_with_status_two(words: str, sentence: str, anywhere: CommandLine) -> None:
    assert anywhere.misused(*words.split()) == f"Error: {sentence}"


@pytest.mark.parametrize(
    "words",
    [
        "propose --from tomorrow",
        "propose --seconds=-1",
        "answer uid amara@robots.example maybe",
        "book robots amara@robots.example --start 2026-12-08T10:40 --override clearance_valid",
        "sign-in amara@robots.example --create volunteer",
        "serve --port 70000",
        "serve --workers 0",
        "demo --port 0",
        "busy calendar.ics --from 2026-12-01",
        "move uid --start 0001-01-01T00:00+14:00",
        "move uid --start 9999-12-31T23:59",
    ],
)
def test_values_that_cannot_be_meant_are_wrong_usage(words: str, anywhere: CommandLine) -> None:
    assert anywhere.misused(*words.split()).startswith("Error: ")


def test_octets_that_are_no_text_are_wrong_usage(anywhere: CommandLine) -> None:
    said = {name: anywhere.run(name, "\udcff") for name in HOME_BY_COMMAND}
    refusal = (2, "Error: Write everything in UTF-8.")
    assert {name: (each.status, each.sentences[-1]) for name, each in said.items()} == (
        dict.fromkeys(HOME_BY_COMMAND, refusal)
    )


@pytest.mark.parametrize("words", ["reject robots", "cancel uid"])
def test_a_blank_reason_is_no_reason(words: str, anywhere: CommandLine) -> None:
    said = anywhere.misused(*words.split(), "--reason", "  ")
    assert said == "Error: Invalid value for '--reason': say why."


def test_an_override_needs_a_reason(anywhere: CommandLine) -> None:
    words = ("book", "robots", "amara@robots.example", "--start", "2026-12-08T10:40")
    said = anywhere.misused(*words, "--override", "topic_match")
    assert said == "Error: An override needs --reason."


def test_it_runs_as_a_process_of_its_own(anywhere: CommandLine) -> None:
    said = ended(anywhere.process("--version"))
    assert (said.status, said.out) == (0, f"visitbell, version {version('visitbell')}\n")


def test_the_installed_script_runs_the_same_commands() -> None:
    (script,) = entry_points(group="console_scripts", name="visitbell")
    assert script.load() is main


def test_a_process_that_refuses_says_one_sentence(anywhere: CommandLine) -> None:
    said = ended(anywhere.process("why", "robots"))
    assert (said.status, said.out) == (1, "")
    assert said.sentences == ["There is no district yet: run visitbell import FOLDER."]


def test_a_reader_who_leaves_early_gets_no_traceback(anywhere: CommandLine) -> None:
    process = anywhere.process("doctor")
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
