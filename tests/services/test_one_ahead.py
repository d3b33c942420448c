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
    ahead.go_on()
    assert ahead.is_ready
    ahead.go_on()
    assert made == [0]
    assert list(ahead) == [0, 1, 2]
    assert made == [0, 1, 2, -1]


def test_thing_in_steps_is_ready_after_the_last() -> None:
    done: list[str] = []

    def in_steps() -> Iterator[str | None]:
        done.append("begun")
        yield None
        done.append("finished")
        yield "thing"

    ahead = OneAhead(in_steps())
    ahead.go_on()
    assert (done, ahead.is_ready) == (["begun"], False)
    ahead.go_on()
    assert (done, ahead.is_ready) == (["begun", "finished"], True)
    assert list(ahead) == ["thing"]


def test_asking_after_the_end_makes_nothing() -> None:
    made: list[int] = []
    ahead = OneAhead(counted(1, made))
    assert list(ahead) == [0]
    ahead.go_on()
    assert list(ahead) == []
    assert made == [0, -1]


def test_failure_is_met_where_the_thing_would_be_taken() -> None:
    def failing() -> Iterator[str]:
        yield "first"
        raise LookupError("second")

    ahead = OneAhead(failing())
    assert next(ahead) == "first"
    ahead.go_on()
    with pytest.raises(LookupError, match="second"):
        next(ahead)
