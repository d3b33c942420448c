"""Whom else a request could have, and what another request would have to give for it.

The engine's numbers, with people and requests that can be named to a coordinator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.periods import moment_of
from scheduler.matching.giving import Exchange, exchanges
from scheduler.matching.weighing import rivals
from scheduler.services.scenes import Scene


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Somebody who could come in place of one who is proposed, at their best start.

    ``points_by_term`` are theirs less those of ``instead_of``; ``tips`` names weights and the
    value of each at which they would come first.
    """

    email: str
    name: str
    instead_of: str
    start: datetime
    points: int
    points_by_term: Mapping[str, int]
    tips: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Swap:
    """What would have to give: another request, given up or, with ``instead``, moved.

    ``team`` would come to this request at ``start``. ``tier1`` and ``points_by_term`` are what
    the plan as a whole gains.
    """

    start: datetime
    team: tuple[str, ...]
    gives: str
    gives_title: str
    gave: tuple[datetime, tuple[str, ...]]
    instead: tuple[datetime, tuple[str, ...]] | None
    tier1: int
    tier2: int
    points_by_term: Mapping[str, int]


def rivals_in(scene: Scene, key: str) -> Iterator[Rivalry]:
    """Yield the next best for a request that has a proposal, the best first."""
    for each in rivals(scene.problem, scene.plan(), demand_id=key):
        yield Rivalry(
            email=each.speaker_id,
            name=scene.problem.speaker_by_id[each.speaker_id].name,
            instead_of=each.instead_of,
            start=moment_of(each.start),
            points=each.points,
            points_by_term=each.points_by_term,
            tips=each.tips,
        )


def swaps_in(scene: Scene, key: str) -> Iterator[Swap]:
    """Yield the cheapest way to move another request, and the cheapest to give one up."""
    found = exchanges(scene.problem, scene.plan(but=key), demand_id=key)
    for each in (found.moved, found.dropped):
        if each is not None:
            yield _swap(scene, each)


def _swap(scene: Scene, found: Exchange) -> Swap:
    request = scene.picture.requests[found.given.demand_id]
    instead = found.instead
    return Swap(
        start=moment_of(found.filled.start),
        team=found.filled.speaker_ids,
        gives=request.key,
        gives_title=request.title,
        gave=(moment_of(found.given.start), found.given.speaker_ids),
        instead=(moment_of(instead.start), instead.speaker_ids) if instead else None,
        tier1=found.difference.tier1,
        tier2=found.difference.tier2,
        points_by_term={name: p for name, p in found.difference.points.items() if p},
    )
