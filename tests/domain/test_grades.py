"""Grades are read and written as people write them; pre-K is −1 and K is 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.grades import format_grade, format_grades, parse_grade, parse_grades

grades = st.integers(-1, 13)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("K", 0),
        ("k", 0),
        ("0", 0),
        ("pre-K", -1),
        ("PreK", -1),
        ("PK", -1),
        ("-1", -1),
        ("1", 1),
        ("09", 9),
        (" 13 ", 13),
    ],
)
def test_grade_is_read_as_people_write_it(text: str, grade: int) -> None:
    assert parse_grade(text) == grade


@pytest.mark.parametrize(
    "text", ["", "-", "14", "-2", "--1", "5.0", "fifth", "K5", "1e1", "٣", "9" * 5000]
)
def test_anything_else_is_no_grade(text: str) -> None:
    with pytest.raises(ValueError, match="is not a grade: use pre-K, K or 1 to 13"):
        parse_grade(text)


@pytest.mark.parametrize(("grade", "text"), [(-1, "pre-K"), (0, "K"), (1, "1"), (13, "13")])
def test_grade_is_written_one_way(grade: int, text: str) -> None:
    assert format_grade(grade) == text


@given(grades)
def test_a_written_grade_is_read_back(grade: int) -> None:
    assert parse_grade(format_grade(grade)) == grade


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([], set(), id="none"),
        pytest.param(["K-5", "9"], {0, 1, 2, 3, 4, 5, 9}, id="range and one"),
        pytest.param(["0-2"], {0, 1, 2}, id="K as a zero"),
        pytest.param(["pre-K-1"], {-1, 0, 1}, id="from pre-K"),
        pytest.param(["pre-K-K"], {-1, 0}, id="pre-K to K"),
        pytest.param(["-1-1"], {-1, 0, 1}, id="from minus one"),
        pytest.param([" 7 - 8 "], {7, 8}, id="spaces"),
        pytest.param(["5-5"], {5}, id="range of one"),
        pytest.param(["1-4", "3-6"], {1, 2, 3, 4, 5, 6}, id="overlapping"),
    ],
)
def test_ranges_include_both_ends(parts: list[str], expected: set[int]) -> None:
    assert parse_grades(parts) == expected


@pytest.mark.parametrize("part", ["5-1", "1-K", "K-pre-K", "1-", "-", "1-14", "1-2-3", ""])
def test_backward_or_broken_range_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=r"is not a grade|runs backwards"):
        parse_grades([part])


@pytest.mark.parametrize("part", ["FIFTH", "-", "K5"])
def test_part_without_a_range_is_named_whole(part: str) -> None:
    with pytest.raises(ValueError, match=f"“{part}” is not a grade"):
        parse_grades([part])


@pytest.mark.parametrize(
    ("grades", "parts"),
    [
        ([], ()),
        ([0, 1, 2, 3, 4, 5, 9], ("K-5", "9")),
        ([9, 4, 4, 5], ("4-5", "9")),
        ([-1, 0], ("pre-K-K",)),
        ([-1, 1, 13], ("pre-K", "1", "13")),
    ],
)
def test_grades_are_written_in_the_fewest_ranges(grades: list[int], parts: tuple[str]) -> None:
    assert format_grades(grades) == parts


@given(st.frozensets(grades))
def test_written_grades_are_read_back(some: frozenset[int]) -> None:
    assert parse_grades(format_grades(some)) == some
