"""Lists as files: no cell becomes a formula, none breaks out of its place."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from weakref import WeakSet

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.web.lists import FORMULA_SIGNS, MOST_IN_MEMORY, Cell, Column, csv_answer, harmless


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Ana", "Ana"),
        ("", ""),
        (None, ""),
        (-3, "-3"),
        (2.5, "2.5"),
        (date(2026, 12, 8), "2026-12-08"),
        (datetime(2026, 12, 8, 10, 40, tzinfo=UTC), "2026-12-08 10:40"),
        ("=1+1", "' =1+1"),
        ("+1 416 555 0100", "' +1 416 555 0100"),
        ("-x", "' -x"),
        ("@SUM(1)", "' @SUM(1)"),
        ("＝1+1", "' ＝1+1"),
        ("\t=1+1", "' =1+1"),
        ("  '=1+1", "' '=1+1"),
        ('"=1+1', "' \"=1+1"),
        ("two\r\n=lines", "two =lines"),
        ("a=b", "a=b"),
    ],
)
def test_cell_is_written_so_that_it_stays_what_it_says(cell: Cell, written: str) -> None:
    assert harmless(cell) == written


@settings(max_examples=60)
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_is_one_harmless_cell(texts: list[str]) -> None:
    app = Flask(__name__)
    columns = tuple(Column(f"c{n}", lambda line, n=n: line[n]) for n in range(len(texts)))
    with app.test_request_context():
        answer = csv_answer("list", columns, [texts])
        written = answer.get_data(as_text=True).removeprefix("\ufeff")
    heading, line = csv.reader(io.StringIO(written, newline=""))
    assert heading == [column.label for column in columns]
    assert line == [harmless(text) for text in texts]
    assert not any(cell[:1] in FORMULA_SIGNS for cell in line if cell)


def test_lines_that_are_written_are_let_go() -> None:
    alive: WeakSet[_Line] = WeakSet()

    def lines() -> Iterator[_Line]:
        for _ in range(100):
            alive.add(line := _Line())
            yield line
            assert len(alive) <= 2

    with Flask(__name__).test_request_context():
        answer = csv_answer("list", (Column("c", lambda line: "x"),), lines())
    assert answer.get_data().count(b"x") == 100


def test_long_file_is_sent_whole_and_is_never_in_memory() -> None:
    with Flask(__name__).test_request_context():
        tracemalloc.start()
        try:
            answer = csv_answer("list", COLUMN, (f"{n:0>100}" for n in range(8_000)))
            sent = sum(map(len, answer.response))
            _, most_kept = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert sent == answer.content_length > 8_000 * 100
    assert most_kept < 2 * MOST_IN_MEMORY


COLUMN: tuple[Column[str]] = (Column("c", lambda line: line),)


class _Line:
    """Something that can be watched."""
