"""A run goes from waiting to an end, through one pair of hands at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.runs import (
    ATTEMPTS,
    Headway,
    Run,
    RunState,
    abandoned,
    ended,
    given_back,
    successor,
    taken,
)
from tests.builders import COORDINATOR, NOW

LATER = NOW + timedelta(minutes=1)
UNTIL = NOW + timedelta(seconds=45)
WAITING = Run(key="r1", asked_by=COORDINATOR, asked_at=NOW, seconds=60.0)
RUNNING = taken(WAITING, owner="this test", at=LATER, alive_until=UNTIL)
ENDS = (RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.ABANDONED)


def test_taken_run_is_in_the_hands_of_one_worker() -> None:
    assert replace(
        WAITING, state=RunState.RUNNING, owner="this test", begun_at=LATER, alive_until=UNTIL
    ) == (RUNNING)


def test_run_given_back_is_as_it_was_before() -> None:
    told = replace(RUNNING, headway=Headway("tier 1", 0.5, 12, 7))
    assert given_back(told) == WAITING


@pytest.mark.parametrize("state", ENDS)
def test_run_that_ended_cannot_go_on(state: RunState) -> None:
    over = ended(RUNNING, state, at=LATER)
    assert (over.state, over.ended_at, over.alive_until, over.is_open) == (
        state,
        LATER,
        None,
        False,
    )
    for step in (
        lambda: taken(over, owner="another", at=LATER, alive_until=UNTIL),
        lambda: given_back(over),
        lambda: ended(over, RunState.DONE, at=LATER),
        lambda: abandoned(over, at=LATER),
    ):
        with pytest.raises(IllegalTransition):
            step()


def test_waiting_run_can_only_be_taken_or_cancelled() -> None:
    assert ended(WAITING, RunState.CANCELLED, at=LATER).state is RunState.CANCELLED
    for state in (RunState.DONE, RunState.FAILED, RunState.ABANDONED):
        with pytest.raises(IllegalTransition):
            ended(WAITING, state, at=LATER)


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.RUNNING])
def test_an_open_state_is_no_end(state: RunState) -> None:
    with pytest.raises(IllegalTransition):
        ended(RUNNING, state, at=LATER)


def test_run_is_orphaned_from_the_moment_its_worker_was_to_be_heard_again() -> None:
    assert not RUNNING.is_orphaned(UNTIL - timedelta(seconds=1))
    assert RUNNING.is_orphaned(UNTIL)
    assert not WAITING.is_orphaned(UNTIL)


def test_follower_asks_for_the_same_and_knows_which_attempt_it_is() -> None:
    days = replace(RUNNING, first=date(2026, 12, 7), last=date(2026, 12, 18))
    assert successor(days, key="r2", at=LATER) == Run(
        key="r2",
        asked_by=COORDINATOR,
        asked_at=LATER,
        seconds=60.0,
        first=date(2026, 12, 7),
        last=date(2026, 12, 18),
        attempt=2,
    )


def test_last_attempt_has_no_follower() -> None:
    assert successor(replace(RUNNING, attempt=ATTEMPTS), key="r2", at=LATER) is None


def test_run_without_bounds_is_about_all_days() -> None:
    assert WAITING.is_about_all_days
    assert not replace(WAITING, first=date(2026, 12, 7)).is_about_all_days
    assert not replace(WAITING, last=date(2026, 12, 7)).is_about_all_days
