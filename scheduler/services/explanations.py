"""Why a request looks as it does: who fits best, what each rule took out, and what would help.

Everything is data, for the board, for the command line and for programs alike. People are
named here, so that only overseers may ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from scheduler.domain.constraints import Ruling
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import moment_of
from scheduler.domain.proposals import Proposal, ProposalState, SieveStep
from scheduler.domain.requests import RequestState
from scheduler.matching import explain as engine
from scheduler.matching.problem import Problem
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.remedies import Remedy, remedies_for
from scheduler.services.snapshots import assignment_of, problem_of
from scheduler.services.telling import Reason, reason_of, reasons_of

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
    that took the last person, ``too_few`` or ``outbid``.
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
    remedies: tuple[Remedy, ...]


def why(store: Store, key: str, *, now: datetime, gazetteer: Gazetteer, actor: Actor) -> Why:
    """Explain one request as things stand now.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="read why")
    with store.read() as work:
        picture, pending = _scene(work, key, now=now)
    problem = problem_of(picture, gazetteer=gazetteer)
    return why_in(problem, picture, key, pending=pending, gazetteer=gazetteer)


def why_in(
    problem: Problem,
    picture: Picture,
    key: str,
    *,
    pending: Mapping[str, Proposal],
    gazetteer: Gazetteer,
) -> Why:
    """Explain a request within a picture that was loaded, and made a problem of, already."""
    request = picture.requests[key]
    assignments = tuple(assignment_of(p) for other, p in pending.items() if other != key)
    found = engine.explain(problem, key, assignments=assignments, top=TOP)
    left = found.sieve[-1].left if found.sieve else found.pool
    needed = problem.demand_by_id[key].speakers
    decided_by = _decided_by(problem, key, found=found, left=left)
    if request.state is not RequestState.OPEN:
        decided_by = "not_open"
    lacks = decided_by not in {"", "not_open"}
    return Why(
        request=key,
        title=request.title,
        timezone=picture.zone_of(request.school),
        needed=needed,
        pool=found.pool,
        decided_by=decided_by,
        sieve=tuple(SieveStep(step.rule, step.left, step.removed) for step in found.sieve),
        candidates=tuple(_ranked(problem, each) for each in found.candidates),
        held=tuple(_held(problem, picture, ruling) for ruling in found.held),
        remedies=remedies_for(problem, picture, key, gazetteer=gazetteer) if lacks else (),
    )


def as_json(told: Why) -> dict[str, object]:
    """Return an explanation in plain dictionaries, lists, numbers and texts."""
    return {name: _plain(value) for name, value in asdict(told).items()}


def _scene(work: Work, key: str, *, now: datetime) -> tuple[Picture, dict[str, Proposal]]:
    proposals = work.proposals.all().items()
    pending = {each: p for each, p in proposals if p.state is ProposalState.PENDING}
    picture = load_picture(work, now=now, requests=(key, *pending))
    if key not in picture.requests:
        raise Unknown("request", key)
    return picture, pending


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _decided_by(problem: Problem, key: str, *, found: engine.Explanation, left: int) -> str:
    demand = problem.demand_by_id[key]
    if not demand.options:
        return "no_start"
    if left == 0:
        return next((step.rule for step in found.sieve if step.left == 0), "too_few")
    if left < demand.speakers:
        return "too_few"
    taken = {ruling.speaker_id for ruling in found.held if ruling.speaker_id}
    return "outbid" if left - len(taken) < demand.speakers else ""


def _ranked(problem: Problem, candidate: engine.Candidate) -> Ranked:
    return Ranked(
        email=candidate.speaker_id,
        name=problem.speaker_by_id[candidate.speaker_id].name,
        start=moment_of(candidate.start),
        points=candidate.points,
        points_by_term=dict(candidate.points_by_term),
        reasons=reasons_of(candidate.findings),
    )


def _held(problem: Problem, picture: Picture, ruling: Ruling) -> Held:
    speaker = problem.speaker_by_id.get(ruling.speaker_id or "")
    facts = ruling.finding.facts
    named = facts.get("demands", ()) if speaker else (facts.get("demand", ""),)
    keys = (str(each) for each in named) if isinstance(named, tuple) else ()
    return Held(
        email=speaker.id if speaker else "",
        name=speaker.name if speaker else "",
        reason=reason_of(ruling.finding),
        others=tuple(_titled(picture, keys, without=ruling.demand_id)),
    )


def _titled(picture: Picture, keys: Iterable[str], *, without: str) -> Iterable[tuple[str, str]]:
    for key in keys:
        if key and key != without:
            request = picture.requests.get(key)
            yield key, request.title if request else ""
