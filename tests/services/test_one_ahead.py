"""The next of many things is made early, once, and taken in its turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.services.one_ahead import OneAhead


def counted(upto: int, made: list[int]) -> Iterator[int]:
    for number in range(upto):
        made.append(number)
        yield number
    made.append(-1)


def test_nothing_is_made_before_anybody_asks() -> None:
    made: list[int] = []
    OneAhead(counted(3, made))
    assert made == []


def test_one_is_made_early_and_no_more() -> None:
    made: list[int] = []
    ahead = OneAhead(counted(3, made))
    ahead.make_next()
    ahead.make_next()
    assert made == [0]
    assert list(ahead) == [0, 1, 2]
    assert made == [0, 1, 2, -1]


def test_asking_after_the_end_makes_nothing() -> None:
    made: list[int] = []
    ahead = OneAhead(counted(1, made))
    assert list(ahead) == [0]
    ahead.make_next()
    assert list(ahead) == []
    assert made == [0, -1]


def test_failure_is_met_where_the_thing_would_be_taken() -> None:
    def failing() -> Iterator[str]:
        yield "first"
        raise LookupError("second")

    ahead = OneAhead(failing())
    assert next(ahead) == "first"
    ahead.make_next()
    with pytest.raises(LookupError, match="second"):
        next(ahead)
