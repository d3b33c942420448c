"""What spreadsheet programs make of a file, and what is said of a file that is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.domain.topics import Topic, TopicTree
from tests.bundle import sample

BARE = {"district.toml": sample.DISTRICT}
TREE = TopicTree((Topic("a", label="Café; bar"), Topic("b", parent="a", is_sensitive=True)))
PLAIN = 'topic,parent,label,sensitive\na,,"Café; bar",no\nb,a,,yes\n'


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda text: text.encode(), id="plain"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="with a mark at the beginning"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="lines of Windows"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="lines of an old Mac"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no last line break"),
        pytest.param(
            lambda text: text.replace("\nb", "\n\n,,,\nb").encode(), id="blank lines between"
        ),
        pytest.param(
            lambda text: (
                text.replace("sensitive", "Sensitive,")
                .replace("no\n", "no,\n")
                .replace("yes\n", "yes,\n")
                .encode()
            ),
            id="capitals and an empty last column",
        ),
        pytest.param(lambda text: text.replace(",", ";").encode("utf-8-sig"), id="semicolons"),
    ],
)
def test_same_table_is_read_however_it_was_saved(
    tmp_path: Path, write: Callable[[str], bytes]
) -> None:
    assert sample.merged(tmp_path, {**BARE, "topics.csv": write(PLAIN)}).topics == TREE


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    text = 'label,sensitive,parent,topic\n"Café; bar",NO,,a\n,Yes,a,b\n'
    assert sample.merged(tmp_path, {**BARE, "topics.csv": text}).topics == TREE


@pytest.mark.parametrize("bar", ["|", ";"])
def test_lists_have_bars_where_the_file_has_semicolons(tmp_path: Path, bar: str) -> None:
    volunteers = (
        "email;name;topics;grades;languages;formats;latitude;longitude\n"
        f'ida@example.org;Ida;"robotics:3{bar}health";K-3;"en{bar}fr";virtual;43,5;-79,25\n'
    )
    files = {**BARE, "topics.csv": sample.TOPICS, "volunteers.csv": volunteers}
    whole = sample.merged(tmp_path, files)
    assert whole.volunteers is not None
    ida = whole.volunteers["ida@example.org"]
    assert (dict(ida.level_by_topic), ida.languages) == ({"robotics": 3, "health": 2}, ("en", "fr"))
    assert ida.coordinates is not None
    assert (ida.coordinates.latitude, ida.coordinates.longitude) == (43.5, -79.25)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"",
            [
                "row 1: The first row must name the columns: topic, parent, label, label_fr, "
                "label_es, sensitive."
            ],
        ),
        (
            b"a,b\n1,2\n",
            [
                "row 1: The first row must name the columns: topic, parent, label, "
                "label_fr, label_es, sensitive."
            ],
        ),
        ("topic\na\n".encode("utf-16"), ["row 1: This is not UTF-8: save it as “CSV UTF-8”."]),
        (
            "topic,label\na,Café\nb,ok\nc,Génie\n".encode("latin-1"),
            [
                "row 2, column label: “Caf?” is not UTF-8: save the file as “CSV UTF-8”.",
                "row 4, column label: “G?nie” is not UTF-8: save the file as “CSV UTF-8”.",
            ],
        ),
        (b"topic,label\na,x\0y\n", ["row 2, column label: There is a NUL character here."]),
        (
            b"topic,color,x_color,topic\na,red,red,b\n",
            [
                "row 1, column color: There is no column “color” here; a column of your own begins "
                "with x_.",
                "row 1, column topic: The column “topic” is there twice.",
            ],
        ),
        (b"parent,label\n,x\n", ["row 1, column topic: The column “topic” is missing."]),
        (b"topic,,label\na,b,c\n", ["row 1: A column has no name."]),
        (
            b"topic,label\na,b,c\nd\n,e\n",
            [
                "row 2: This row has 3 cells, but there are 2 columns.",
                "row 3: This row has 1 cell, but there are 2 columns.",
                "row 4, column topic: The topic is missing.",
            ],
        ),
        (
            b'topic,label\na,"b"c\nd,e\nf,"open\n',
            [
                "row 2: The quotation marks of this row do not match, or a cell is far too long.",
                "row 4: The quotation marks of this row do not match, or a cell is far too long.",
            ],
        ),
    ],
    ids=[
        "empty",
        "no header",
        "UTF-16",
        "Latin-1",
        "NUL",
        "columns",
        "missing column",
        "nameless column",
        "ragged",
        "quotes",
    ],
)
def test_what_is_no_table_is_told_with_its_place(
    tmp_path: Path, content: bytes, said: list[str]
) -> None:
    found = sample.problems(tmp_path, {**BARE, "topics.csv": content})
    assert found == [f"topics.csv, {sentence}" for sentence in said]


def test_file_that_hides_its_keys_makes_no_strangers(tmp_path: Path) -> None:
    files = sample.changed(volunteers=b"\xff\xfeh\0i\0")
    files.pop("busy/amara@robots.example.ics")
    assert sample.problems(tmp_path, files) == [
        "volunteers.csv, row 1: This is not UTF-8: save it as “CSV UTF-8”."
    ]
