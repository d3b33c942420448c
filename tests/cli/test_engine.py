"""Solving and checking files: no database, and nothing believed of a stranger's file."""

from __future__ import annotations

import gzip
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from scheduler.cli.stopping import STOPPING, asked_to_stop
from tests.cli.command_line import CommandLine, Said
from tests.matching.files import MONDAY_TEN, a_request, a_volunteer, an_instance, written

Json = dict[str, Any]
QUICKLY = ("--seconds", "2")
TERMS = {"fit", "preference", "preferred", "pair_score", "travel", "same_start"} | {
    "same_volunteer",
    "fairness",
    "equity",
}
HOSTILE = {
    "empty": b"",
    "not JSON": b"{'meta': 1}",
    "not UTF-8": b'{"meta": "\xff"}',
    "not an object": b"[1, 2]",
    "nothing inside": b"{}",
    "endless brackets": b"[" * 200_000,
    "a number beyond all bounds": b'{"meta": {"days": 1e400}}',
    "not a number": b'{"meta": {"days": NaN}}',
    "a number of 5,000 digits": b'{"meta": {"days": ' + b"9" * 5_000 + b"}}",
}


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return a command line whose database cannot be had, as none is needed."""
    return CommandLine.at(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}", tmp_path)


def refused(said: Said) -> list[str]:
    assert (said.status, said.out) == (1, "")
    return said.sentences


def a_plan(volunteer: int = 1, start: int = MONDAY_TEN) -> Json:
    return {"bookings": [{"request": 1, "start": start, "volunteers": [volunteer]}]}


def test_solve_writes_a_plan_and_says_how_good_it_is(shell: CommandLine, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    said = shell.done("solve", written(tmp_path, an_instance()), "-o", plan, *QUICKLY)
    assert said[0].startswith("optimal; tier 1: 8, bound 8, gap 0.00%; tier 2: ")
    assert said[1] == "2 of 2 requests filled."
    assert [line.partition(" after ")[0] for line in said[2:4]] == [
        "first plan: 8",
        "99 % of tier 1: 8",
    ]
    assert {line.strip().partition(":")[0] for line in said[4:]} == TERMS
    assert json.loads(plan.read_text())["bookings"] == [
        {"request": 0, "start": MONDAY_TEN, "volunteers": [0]},
        {"request": 1, "start": MONDAY_TEN, "volunteers": [1]},
    ]


def test_solve_tells_programs_the_proof(shell: CommandLine, tmp_path: Path) -> None:
    words = ("solve", written(tmp_path, an_instance()), "-o", tmp_path / "plan.json", *QUICKLY)
    told = json.loads("\n".join(shell.done(*words, "--json")))
    assert told["tier1"] == {"value": 8, "bound": 8, "gap": 0.0}
    assert (told["status"], set(told["terms"])) == ("optimal", TERMS)
    assert told["tier2"]["value"] == sum(told["terms"].values())
    assert {"seconds", "peak_memory_mb"} <= set(told)


def test_packed_files_are_read_and_written(shell: CommandLine, tmp_path: Path) -> None:
    packed, plan = tmp_path / "instance.json.gz", tmp_path / "plan.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(an_instance()).encode()))
    shell.done("solve", packed, "-o", plan, *QUICKLY)
    assert json.loads(gzip.decompress(plan.read_bytes()))["status"] == "optimal"
    assert shell.done("check", packed, plan)[-1].startswith("tier 1: 8; tier 2: ")


def test_the_same_seed_gives_the_same_plan(shell: CommandLine, tmp_path: Path) -> None:
    instance = written(tmp_path, an_instance())
    bookings = []
    for name in ("one.json", "two.json"):
        shell.done("solve", instance, "-o", tmp_path / name, "--seed", "7", *QUICKLY)
        bookings.append(json.loads((tmp_path / name).read_text())["bookings"])
    assert bookings[0] == bookings[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_search_keeps_the_best_plan_so_far(
    number: signal.Signals, shell: CommandLine, tmp_path: Path
) -> None:
    instance, plan = written(tmp_path, an_instance()), tmp_path / "plan.json"
    with interrupted_once_it_can_be(number):
        said = shell.run("solve", instance, "-o", plan)
    assert (said.status, said.err) == (0, "Stopped early: this is the best plan so far.\n")
    assert shell.done("check", instance, plan)[-1].startswith("tier 1: 8; tier 2: ")


def test_second_interruption_ends_the_search_at_once() -> None:
    with asked_to_stop() as is_asked:
        signal.raise_signal(signal.SIGINT)
        assert is_asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_interruption_after_the_search_is_the_usual_one() -> None:
    before = [signal.getsignal(number) for number in STOPPING]
    with asked_to_stop() as is_asked:
        pass
    assert [signal.getsignal(number) for number in STOPPING] == before
    assert not is_asked()


def test_pinned_bookings_that_cannot_be_kept_give_no_plan(
    shell: CommandLine, tmp_path: Path
) -> None:
    twice = [{"request": key, "start": MONDAY_TEN, "volunteers": [0]} for key in (0, 1)]
    instance = written(tmp_path, an_instance(pinned=twice))
    plan = tmp_path / "plan.json"
    said = refused(shell.run("solve", instance, "-o", plan, *QUICKLY))
    assert said[-1] == "Infeasible: the pinned bookings cannot all be kept. No plan was written."
    assert len(said) > 1
    assert not plan.exists()


def test_a_plan_that_cannot_be_written_is_refused_before_the_work(
    shell: CommandLine, tmp_path: Path
) -> None:
    plan = tmp_path / "none" / "plan.json"
    assert refused(shell.run("solve", written(tmp_path, an_instance()), "-o", plan)) == [
        f"{plan}: There is no folder to write it into."
    ]
    assert refused(
        shell.run("solve", written(tmp_path, an_instance()), "-o", tmp_path, *QUICKLY)
    ) == [f"{tmp_path}: Is a directory."]


def test_check_counts_every_rule_of_a_good_plan(shell: CommandLine, tmp_path: Path) -> None:
    instance = written(tmp_path, an_instance())
    said = shell.done("check", instance, written(tmp_path, a_plan(), name="plan.json"))
    assert said[0] == "topic_match: kept"
    assert all(line.endswith(": kept") for line in said[:-1])
    assert said[-1].startswith("tier 1: 6; tier 2: ")


def test_check_refuses_a_plan_that_breaks_a_rule(shell: CommandLine, tmp_path: Path) -> None:
    strangers = an_instance(volunteers=[a_volunteer(0), a_volunteer(1, topics=[[9, 3]])])
    instance = written(tmp_path, strangers)
    plan = written(tmp_path, a_plan(), name="plan.json")
    said = shell.run("check", instance, plan)
    assert (said.status, said.sentences) == (1, ["1 violation."])
    assert said.lines[0] == "topic_match: broken once"


def test_check_tells_programs_what_is_broken(shell: CommandLine, tmp_path: Path) -> None:
    instance = written(tmp_path, an_instance())
    late = written(tmp_path, a_plan(start=MONDAY_TEN + 5), name="plan.json")
    said = shell.run("check", instance, late, "--json")
    told = json.loads(said.out)
    assert (said.status, said.sentences) == (1, ["1 violation."])
    assert {each["rule"] for each in told["violations"]} == {"one_start"}
    assert {each["request"] for each in told["violations"]} == {"1"}
    assert (told["tier1"], told["tier2"]) == (None, None)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_instance_is_refused_in_a_sentence(
    name: str, shell: CommandLine, tmp_path: Path
) -> None:
    instance, plan = tmp_path / "instance.json", tmp_path / "plan.json"
    instance.write_bytes(HOSTILE[name])
    for words in (("solve", instance, "-o", plan), ("check", instance, plan)):
        (sentence,) = refused(shell.run(*words))
        assert sentence.startswith("instance.json: ")
        assert len(sentence) < 200
    assert not plan.exists()


def test_every_wrong_field_is_told(shell: CommandLine, tmp_path: Path) -> None:
    wrong = an_instance(
        requests=[a_request(0, speakers=0), a_request(1, school=9), a_request(1, duration="long")]
    )
    said = refused(shell.run("solve", written(tmp_path, wrong), "-o", tmp_path / "plan.json"))
    assert len(said) == 3
    assert all(sentence.startswith("instance.json: ") for sentence in said)


@pytest.mark.parametrize("octets", [b"\x1f\x8b\x08\x00 cut off", b"not packed at all"])
def test_what_only_looks_packed_is_refused(
    octets: bytes, shell: CommandLine, tmp_path: Path
) -> None:
    instance = tmp_path / "instance.json.gz"
    instance.write_bytes(octets)
    (sentence,) = refused(shell.run("check", instance, instance))
    assert sentence.startswith("instance.json.gz: The file ")


def test_files_that_are_not_there_are_refused(shell: CommandLine, tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    sentence = "missing.json: The file cannot be read: No such file or directory."
    assert refused(shell.run("solve", missing, "-o", tmp_path / "plan.json")) == [sentence]
    assert refused(shell.run("check", written(tmp_path, an_instance()), missing)) == [sentence]


def test_a_plan_for_another_instance_is_refused(shell: CommandLine, tmp_path: Path) -> None:
    instance = written(tmp_path, an_instance())
    plan = written(tmp_path, a_plan(volunteer=77), name="plan.json")
    assert refused(shell.run("check", instance, plan)) == [
        "plan.json: bookings[0]: volunteer 77 is not there."
    ]


@contextmanager
def interrupted_once_it_can_be(number: signal.Signals) -> Iterator[None]:
    """Send the signal as soon as somebody else than the test listens to it."""
    heard: list[int] = []
    former = signal.signal(number, lambda number, _: heard.append(number))
    ours, is_over = signal.getsignal(number), Event()

    def send() -> None:
        while signal.getsignal(number) is ours and not is_over.wait(0.0005):
            pass
        os.kill(os.getpid(), number)

    sender = Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        is_over.set()
        sender.join()
        signal.signal(number, former)
    assert not heard
