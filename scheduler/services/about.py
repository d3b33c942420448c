"""One person and one request: every rule with its fact, every wish with its points, each start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.assignments import Demand, Engagement, Finding, Option, Speaker
from scheduler.domain.constraints import host_free, pair_findings
from scheduler.domain.errors import Unknown
from scheduler.domain.people import normal_email
from scheduler.domain.periods import moment_of
from scheduler.matching.objective import fairness_points, pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.standing import with_standing
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.scenes import Scene, load_scene
from scheduler.services.telling import Reason, reasons_of

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Chance:
    """One start: every rule, kept or broken, against what is booked, and every wish's points.

    ``beside`` are the rules that are broken only by what else is proposed. Without any start
    left, ``start`` is None and only the rules about the pair are there.
    """

    start: datetime | None
    reasons: tuple[Reason, ...]
    beside: tuple[Reason, ...]
    points: int
    points_by_term: Mapping[str, int]

    @property
    def fits(self) -> bool:
        """Say whether every rule is kept, whatever else is proposed."""
        return self.start is not None and all(reason.kept for reason in self.reasons)

    @property
    def broken(self) -> tuple[Reason, ...]:
        """Return the rules that are not kept."""
        return tuple(reason for reason in self.reasons if not reason.kept)


@dataclass(frozen=True, slots=True)
class About:
    """A person held against a request; ``chances`` come best first."""

    request: str
    title: str
    timezone: str
    email: str
    name: str
    reference: str
    is_proposed: bool
    chances: tuple[Chance, ...]


def about(
    store: Store, key: str, *, email: str, now: datetime, gazetteer: Gazetteer, actor: Actor
) -> About:
    """Hold one person against one request.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request, or nobody active has that address.
    """
    require_overseer(actor, deed="read why")
    return about_in(load_scene(store, key, now=now, gazetteer=gazetteer), key, email=email)


def about_in(scene: Scene, key: str, *, email: str) -> About:
    """Hold one person against one request within a scene that was read already.

    Raises:
        Unknown: if nobody active has that address.
    """
    speaker = scene.problem.speaker_by_id.get(normal_email(email))
    if speaker is None:
        raise Unknown("active volunteer", email)
    demand, request = scene.problem.demand_by_id[key], scene.picture.requests[key]
    world = with_standing(scene.problem, scene.plan(but=key))
    options: tuple[Option | None, ...] = demand.options or (None,)
    chances = [_chance(scene.problem, world, demand, speaker=speaker, option=o) for o in options]
    chances.sort(key=lambda each: (len(each.broken), len(each.beside), -each.points))
    proposal = scene.pending.get(key)
    team = {each.email for each in proposal.speakers} if proposal else set()
    return About(
        request=key,
        title=request.title,
        timezone=scene.picture.zone_of(request.school),
        email=speaker.id,
        name=speaker.name,
        reference=reference_of(speaker.id),
        is_proposed=speaker.id in team,
        chances=tuple(chances),
    )


def _chance(
    problem: Problem, world: Problem, demand: Demand, *, speaker: Speaker, option: Option | None
) -> Chance:
    booked = _findings(problem, demand, speaker=speaker, option=option)
    kept = {finding.rule for finding in booked if finding.kept}
    planned = _findings(world, demand, speaker=speaker, option=option)
    terms = _terms(problem, demand, speaker=speaker, option=option) if option else {}
    return Chance(
        start=moment_of(option.start) if option else None,
        reasons=reasons_of(booked),
        beside=reasons_of(f for f in planned if not f.kept and f.rule in kept),
        points=sum(terms.values()),
        points_by_term=terms,
    )


def _findings(
    problem: Problem, demand: Demand, *, speaker: Speaker, option: Option | None
) -> tuple[Finding, ...]:
    standing: tuple[Engagement, ...] = problem.standing_by_speaker_id.get(speaker.id, ())
    found = pair_findings(
        speaker,
        demand,
        option=option,
        geography=problem.geography,
        standing=standing,
        pair_minutes=problem.pair_minutes.get((demand.id, speaker.id)),
    )
    if option is None:
        return found
    return (*found, host_free(demand, option, commitments=problem.host_commitments))


def _terms(problem: Problem, demand: Demand, *, speaker: Speaker, option: Option) -> dict[str, int]:
    points = pair_points(problem, demand, option=option, speaker=speaker)
    sessions = len(option.sessions)
    fairness = fairness_points(problem.weights, speaker.history, sessions=sessions)
    return {**points, "fairness": fairness}
