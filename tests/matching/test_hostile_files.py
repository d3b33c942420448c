"""Files nobody should send: refused in a sentence that names file and place, or read rightly.

Through the command line, as an operator meets them. Whatever happens: no traceback, no plan
written where none was found, and no long wait.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scheduler.matching import records
from tests.benchmarks.families import FAMILIES, an_instance_of
from tests.benchmarks.instances import Size
from tests.benchmarks.instances import an_instance as a_district
from tests.cli.command_line import CommandLine, Said
from tests.matching.files import MONDAY_TEN, Json, a_request, a_volunteer, an_instance, written
from tests.matching.mutations import spoiled
from tests.matching.reading import problem_of, verified
from tests.matching.tiny_instances import a_tiny_instance

SMALL = Size("small", 6, 6)
PATIENCE_SECONDS = 10.0
BOOKING = {"request": 1, "start": MONDAY_TEN, "volunteers": [1]}
WRONG_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "text": "many",
    "a number as text": "3",
    "a fraction": 2.5,
    "a list": [3],
    "an object": {"value": 3},
    "a number out of all bounds": 10**400,
    "minus a billion billions": -(10**18),
}
NUMBERS = (
    *("meta.days", "meta.version", "schools.0.need", "schools.0.x", "volunteers.0.radius"),
    *("volunteers.0.max_week", "volunteers.0.max_month", "volunteers.0.notice_days"),
    *("volunteers.0.clearance_until", "volunteers.0.buffer", "volunteers.0.history"),
    *("volunteers.0.y", "volunteers.0.avail.0.1", "volunteers.0.grades.1"),
    *("volunteers.0.topics.0.1", "requests.0.duration", "requests.0.speakers"),
    *("requests.0.sessions", "requests.0.options.0.0", "requests.0.options.0.1"),
    *("requests.0.priority", "month_of_day.3", "meta.speed_km_per_min"),
)
FRACTIONS = ("radius", "x", "y", "speed_km_per_min")
WRONG_PLACES = [
    (place, kind)
    for place in NUMBERS
    for kind in WRONG_VALUES
    if not (kind == "a fraction" and place.endswith(FRACTIONS))
]


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return a command line whose database cannot be had, as none is needed."""
    return CommandLine.at(f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}", tmp_path)


def changed(place: str, value: Any) -> Json:
    """Return the small instance with one value replaced, found by its dotted place."""
    content = an_instance()
    inner: Any = content
    *steps, last = (int(step) if step.isdigit() else step for step in place.split("."))
    for step in steps:
        inner = inner[step]
    inner[last] = copy.deepcopy(value)
    return content


def refused(shell: CommandLine, path: Path) -> list[str]:
    """Return why an instance is refused, once all that must hold then was looked at."""
    plan, begun = path.parent / "plan.json", time.monotonic()
    said = shell.run("solve", path, "-o", plan, "--seconds", "1")
    assert (said.status, said.out) == (1, "")
    assert not plan.exists()
    assert said.sentences
    assert all(each.startswith(f"{path.name}: ") and len(each) < 400 for each in said.sentences)
    assert time.monotonic() - begun < PATIENCE_SECONDS
    return said.sentences


def planned(shell: CommandLine, path: Path) -> Json:
    """Return the plan of an instance that is strange but legal."""
    plan, begun = path.parent / "plan.json", time.monotonic()
    said = shell.run("solve", path, "-o", plan, "--seconds", "5")
    assert (said.status, said.err) == (0, "")
    assert time.monotonic() - begun < PATIENCE_SECONDS
    content: Json = json.loads(plan.read_text())
    return content


@pytest.mark.parametrize(("place", "kind"), WRONG_PLACES)
def test_number_that_is_none_is_refused_where_it_stands(
    place: str, kind: str, shell: CommandLine, tmp_path: Path
) -> None:
    (sentence,) = refused(shell, written(tmp_path, changed(place, WRONG_VALUES[kind])))
    head, *steps = place.split(".")
    assert head in sentence
    field = next((step for step in reversed(steps) if not step.isdigit()), head)
    assert field in sentence


REFUSED: dict[str, tuple[Json, str]] = {
    "request at no school": (changed("requests.0.school", 9), "requests[0].school"),
    "strange preferred": (changed("requests.0.preferred", [9]), "volunteer 9"),
    "strange excluded": (changed("requests.0.excluded", ["0"]), 'volunteer "0"'),
    "strange previous": (changed("previous", [{**BOOKING, "request": 9}]), "previous[0]"),
    "strange pinned": (an_instance(pinned=[{**BOOKING, "volunteers": [9]}]), "pinned[0]"),
    "strange pair": (an_instance(pair_minutes=[[9, 0, 5]]), "pair_minutes[0]"),
    "pair of two": (an_instance(pair_scores=[[0, 0]]), "pair_scores[0]"),
    "negative pair minutes": (an_instance(pair_minutes=[[0, 0, -5]]), "pair_minutes[0]"),
    "two schools of one id": (
        changed("schools", [*an_instance()["schools"]] * 2),
        "schools names the id 0 twice",
    ),
    "two volunteers of one id": (changed("volunteers.1.id", 0), "volunteers names the id 0 twice"),
    "two requests of one id": (changed("requests.1.id", 0), "requests names the id 0 twice"),
    "months too few": (changed("month_of_day", [0] * 27), "month_of_day"),
    "month of text": (changed("month_of_day.5", "May"), "month_of_day[5]"),
    "horizon of a million days": (changed("meta.days", 10**6), "meta.days"),
    "no time to go anywhere": (changed("meta.speed_km_per_min", 0), "speed_km_per_min"),
    "negative duration": (changed("requests.0.duration", -50), "requests[0].duration"),
    "nobody asked": (changed("requests.0.speakers", 0), "requests[0].speakers"),
    "series without days between": (
        changed("requests.0", a_request(0, sessions=2, every_days=0)),
        "requests[0].every_days",
    ),
    "block past midnight": (changed("volunteers.0.avail", [[0, 1400, 1500]]), "avail[0]"),
    "block backwards": (changed("volunteers.0.avail", [[0, 700, 600]]), "avail[0]"),
    "weekday that is none": (changed("volunteers.0.avail", [[7, 540, 600]]), "avail[0]"),
    "busy backwards": (changed("volunteers.0.busy", [[700, 600]]), "busy"),
    "format by post": (changed("requests.0.format", "by post"), "requests[0]"),
    "volunteers offer either": (changed("volunteers.0.formats", ["either"]), "volunteers[0]"),
    "id of no kind": (changed("requests.0.id", 1.5), "requests[0].id"),
    "weight below zero": (an_instance(weights={"travel": -1}), "weights.travel"),
    "weights as a list": (an_instance(weights=[1, 2]), "weights"),
    "volunteer without a home": (changed("volunteers.0", {"id": 0}), "volunteers[0]"),
    "junk in junk": (changed("volunteers.0.topics", [[[[{}]]]]), "topics[0]"),
}


@pytest.mark.parametrize(("content", "place"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_where_it_stands(
    content: Json, place: str, shell: CommandLine, tmp_path: Path
) -> None:
    (sentence,) = refused(shell, written(tmp_path, content))
    assert place in sentence


OCTETS = {
    "empty": b"",
    "half a file": json.dumps(an_instance()).encode()[:-40],
    "two files in one": json.dumps(an_instance()).encode() * 2,
    "not UTF-8": json.dumps(an_instance()).encode().replace(b'"en"', b'"\xff"'),
    "UTF-16": json.dumps(an_instance()).encode("utf-16"),
    "NaN": json.dumps(changed("volunteers.0.radius", float("nan"))).encode(),
    "Infinity": json.dumps(changed("volunteers.0.radius", float("inf"))).encode(),
    "minus Infinity": json.dumps(changed("schools.0.x", float("-inf"))).encode(),
    "beyond all floats": json.dumps(an_instance()).encode().replace(b'"x": 3', b'"x": 1e400'),
    "5,000 digits": json.dumps(an_instance()).encode().replace(b'"x": 3', b'"x": ' + b"9" * 5_000),
    "lists in lists": b"[" * 200_000 + b"]" * 200_000,
    "objects in objects": b'{"meta":' * 100_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("name", OCTETS)
def test_what_is_no_json_is_refused(
    name: str, packed: bool, shell: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / ("instance.json.gz" if packed else "instance.json")
    path.write_bytes(gzip.compress(OCTETS[name]) if packed else OCTETS[name])
    assert len(refused(shell, path)) == 1


def test_files_that_only_look_packed_are_refused(shell: CommandLine, tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps(an_instance()).encode())
    spoiled_middle = whole[:100] + bytes(octet ^ 0xFF for octet in whole[100:110]) + whole[110:]
    for octets in (b"", b"{}", whole[:5], whole[:-9], whole[:-1], whole + b"x", spoiled_middle):
        path = tmp_path / "instance.json.gz"
        path.write_bytes(octets)
        assert len(refused(shell, path)) == 1


@pytest.mark.parametrize("octets", [b" ", b"[", b"[],"], ids=["blanks", "depth", "lists"])
def test_small_files_that_unpack_to_huge_ones_are_refused(
    octets: bytes, shell: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(records, "MAX_LISTS", 10_000)
    path = tmp_path / "instance.json.gz"
    for times in (60_000, 4_000_000):
        path.write_bytes(gzip.compress(b"[" + octets * times))
        (sentence,) = refused(shell, path)
    assert sentence == "instance.json.gz: The file is larger than 1 MB."


def test_folders_missing_and_forbidden_files_are_refused(
    shell: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "folder.json").mkdir()
    (sentence,) = refused(shell, tmp_path / "folder.json")
    assert sentence == "folder.json: The file cannot be read: Is a directory."
    (sentence,) = refused(shell, tmp_path / "missing.json.gz")
    assert sentence == "missing.json.gz: The file cannot be read: No such file or directory."
    if os.geteuid():
        path = written(tmp_path, an_instance())
        path.chmod(0)
        assert len(refused(shell, path)) == 1


def test_two_hundred_of_a_thousand_faults_are_told(shell: CommandLine, tmp_path: Path) -> None:
    crowd = [a_volunteer(key, radius=None) for key in range(1000)]
    assert len(refused(shell, written(tmp_path, an_instance(volunteers=crowd)))) == 200


LEGAL: dict[str, tuple[Json, int]] = {
    "nothing at all": (an_instance(schools=[], volunteers=[], requests=[]), 0),
    "nobody": (an_instance(volunteers=[], requests=[a_request(0)]), 0),
    "nothing asked": (an_instance(requests=[]), 0),
    "no starts": (an_instance(requests=[a_request(0, options=[])]), 0),
    "volunteer who offers nothing": (
        an_instance(
            volunteers=[a_volunteer(0, topics=[], langs=[], formats=[], avail=[])],
            requests=[a_request(0)],
        ),
        0,
    ),
    "more speakers than people": (an_instance(requests=[a_request(0, speakers=3)]), 0),
    "series past the horizon": (
        an_instance(requests=[a_request(0, sessions=40), a_request(1, sessions=3)]),
        1,
    ),
    "one day between nothing": (an_instance(requests=[a_request(0, every_days=0)]), 1),
    "start given thrice": (
        an_instance(requests=[a_request(0, options=[[MONDAY_TEN, 1], [MONDAY_TEN, 3]] * 3)]),
        1,
    ),
    "blocks that overlap and touch": (
        an_instance(
            volunteers=[a_volunteer(0, avail=[[0, 540, 615], [0, 600, 630], [0, 630, 650]])],
            requests=[a_request(0)],
        ),
        1,
    ),
    "busy times that overlap": (
        an_instance(
            volunteers=[a_volunteer(0, busy=[[0, 900], [100, 9_000], [9_000, 10_670]])],
            requests=[a_request(0)],
        ),
        1,
    ),
    "keys nobody knows": (
        {
            **changed("requests.0.colour", "blue"),
            "comment": {"by": ["somebody"]},
            "weights": {"x": 1},
        },
        2,
    ),
    "ids of both kinds": (
        an_instance(
            volunteers=[a_volunteer(0, id="0"), a_volunteer(0), a_volunteer(0, id="\ud800")],
            requests=[a_request(0, speakers=3, preferred=["0", "\ud800"]), a_request(0, id="0")],
        ),
        1,
    ),
    "far away": (changed("schools.0", {**an_instance()["schools"][0], "x": 1e9, "y": -1e9}), 2),
}


@pytest.mark.parametrize(("content", "filled"), LEGAL.values(), ids=LEGAL)
def test_what_is_strange_but_legal_is_planned(
    content: Json, filled: int, shell: CommandLine, tmp_path: Path
) -> None:
    plan = planned(shell, written(tmp_path, content))
    assert (plan["status"], len(plan["bookings"])) == ("optimal", filled)
    assert verified(content)[1] == plan["bookings"]


def test_byte_order_mark_is_passed_over(shell: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(an_instance()).encode())
    assert len(planned(shell, path)["bookings"]) == 2


def test_horizon_of_a_million_minutes_is_planned() -> None:
    years = a_district(Size("years", 60, 200), seed=2)
    years["meta"]["days"], years["month_of_day"] = 700, [day // 30 for day in range(700)]
    for each in years["requests"]:
        each["options"] = [
            [start + 600 * 1440 + 2 * 1440, liked] for start, liked in each["options"]
        ]
    plan, bookings = verified(years)
    assert plan.status == "optimal"
    assert bookings
    assert max(each["start"] for each in bookings) > 850_000


@pytest.mark.parametrize(
    "batch", [0, *(pytest.param(number, marks=pytest.mark.full) for number in range(1, 10))]
)
def test_spoiled_instances_are_read_or_refused(
    batch: int, shell: CommandLine, tmp_path: Path
) -> None:
    statuses = [_met(shell, tmp_path, seed) for seed in range(200 * batch, 200 * batch + 200)]
    assert set(statuses) == {0, 1}


def _met(shell: CommandLine, folder: Path, seed: int) -> int:
    random = Random(f"spoiled {seed}")
    family = list(FAMILIES)[seed // 2 % len(FAMILIES)]
    sound = a_tiny_instance(seed) if seed % 2 else an_instance_of(family, SMALL, seed=seed)
    instance = written(folder, spoiled(sound, random, times=random.choice((1, 1, 2, 4))))
    plan = folder / "plan.json"
    plan.unlink(missing_ok=True)
    said = shell.run("solve", instance, "-o", plan, "--seconds", "2")
    assert_is_plain(said, seed)
    assert plan.exists() == (said.status == 0)
    if said.status == 0:
        assert shell.run("check", instance, plan).status == 0
    return said.status


def assert_is_plain(said: Said, seed: int) -> None:
    assert said.status in (0, 1), seed
    assert "Traceback" not in said.err, seed
    assert (said.status == 1) == bool(said.sentences), seed


def test_spoiled_plans_are_checked_or_refused(shell: CommandLine, tmp_path: Path) -> None:
    instance = a_tiny_instance(7, most_requests=6)
    problem_of(instance)
    file, plan = written(tmp_path, instance), tmp_path / "plan.json"
    shell.done("solve", file, "-o", plan, "--seconds", "5")
    sound = json.loads(plan.read_text())
    assert sound["bookings"]
    for seed in range(150):
        bookings = spoiled({"bookings": sound["bookings"]}, Random(f"plan {seed}"), times=seed % 3)
        said = shell.run("check", file, written(tmp_path, bookings, name="spoiled.json"))
        assert_is_plain(said, seed)
        assert said.status == 0 or said.out or said.sentences[0].startswith("spoiled.json: ")
