"""A run in words: its state, what it does right now, what is proven, what it changed.

Pure functions. A tier's figures are never shown bare: what is proven is said as how much better
any plan could still be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypedDict

from scheduler.domain.runs import Change, Headway, Run, RunState
from scheduler.services.runs import NIGHTLY
from scheduler.web.phrasing import plural

STATE_WORDS: Mapping[RunState, tuple[str, str]] = MappingProxyType(
    {
        RunState.WAITING: ("Waiting", "wait"),
        RunState.RUNNING: ("Looking", "info"),
        RunState.DONE: ("Done", "ok"),
        RunState.FAILED: ("Did not work", "stop"),
        RunState.CANCELLED: ("Stopped", ""),
        RunState.ABANDONED: ("Broken off", "stop"),
    }
)
PHASE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reading": "Reading the requests and everybody's calendars",
        "pinned": "Putting the visits that are fixed in place",
        "columns": "Finding out who can come when",
        "greedy": "Making a first plan",
        "tier 1": "Filling as many requests as can be filled",
        "tier 2": "Finding the people who fit best",
        "check": "Checking every rule once more",
        "explaining": "Finding out why some have nobody yet",
        "keeping": "Writing down what was found",
    }
)
CHANGE_WORDS: Mapping[Change, tuple[str, str]] = MappingProxyType(
    {
        Change.FOUND: ("request now has a proposal", "requests now have a proposal"),
        Change.OTHER_PEOPLE: ("proposal has other people", "proposals have other people"),
        Change.OTHER_TIME: ("proposal has another time", "proposals have another time"),
        Change.LOST: ("request lost its proposal", "requests lost their proposal"),
        Change.KEPT: ("proposal stayed as it was", "proposals stayed as they were"),
        Change.NOBODY: ("request has nobody yet", "requests have nobody yet"),
    }
)


class ChangeShown(TypedDict):
    """One kind of change: how many in words, the first keys, and how many more there are."""

    words: str
    keys: tuple[str, ...]
    more: int


def run_state(run: Run) -> dict[str, str]:
    """Return the run's state as a tag: one or two words and a tone."""
    words, tone = STATE_WORDS[run.state]
    if run.state is RunState.RUNNING and run.stop_asked_at:
        words = "Stopping"
    return {"words": words, "tone": tone}


def run_phase(run: Run) -> str:
    """Return what a run that is worked on does right now."""
    if run.stop_asked_at:
        return "Stopping, and keeping the best so far"
    return PHASE_WORDS.get(run.headway.phase, "Looking for a better plan")


def run_asker(run: Run, names: Mapping[str, str]) -> str:
    """Return who asked, as part of a sentence."""
    if run.asked_by == NIGHTLY:
        return "the nightly check"
    return names.get(run.asked_by, run.asked_by)


def filled_so_far(headway: Headway) -> str:
    """Return ``12 of 14 requests have somebody``, or nothing before that is known."""
    if headway.filled is None or headway.requests is None:
        return ""
    verb = "has" if headway.filled == 1 else "have"
    return f"{headway.filled:,} of {plural(headway.requests, 'request')} {verb} somebody"


def proofs(headway: Headway) -> tuple[str, ...]:
    """Return what is proven of each tier, as far as it is known."""
    return tuple(_proofs(headway))


def changes_of(run: Run) -> tuple[ChangeShown, ...]:
    """Return what the run changed, kind by kind; kinds that never happened are left out."""
    return tuple(_change_shown(run, change) for change in Change if run.counts.get(str(change), 0))


def _proofs(headway: Headway) -> Iterator[str]:
    gap = _gap(headway.tier1_value, headway.tier1_bound)
    if gap is not None:
        best = "Filled requests: proven, no plan fills more"
        yield best if gap <= 0 else f"Filled requests: at most {_percent(gap)} more is possible"
    gap = _gap(headway.tier2_value, headway.tier2_bound)
    if gap is not None:
        best = "How well people fit: proven, no plan does better"
        yield best if gap <= 0 else f"How well people fit: at most {_percent(gap)} more is possible"


def _gap(value: int | None, bound: int | None) -> float | None:
    if value is None or bound is None:
        return None
    return (bound - value) / max(1, abs(bound))


def _percent(gap: float) -> str:
    return "0.1%" if gap < 0.001 else f"{gap:.1%}"


def _change_shown(run: Run, change: Change) -> ChangeShown:
    count = run.counts[str(change)]
    listed = run.changed.get(str(change), ())
    keys = tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()
    return {
        "words": plural(count, *CHANGE_WORDS[change]),
        "keys": keys,
        "more": count - len(keys) if keys else 0,
    }
