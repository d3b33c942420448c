"""Whom a search for a stand-in asks next, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.stand_ins import (
    Fitting,
    SearchState,
    end,
    next_wave,
    open_search,
)
from tests.builders import NOW, VOLUNTEER, a_visit

ADA, BELA, CLEO, DORA = FITTING = tuple(
    Fitting(f"{name}@x.example", points)
    for name, points in (("ada", 90), ("bela", 50), ("cleo", 50), ("dora", 10))
)
HOUR = timedelta(hours=1)


def wave(*, at_a_time: int = 3, asked: tuple[Fitting, ...] = (), **ago: int) -> list[str]:
    """Return who is asked next; ``ago`` says by name how many hours ago somebody was asked."""
    emails = next_wave(
        FITTING,
        asked=(each.email for each in asked),
        last_asked_by_email={
            f"{name}@x.example": NOW - HOUR * hours for name, hours in ago.items()
        },
        at_a_time=at_a_time,
    )
    return [email.partition("@")[0] for email in emails]


def test_among_those_never_asked_the_best_come_first() -> None:
    assert wave() == ["ada", "bela", "cleo"]


def test_whoever_was_asked_longest_ago_comes_first_however_well_others_fit() -> None:
    assert wave(ada=1) == ["bela", "cleo", "dora"]
    assert wave(ada=1, bela=2, cleo=900, dora=3) == ["cleo", "dora", "bela"]


def test_those_asked_in_one_wave_come_again_by_how_well_they_fit() -> None:
    assert wave(at_a_time=4, ada=5, bela=5, dora=5) == ["cleo", "ada", "bela", "dora"]


def test_nobody_is_asked_twice_in_one_search() -> None:
    assert wave(asked=(ADA, CLEO)) == ["bela", "dora"]


@pytest.mark.parametrize("how", [SearchState.FOUND, SearchState.NOBODY, SearchState.OVERTAKEN])
def test_search_that_a_coordinator_stopped_ends_once_more(how: SearchState) -> None:
    stopped = end(open_search(a_visit(), VOLUNTEER, number=1, at=NOW), SearchState.STOPPED, at=NOW)
    assert (stopped.is_on, stopped.is_undecided) == (False, True)
    ended = end(stopped, how, at=NOW + HOUR)
    assert (ended.state, ended.is_undecided) == (how, False)
    for again in SearchState:
        with pytest.raises(IllegalTransition):
            end(ended, again, at=NOW + HOUR)


def test_search_is_stopped_once() -> None:
    stopped = end(open_search(a_visit(), VOLUNTEER, number=1, at=NOW), SearchState.STOPPED, at=NOW)
    with pytest.raises(IllegalTransition):
        end(stopped, SearchState.STOPPED, at=NOW)
