"""Why the engine left a request without anybody: one deciding key, the sieve, and what would help.

Everything is data that can be kept with a run and shown later without working anything out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.proposals import SieveStep, Unassigned
from scheduler.matching.explain import SieveStep as RuleStep
from scheduler.matching.explain import sieve
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer
from scheduler.services.remedies import Advice, Adviser, Change, Remedy
from scheduler.services.telling import Told

NO_START = "no_start"
TOO_FEW = "too_few"
NEVER_AT_ONCE = "never_at_once"
OUTBID = "outbid"


@dataclass(frozen=True, slots=True)
class Ground:
    """What remedies are looked for on: the district, and the plan that is proposed besides."""

    picture: Picture
    gazetteer: Gazetteer
    assignments: tuple[Assignment, ...] = ()


def unassigned_entries(
    problem: Problem, requests: tuple[str, ...], *, now: datetime, ground: Ground | None = None
) -> tuple[Unassigned, ...]:
    """Return why each of these requests stayed empty, in the order given.

    The reason is ``no_start``, the rule that took the last person, ``too_few`` when a team
    cannot be had, ``never_at_once`` when it cannot be had at any one start, or ``outbid`` when
    everyone who could come is needed elsewhere. Given a ``ground``, the facts also hold what would
    help, as :func:`advice_kept` reads it. Cost: one screening of all people per request, and with
    a ground some dozens of those who know its topic.
    """
    screen = Screen(problem)
    entries = tuple(_entry(problem, key, screen=screen, now=now) for key in requests)
    if ground is None:
        return entries
    adviser = Adviser(
        problem,
        ground.picture,
        requests,
        gazetteer=ground.gazetteer,
        assignments=ground.assignments,
    )
    return tuple(_with_advice(entry, adviser.advice(entry.request)) for entry in entries)


def shortage(steps: Sequence[RuleStep], *, most_at_once: int, needed: int) -> str:
    """Return the rule that took the last person, else ``too_few``, else ``never_at_once``.

    Empty where enough can come at one start.
    """
    emptied = next((step.rule for step in steps if step.left == 0), "")
    if emptied or most_at_once >= needed:
        return emptied
    return TOO_FEW if steps and steps[-1].left < needed else NEVER_AT_ONCE


def advice_kept(entry: Unassigned) -> Advice | None:
    """Return the advice that was stored with an entry, None where none was worked out."""
    kept, tried = entry.facts.get("remedies"), entry.facts.get("tried")
    if not isinstance(kept, list | tuple) or not isinstance(tried, list | tuple):
        return None
    remedies = tuple(_remedy_of(each) for each in kept if isinstance(each, Mapping))
    return Advice(
        remedies=remedies,
        tried=tuple(str(each) for each in tried),
        no_single_helps=bool(entry.facts.get("no_single_helps")),
    )


def _entry(problem: Problem, key: str, *, screen: Screen, now: datetime) -> Unassigned:
    demand = problem.demand_by_id[key]
    if not demand.options:
        return Unassigned(key, NO_START, (), {"pool": len(problem.speakers)}, now)
    found = sieve(problem, key, screen=screen)
    steps = tuple(
        SieveStep(rule=step.rule, left=step.left, lost=step.removed) for step in found.steps
    )
    facts: Mapping[str, object] = {
        "pool": len(problem.speakers),
        "left": steps[-1].left,
        "needed": demand.speakers,
        "starts": len(demand.options),
    }
    short = shortage(found.steps, most_at_once=found.most_at_once, needed=demand.speakers)
    return Unassigned(key, short or OUTBID, steps, facts, now)


def _with_advice(entry: Unassigned, advice: Advice) -> Unassigned:
    facts = {
        **entry.facts,
        "remedies": [_facts_of(each) for each in advice.remedies],
        "tried": list(advice.tried),
        "no_single_helps": advice.no_single_helps,
    }
    return Unassigned(entry.request, entry.reason, entry.sieve, facts, entry.made_at)


def _facts_of(remedy: Remedy) -> dict[str, object]:
    return {
        "kind": remedy.kind,
        "people": remedy.people,
        "start": remedy.start,
        "team": list(remedy.team),
        "changes": [{"kind": each.kind, "facts": dict(each.facts)} for each in remedy.changes],
        "displaces": list(remedy.displaces),
    }


def _remedy_of(kept: Mapping[str, object]) -> Remedy:
    start, people = kept["start"], kept["people"]
    assert isinstance(start, datetime)
    assert isinstance(people, int)
    return Remedy(
        kind=str(kept["kind"]),
        changes=tuple(_change_of(each) for each in _listed(kept["changes"])),
        people=people,
        start=start,
        team=tuple(str(each) for each in _listed(kept["team"])),
        displaces=tuple(str(each) for each in _listed(kept["displaces"])),
    )


def _change_of(kept: object) -> Change:
    assert isinstance(kept, Mapping)
    return Change(str(kept["kind"]), {name: _told(fact) for name, fact in kept["facts"].items()})


def _listed(kept: object) -> Iterable[object]:
    assert isinstance(kept, list | tuple)
    return kept


def _told(fact: object) -> Told:
    assert isinstance(fact, int | float | str | date | tuple)
    return fact
