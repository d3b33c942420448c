"""A run in words: its state, what it does right now, what is proven, what it changed.

Pure functions. A tier's figures are never shown bare: what is proven is said as how much better
any plan could still be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypedDict

from flask_babel import gettext as _
from flask_babel import lazy_gettext, lazy_pgettext, ngettext

from scheduler.domain.runs import Change, Headway, Run, RunState
from scheduler.web.formats import write_number, write_share

STATE_WORDS: Mapping[RunState, tuple[str, str]] = MappingProxyType(
    {
        RunState.WAITING: (lazy_pgettext("search", "Waiting"), "wait"),
        RunState.RUNNING: (lazy_pgettext("search", "Looking"), "info"),
        RunState.DONE: (lazy_pgettext("search", "Done"), "ok"),
        RunState.FAILED: (lazy_pgettext("search", "Did not work"), "stop"),
        RunState.CANCELLED: (lazy_pgettext("search", "Stopped"), ""),
        RunState.ABANDONED: (lazy_pgettext("search", "Broken off"), "stop"),
    }
)
PHASE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reading": lazy_gettext("Reading the requests and everyone’s calendars"),
        "pinned": lazy_gettext("Putting the visits that are fixed in place"),
        "columns": lazy_gettext("Finding out who can come when"),
        "greedy": lazy_gettext("Making a first plan"),
        "tier 1": lazy_gettext("Filling as many requests as can be filled"),
        "tier 2": lazy_gettext("Finding the people who fit best"),
        "check": lazy_gettext("Checking every rule once more"),
        "explaining": lazy_gettext("Finding out why some have nobody yet"),
        "keeping": lazy_gettext("Writing down what was found"),
    }
)

SMALLEST_SHARE = 0.001


class ChangeShown(TypedDict):
    """One kind of change: how many in words, the first keys, and how many more there are."""

    words: str
    keys: tuple[str, ...]
    more: int


def run_state(run: Run) -> dict[str, str]:
    """Return the run's state as a tag: one or two words and a tone."""
    words, tone = STATE_WORDS[run.state]
    if run.state is RunState.RUNNING and run.stop_asked_at:
        words = _("Stopping")
    return {"words": str(words), "tone": tone}


def run_phase(run: Run) -> str:
    """Return what a run that is worked on does right now."""
    if run.stop_asked_at:
        return _("Stopping, and keeping the best so far")
    return str(PHASE_WORDS.get(run.headway.phase, _("Looking for a better plan")))


def filled_so_far(headway: Headway) -> str:
    """Return ``12 of 14 requests have somebody``, or nothing before that is known."""
    if headway.filled is None or headway.requests is None:
        return ""
    return ngettext(
        "%(filled)s of %(total)s request has somebody",
        "%(filled)s of %(total)s requests have somebody",
        headway.requests,
        filled=write_number(headway.filled),
        total=write_number(headway.requests),
    )


def proofs(headway: Headway) -> tuple[str, ...]:
    """Return what is proven of each tier, as far as it is known."""
    return tuple(_proofs(headway))


def changes_of(run: Run) -> tuple[ChangeShown, ...]:
    """Return what the run changed, kind by kind; kinds that never happened are left out."""
    return tuple(_change_shown(run, change) for change in Change if run.counts.get(str(change), 0))


def _proofs(headway: Headway) -> Iterator[str]:
    tiers = (
        (
            _gap(headway.tier1_value, headway.tier1_bound),
            _("Filled requests: proven, no plan fills more"),
            _("Filled requests: at most %(share)s more is possible"),
        ),
        (
            _gap(headway.tier2_value, headway.tier2_bound),
            _("How well people fit: proven, no plan does better"),
            _("How well people fit: at most %(share)s more is possible"),
        ),
    )
    for gap, proven, open_still in tiers:
        if gap is not None:
            yield open_still % {"share": _share(gap)} if gap > 0 else proven


def _gap(value: int | None, bound: int | None) -> float | None:
    if value is None or bound is None:
        return None
    return (bound - value) / max(1, abs(bound))


def _share(gap: float) -> str:
    return write_share(max(gap, SMALLEST_SHARE))


def _change_shown(run: Run, change: Change) -> ChangeShown:
    count = run.counts[str(change)]
    listed = run.changed.get(str(change), ())
    keys = tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()
    return {
        "words": _change_words(change, count),
        "keys": keys,
        "more": count - len(keys) if keys else 0,
    }


def _change_words(change: Change, count: int) -> str:
    match change:
        case Change.FOUND:
            return ngettext(
                "%(num)s request now has a proposal", "%(num)s requests now have a proposal", count
            )
        case Change.OTHER_PEOPLE:
            return ngettext(
                "%(num)s proposal has other people", "%(num)s proposals have other people", count
            )
        case Change.OTHER_TIME:
            return ngettext(
                "%(num)s proposal has another time", "%(num)s proposals have another time", count
            )
        case Change.LOST:
            return ngettext(
                "%(num)s request lost its proposal", "%(num)s requests lost their proposal", count
            )
        case Change.KEPT:
            return ngettext(
                "%(num)s proposal stayed as it was", "%(num)s proposals stayed as they were", count
            )
        case Change.NOBODY:
            return ngettext(
                "%(num)s request has nobody yet", "%(num)s requests have nobody yet", count
            )
