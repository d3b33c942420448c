"""Instance files: what they mean, how they come back, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.domain.assignments import Assignment, Place, Session
from scheduler.domain.errors import BadInput
from scheduler.matching.instances import read_instance, read_plan, write_plan
from scheduler.matching.problem import Weights
from scheduler.matching.solve import solve
from tests.matching.files import MONDAY_TEN, a_request, a_volunteer, an_instance, written


def test_instance_is_solved_to_the_optimum_worked_out_on_paper(tmp_path: Path) -> None:
    problem = read_instance(written(tmp_path, an_instance()))
    plan = solve(problem, seconds=5)
    # Priorities 1 and 3 at a school of need 2. Each request goes to one of the two:
    # levels 2 and 3, preference 3 twice, 5 km twice, 60 for the preferred volunteer 0,
    # 4 x 15 for volunteer 1's history, 60 + 30 for the school.
    assert plan.status == "optimal"
    assert plan.tier1.value == 1 * 2 + 3 * 2
    assert plan.points == {
        "fit": 40 * (2 + 3),
        "preference": 20 * (3 + 3),
        "preferred": 60,
        "pair_score": 0,
        "travel": -(5 + 5),
        "same_start": 0,
        "same_volunteer": 0,
        "fairness": -60,
        "equity": 90,
    }
    assert plan.assignments == (
        Assignment("0", MONDAY_TEN, ("0",)),
        Assignment("1", MONDAY_TEN, ("1",)),
    )


def test_values_arrive_as_the_rules_need_them(tmp_path: Path) -> None:
    volunteer = a_volunteer(
        0,
        avail=[[0, 540, 600], [0, 590, 660], [1, 60, 90]],
        exceptions=[
            {"day": 7, "kind": "off"},
            {"day": 8, "kind": "extra", "start": 90, "end": 120},
        ],
        busy=[[600, 700], [650, 720]],
        clearance_until=20,
    )
    content = an_instance(volunteers=[volunteer, a_volunteer(1)])
    content["meta"]["days"] = 10
    problem = read_instance(written(tmp_path, content))
    speaker = problem.speakers[0]
    assert speaker.free == ((540, 660), (1500, 1530), (8 * 1440 + 60, 8 * 1440 + 120))
    assert speaker.busy == ((600, 720),)
    assert speaker.formats == {"in_person", "virtual"}
    assert [span.last_day for span in speaker.clearances] == [20]
    assert problem.demands[0].place == Place(3.0, 4.0)
    assert problem.demands[0].hosts == {"teacher:0"}
    session = Session(MONDAY_TEN, MONDAY_TEN + 50, day=7, week=1, month=0)
    assert problem.demands[0].options[0].sessions == (session,)


@pytest.mark.parametrize("written_as", ["in-person", "in_person"])
def test_both_spellings_of_in_person_are_read(tmp_path: Path, written_as: str) -> None:
    content = an_instance(
        volunteers=[a_volunteer(0, formats=[written_as]), a_volunteer(1)],
        requests=[a_request(0, format=written_as)],
    )
    problem = read_instance(written(tmp_path, content))
    assert problem.speakers[0].formats == {"in_person"}
    assert problem.demands[0].format == "in_person"


@pytest.mark.parametrize(
    ("start", "duration", "sessions", "is_kept"),
    [
        (27 * 1440 + 1390, 50, 1, True),
        (27 * 1440 + 1391, 50, 1, False),
        (28 * 1440, 50, 1, False),
        (-10, 50, 1, False),
        (20 * 1440 + 600, 50, 2, True),
        (21 * 1440 + 600, 50, 2, False),
    ],
    ids=[
        "ends at midnight",
        "crosses midnight",
        "too late",
        "too early",
        "fits",
        "series ends out",
    ],
)
def test_starts_outside_the_horizon_do_not_exist(
    tmp_path: Path, start: int, duration: int, sessions: int, is_kept: bool
) -> None:
    request = a_request(0, options=[[start, 3]], duration=duration, sessions=sessions, every_days=7)
    problem = read_instance(written(tmp_path, an_instance(requests=[request])))
    assert len(problem.demands[0].options) == (1 if is_kept else 0)


def test_start_given_twice_keeps_its_best_preference(tmp_path: Path) -> None:
    request = a_request(0, options=[[MONDAY_TEN, 1], [MONDAY_TEN, 3], [MONDAY_TEN, 2]])
    problem = read_instance(written(tmp_path, an_instance(requests=[request])))
    assert [option.preference for option in problem.demands[0].options] == [3]


def test_weights_and_pairs_are_read(tmp_path: Path) -> None:
    content = an_instance(
        weights={"travel": 2, "equity": 0},
        pair_scores=[[0, 1, -5]],
        pair_minutes=[[1, 0, 30]],
        previous=[{"request": 0, "start": MONDAY_TEN, "volunteers": [1]}],
        pinned=[{"request": 1, "start": MONDAY_TEN, "volunteers": [0]}],
    )
    problem = read_instance(written(tmp_path, content))
    assert problem.weights == Weights(travel=2, equity=0)
    assert problem.pair_scores == {("0", "1"): -5}
    assert problem.pair_minutes == {("1", "0"): 30}
    assert problem.previous == (Assignment("0", MONDAY_TEN, ("1",)),)
    assert problem.pinned == (Assignment("1", MONDAY_TEN, ("0",)),)


def test_ids_come_back_as_they_came(tmp_path: Path) -> None:
    content = an_instance(
        volunteers=[a_volunteer(0, id="1"), a_volunteer(1, id=1), a_volunteer(2, id='Zoë "Z"')],
        requests=[a_request(7, id="r-7", speakers=3)],
    )
    problem = read_instance(written(tmp_path, content))
    plan = solve(problem, seconds=5)
    path = tmp_path / "plan.json"
    write_plan(path, plan, problem)
    (booking,) = json.loads(path.read_text())["bookings"]
    assert booking["request"] == "r-7"
    assert sorted(booking["volunteers"], key=str) == [1, "1", 'Zoë "Z"'] or set(
        booking["volunteers"]
    ) == {1, "1", 'Zoë "Z"'}
    (read,) = read_plan(path, problem)
    assert set(read.speaker_ids) == set(plan.assignments[0].speaker_ids)


@pytest.mark.parametrize("name", ["plan.json", "plan.json.gz"])
def test_plan_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    problem = read_instance(written(tmp_path, an_instance()))
    plan = solve(problem, seconds=5)
    write_plan(tmp_path / name, plan, problem)
    assert read_plan(tmp_path / name, problem) == plan.assignments


def test_packed_instance_equals_the_plain_one(tmp_path: Path) -> None:
    plain = written(tmp_path, an_instance())
    packed = tmp_path / "instance.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_instance(packed) == read_instance(plain)


def changed(*path: str | int, to: Any) -> Any:
    content = an_instance()
    inner: Any = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return content


HOSTILE: dict[str, tuple[object, str]] = {
    "not an object": ([], "The instance must be an object, not a list."),
    "version": (changed("meta", "version", to=2), "meta.version must be 1, not 2."),
    "days": (changed("meta", "days", to=0), "meta.days must lie from 1 to 4000, not 0."),
    "endless horizon": (
        changed("meta", "days", to=10**6),
        "meta.days must lie from 1 to 4000, not 1000000.",
    ),
    "months": (changed("month_of_day", to=[0]), "month_of_day has 1 entries for 28 days."),
    "no volunteers": (changed("volunteers", to=None), "must be a list, not null."),
    "volunteer is text": (
        changed("volunteers", 0, to="Ana"),
        'volunteers[0] must be an object, not "Ana".',
    ),
    "radius text": (
        changed("volunteers", 0, "radius", to="far"),
        'volunteers[0].radius must be a number, not "far".',
    ),
    "radius true": (changed("volunteers", 0, "radius", to=True), "must be a number, not true."),
    "negative cap": (
        changed("volunteers", 0, "max_week", to=-1),
        "volunteers[0].max_week must lie from 0 to 1000000000, not -1.",
    ),
    "half a cap": (
        changed("volunteers", 0, "max_week", to=1.5),
        "volunteers[0].max_week must be a whole number, not 1.5.",
    ),
    "huge number": (
        changed("volunteers", 0, "history", to=10**30),
        "not a number out of all bounds.",
    ),
    "grades reversed": (
        changed("volunteers", 0, "grades", to=[7, 3]),
        "volunteers[0].grades ends before it begins.",
    ),
    "empty block": (
        changed("volunteers", 0, "avail", to=[[0, 600, 600]]),
        "volunteers[0].avail[0] runs from 600 to 600, which is no time at all.",
    ),
    "weekday": (
        changed("volunteers", 0, "avail", to=[[7, 540, 600]]),
        "volunteers[0].avail[0] must lie from 0 to 6, not 7.",
    ),
    "block of two": (
        changed("volunteers", 0, "avail", to=[[540, 600]]),
        "volunteers[0].avail[0] must have 3 entries, not 2.",
    ),
    "busy reversed": (
        changed("volunteers", 0, "busy", to=[[700, 600]]),
        "volunteers[0].busy holds 700 to 600, which is no time at all.",
    ),
    "unknown exception": (
        changed("volunteers", 0, "exceptions", to=[{"day": 3, "kind": "maybe"}]),
        'volunteers[0].exceptions[0].kind must be off or extra, not "maybe".',
    ),
    "unknown format": (
        changed("volunteers", 0, "formats", to=["by post"]),
        'volunteers[0] has the format "by post", which is unknown.',
    ),
    "language number": (
        changed("volunteers", 0, "langs", to=[7]),
        "volunteers[0].langs must hold texts, not 7.",
    ),
    "twins": (changed("volunteers", 1, "id", to=0), "volunteers names the id 0 twice."),
    "id is a list": (
        changed("requests", 0, "id", to=[1]),
        "requests[0].id must be a whole number or a text, not a list.",
    ),
    "unknown school": (
        changed("requests", 0, "school", to=9),
        "requests[0].school names 9, which is not there.",
    ),
    "unknown preferred": (
        changed("requests", 0, "preferred", to=[9]),
        "Request 0 names volunteer 9, who is not there.",
    ),
    "no speakers": (
        changed("requests", 0, "speakers", to=0),
        "requests[0].speakers must lie from 1 to 1000, not 0.",
    ),
    "series on one day": (
        changed("requests", 0, to=a_request(0, sessions=2, every_days=0)),
        "requests[0].every_days must lie from 1 to 1000000000, not 0.",
    ),
    "dangling pair": (
        an_instance(pair_scores=[[0, 9, 5]]),
        "pair_scores[0]: volunteer 9 is not there.",
    ),
    "dangling pin": (
        an_instance(pinned=[{"request": 5, "start": 0, "volunteers": []}]),
        "pinned[0] names request 5, which is not there.",
    ),
    "negative weight": (an_instance(weights={"fit": -1}), "weights.fit must lie from 0 to"),
    "missing field": (
        changed("requests", 0, to={"id": 0}),
        "requests[0] lacks “school”.",
    ),
    "not JSON": ("{", "The file is not JSON"),
    "NaN": ('{"meta": NaN}', "NaN is not a number a plan can use."),
    "too deep": ("[" * 100_000, "The file is nested too deeply."),
    "infinite": (
        json.dumps(an_instance()).replace('"radius": 20', '"radius": 1e999', 1),
        "volunteers[0].radius must lie from 0 to",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_with_a_sentence(
    tmp_path: Path, content: object, sentence: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadInput) as refusal:
        read_instance(path)
    assert any(sentence in problem.sentence for problem in refusal.value.problems), refusal.value
    assert {problem.file for problem in refusal.value.problems} == {"instance.json"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bytes.json", b"\xff\xfe\x00", "The file is not UTF-8 text."),
        ("plain.json.gz", b"{}", "The file cannot be read"),
        ("cut.json.gz", gzip.compress(b"{}" * 50)[:-10], "The file is cut off"),
    ],
    ids=["no text", "not compressed", "cut off"],
)
def test_unreadable_bytes_are_refused(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=sentence):
        read_instance(tmp_path / name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="The file cannot be read: No such file"):
        read_instance(tmp_path / "nowhere.json")


def test_all_that_is_wrong_is_told_together(tmp_path: Path) -> None:
    content = an_instance(
        volunteers=[a_volunteer(0, radius=None), a_volunteer(1, buffer="long")],
        requests=[a_request(0, duration=0)],
    )
    with pytest.raises(BadInput) as refusal:
        read_instance(written(tmp_path, content))
    assert [problem.sentence for problem in refusal.value.problems] == [
        "requests[0].duration must lie from 1 to 1000000000, not 0.",
        "volunteers[0].radius must be a number, not null.",
        'volunteers[1].buffer must be a whole number, not "long".',
    ]


@pytest.mark.parametrize(
    ("bookings", "sentence"),
    [
        (None, "The plan lacks “bookings”."),
        ([{"request": 9, "start": 0, "volunteers": []}], "bookings[0] names request 9"),
        ([{"request": 0, "start": 0, "volunteers": [9]}], "bookings[0]: volunteer 9 is not there."),
        ([{"request": "0", "start": 0, "volunteers": [0]}], 'bookings[0] names request "0"'),
        ([{"request": 0, "start": "ten", "volunteers": [0]}], "bookings[0].start must be a whole"),
    ],
)
def test_plan_that_fits_no_problem_is_refused(
    tmp_path: Path, bookings: object, sentence: str
) -> None:
    problem = read_instance(written(tmp_path, an_instance()))
    content = {} if bookings is None else {"bookings": bookings}
    with pytest.raises(BadInput) as refusal:
        read_plan(written(tmp_path, content, name="plan.json"), problem)
    assert sentence in str(refusal.value)
