"""Why a request looks as it does: who fits best, what each rule took out, and what would help.

Everything is data, for the board, for the command line and for programs alike. People are
named here, so that only overseers may ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.constraints import Ruling
from scheduler.domain.periods import moment_of
from scheduler.domain.proposals import SieveStep
from scheduler.domain.requests import RequestState
from scheduler.matching import explain as engine
from scheduler.matching.problem import Problem
from scheduler.matching.standing import with_standing
from scheduler.services.about import About
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.reasons import NO_START, OUTBID, shortage
from scheduler.services.remedies import Advice, Adviser, Remedy
from scheduler.services.scenes import Scene, load_scene
from scheduler.services.telling import Reason, reason_of, reasons_of
from scheduler.services.trades import Rivalry, Swap, rivals_in, swaps_in

TOP = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person who could come, at their best start, with points by term and every rule."""

    email: str
    name: str
    start: datetime
    points: int
    points_by_term: Mapping[str, int]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What keeps a start, or a person who would fit, for something else.

    ``email`` and ``name`` are empty where it is the class, the teacher or the room.
    ``others`` are the requests it is kept for, by key and title.
    """

    email: str
    name: str
    reason: Reason
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """One request explained.

    The people a sieve's steps took out and those left after its last make up the ``pool``.
    ``decided_by`` is empty where enough people fit; else ``not_open``, ``no_start``, the rule
    that took the last person, ``too_few``, ``never_at_once`` (enough, but not at any one start)
    or ``outbid``. ``rivals`` are there where somebody is proposed, ``swaps`` (the cheapest of
    each sort) where everybody who fits is needed elsewhere, ``remedies`` where nobody fits;
    ``tried`` and ``no_single_helps`` as in ``Advice``.
    ``names`` and ``titles`` are those of the people and of the other requests named in them.
    """

    request: str
    title: str
    timezone: str
    needed: int
    pool: int
    decided_by: str
    sieve: tuple[SieveStep, ...]
    candidates: tuple[Ranked, ...]
    held: tuple[Held, ...]
    rivals: tuple[Rivalry, ...] = ()
    swaps: tuple[Swap, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    tried: tuple[str, ...] = ()
    no_single_helps: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


def why(store: Store, key: str, *, now: datetime, gazetteer: Gazetteer, actor: Actor) -> Why:
    """Explain one request as things stand now.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="read why")
    return why_in(load_scene(store, key, now=now, gazetteer=gazetteer), key)


def why_in(scene: Scene, key: str) -> Why:
    """Explain a request within a scene that was read already."""
    problem, picture = scene.problem, scene.picture
    request = picture.requests[key]
    others = scene.plan(but=key)
    found = engine.explain(problem, key, assignments=others, top=TOP)
    decided_by = _decided_by(problem, key, found=found)
    if request.state is not RequestState.OPEN:
        decided_by = "not_open"
    advice = _advice(scene, key, others) if decided_by not in {"", "not_open"} else Advice()
    world = with_standing(problem, others)
    swaps = tuple(swaps_in(scene, key)) if decided_by == OUTBID else ()
    return Why(
        request=key,
        title=request.title,
        timezone=picture.zone_of(request.school),
        needed=problem.demand_by_id[key].speakers,
        pool=found.pool + scene.others,
        decided_by=decided_by,
        sieve=tuple(_sieve(found.sieve, others=scene.others)),
        candidates=tuple(_ranked(problem, each) for each in found.candidates),
        held=tuple(_held(scene, world, ruling) for ruling in found.held),
        rivals=tuple(rivals_in(scene, key)),
        swaps=swaps,
        remedies=advice.remedies,
        tried=advice.tried,
        no_single_helps=advice.no_single_helps,
        names=_names(problem, advice, swaps),
        titles=_titles(picture, advice, swaps),
    )


def as_json(told: Why | About) -> dict[str, object]:
    """Return an explanation in plain dictionaries, lists, numbers and texts."""
    return {name: _plain(value) for name, value in asdict(told).items()}


def _advice(scene: Scene, key: str, others: tuple[Assignment, ...]) -> Advice:
    if scene.advice is not None:
        return scene.advice
    adviser = Adviser(
        scene.problem,
        scene.picture,
        (key,),
        gazetteer=scene.gazetteer,
        assignments=others,
        knows_all_days=scene.knows_all_days,
    )
    return adviser.advice(key)


def _sieve(steps: tuple[engine.SieveStep, ...], *, others: int) -> Iterator[SieveStep]:
    for step in steps:
        lost = step.removed + (others if step.rule == "topic_match" else 0)
        yield SieveStep(step.rule, step.left, lost)


def _names(problem: Problem, advice: Advice, swaps: tuple[Swap, ...]) -> dict[str, str]:
    teams = [remedy.team for remedy in advice.remedies]
    for swap in swaps:
        teams += [swap.team, swap.gave[1], swap.instead[1] if swap.instead else ()]
    emails = sorted({email for team in teams for email in team})
    return {email: problem.speaker_by_id[email].name for email in emails}


def _titles(picture: Picture, advice: Advice, swaps: tuple[Swap, ...]) -> dict[str, str]:
    keys = {key for remedy in advice.remedies for key in remedy.displaces}
    keys |= {swap.gives for swap in swaps}
    return {key: picture.requests[key].title for key in sorted(keys)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _decided_by(problem: Problem, key: str, *, found: engine.Explanation) -> str:
    demand = problem.demand_by_id[key]
    if not demand.options:
        return NO_START
    short = shortage(found.sieve, most_at_once=found.most_at_once, needed=demand.speakers)
    return short or (OUTBID if found.most_free < demand.speakers else "")


def _ranked(problem: Problem, candidate: engine.Candidate) -> Ranked:
    return Ranked(
        email=candidate.speaker_id,
        name=problem.speaker_by_id[candidate.speaker_id].name,
        start=moment_of(candidate.start),
        points=candidate.points,
        points_by_term=dict(candidate.points_by_term),
        reasons=reasons_of(candidate.findings),
    )


def _held(scene: Scene, world: Problem, ruling: Ruling) -> Held:
    speaker = scene.problem.speaker_by_id.get(ruling.speaker_id or "")
    return Held(
        email=speaker.id if speaker else "",
        name=speaker.name if speaker else "",
        reason=reason_of(ruling.finding),
        others=tuple(_titled(scene.picture, _keeping(world, ruling), without=ruling.demand_id)),
    )


def _keeping(world: Problem, ruling: Ruling) -> Iterator[str]:
    """The requests behind a ruling: those it names, else all of that person's in the full span."""
    facts = ruling.finding.facts
    named = facts.get("demands", facts.get("demand", ()))
    yield from (str(each) for each in (named if isinstance(named, tuple) else (named,)))
    standing = world.standing_by_speaker_id.get(ruling.speaker_id or "", ())
    for unit in ("day", "week", "month"):
        if unit in facts and "limit" in facts:
            yield from (e.demand_id for e in standing if getattr(e.session, unit) == facts[unit])


def _titled(picture: Picture, keys: Iterable[str], *, without: str) -> Iterable[tuple[str, str]]:
    for key in dict.fromkeys(keys):
        if key and key != without:
            request = picture.requests.get(key)
            yield key, request.title if request else ""
