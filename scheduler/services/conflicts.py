"""Two things that want the same person, class or teacher at one time, side by side.

Both may be proposals that wait, or one may be a visit that is booked already; then the proposal
no longer holds. Nothing is decided here: each side names what could be done about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import islice

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit
from scheduler.matching.suggestions import suggest
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.board import Queued, at_chosen_start, problem_at
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.queue_rows import Claim, Wanted
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

Pair = tuple[Claim, Claim]

SHOWN = 20
MOST_WAYS = 2


@dataclass(frozen=True, slots=True)
class Instead:
    """Somebody who could come in place of the one whom both want, to the same lesson."""

    reference: str
    name: str
    instead_of: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a proposal that waits, or a visit that is booked."""

    request: str
    title: str
    school_name: str
    class_name: str
    start: datetime
    timezone: str
    names: tuple[str, ...] = ()
    is_booked: bool = False
    others: tuple[Instead, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both want: ``kind`` is ``volunteer``, ``class`` or ``teacher``, with its name."""

    kind: str
    name: str
    one: Side
    other: Side


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The first conflicts by time, and how many there are in all."""

    shown: tuple[Conflict, ...]
    total: int


def conflicts(
    store: Store, *, warm: Warm, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> Conflicts:
    """Return what wants the same at one time.

    Cost: linear in the proposals that wait; the people are looked up for those shown.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see conflicts")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        claims = work.queue.claims(besides=_kept(district, now=now))
        found = _pairs(claims, district)
        shown = nsmallest(SHOWN, found, key=_by_time)
        keys = {key for one, other in shown for key in (one.request, other.request)}
        wanted = Wanted(most=0, also=tuple(sorted(keys)))
        queued = Queued(work, district, wanted, now=now, gazetteer=gazetteer)
        sides = _Sides(queued)
        side_by_side = tuple(sides.conflict(*pair) for pair in shown)
    return Conflicts(side_by_side, len(found))


def _kept(district: WarmDistrict, *, now: datetime) -> frozenset[str]:
    """Return whom and what visits to come keep busy."""
    coming = (v for v in district.visits.every() if v.occupies and now < v.period.end)
    return frozenset(
        resource
        for visit in coming
        for resource in (*visit.hosts, *(VOLUNTEER_PREFIX + e for e in visit.volunteers))
    )


def _by_time(pair: Pair) -> tuple[datetime, str, str]:
    one, _ = pair
    return one.start, one.resource, one.request


def _pairs(claims: Iterable[Claim], district: WarmDistrict) -> Collection[Pair]:
    """Return each pair of requests once, with the first thing that both want."""
    waiting: dict[str, list[Claim]] = {}
    for claim in claims:
        waiting.setdefault(claim.resource, []).append(claim)
    held: dict[str, list[Claim]] = {}
    for visit in district.visits.keeping(waiting):
        if visit.occupies:
            for resource in (*visit.hosts, *(VOLUNTEER_PREFIX + e for e in visit.volunteers)):
                held.setdefault(resource, []).append(_claim_of(visit, resource))
    found: dict[tuple[str, str], Pair] = {}
    for resource, wanted in waiting.items():
        if len(wanted) > 1 or resource in held:
            for one, other in _overlaps(wanted, held=held.get(resource, ())):
                found.setdefault((one.request, other.request), (one, other))
    return found.values()


def _overlaps(waiting: list[Claim], *, held: Iterable[Claim]) -> Iterator[Pair]:
    ordered = sorted(waiting, key=lambda each: (each.start, each.request))
    for place, one in enumerate(ordered):
        key, end = one.request, one.end
        for other in islice(ordered, place + 1, None):
            if other.start >= end:
                break
            if other.request != key:
                yield one, other
        for other in held:
            if one.start < other.end and other.start < end and other.request != key:
                yield one, other


def _claim_of(visit: Visit, resource: str) -> Claim:
    return Claim(visit.request, resource, visit.period.start, visit.period.end)


class _Sides:
    """The requests of the conflicts shown, each looked up once."""

    def __init__(self, queued: Queued) -> None:
        self._queued = queued
        self._line_by_key = {each.request.key: each for each in queued.found.lines}
        self._side_by_claim: dict[Claim, Side] = {}

    def conflict(self, one: Claim, other: Claim) -> Conflict:
        """Return the two side by side."""
        kind, _, key = one.resource.partition(":")
        for claim in (one, other):
            if claim not in self._side_by_claim:
                self._side_by_claim[claim] = self._side(claim)
        sides = self._side_by_claim
        return Conflict(kind, self._name(kind, key), sides[one], sides[other])

    def _name(self, kind: str, key: str) -> str:
        ground = self._queued.district.ground
        if kind == "class":
            return ground.classes[key].name if key in ground.classes else key
        if kind == "teacher":
            lines = self._line_by_key.values()
            return next((e.teacher_name for e in lines if e.request.teacher_email == key), "")
        person = self._queued.found.people.get(key)
        return person.name if person else ""

    def _side(self, claim: Claim) -> Side:
        line, people = self._line_by_key[claim.request], self._queued.found.people
        proposal = line.proposal
        is_booked = line.request.state is not RequestState.OPEN or proposal is None
        speakers = proposal.speakers if proposal else ()
        email = claim.resource.removeprefix(VOLUNTEER_PREFIX)
        is_person = claim.resource.startswith(VOLUNTEER_PREFIX)
        return Side(
            request=claim.request,
            title=line.request.title,
            school_name=line.school_name,
            class_name=line.class_name,
            start=claim.start,
            timezone=self._queued.district.ground.zone_of(line.request.school),
            names=tuple(people[each.email].name for each in speakers if each.email in people),
            is_booked=is_booked,
            others=tuple(self._others(claim, email)) if is_person and not is_booked else (),
        )

    def _others(self, claim: Claim, email: str) -> Iterator[Instead]:
        queued, line = self._queued, self._line_by_key[claim.request]
        assert line.proposal is not None
        problem = problem_at(queued, line.request, line.proposal)
        chosen = at_chosen_start(problem, line.proposal).demands[0]
        table = queued.district.table
        if not chosen.options or not table.covers(chosen):
            return
        team = {each.email for each in line.proposal.speakers}
        here = queued.district.problem_of(chosen)
        best = suggest(table, here, chosen.id, top=MOST_WAYS + len(team))
        left = (each.speaker_id for each in best if each.speaker_id not in team)
        known = queued.district.people.of(queued.work, list(islice(left, MOST_WAYS)))
        for each in known.volunteers.values():
            yield Instead(reference_of(each.email), each.name, reference_of(email))
