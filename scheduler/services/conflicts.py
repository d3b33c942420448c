"""Two things that want the same person, class or teacher at one time, side by side.

Both may be proposals that wait, or one may be a visit that is booked already; then the proposal
no longer holds. Nothing is decided here: each side names what could be done about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import islice

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.matching.suggestions import suggest
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.board import Queued, at_chosen_start, problem_at
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.queue_rows import Claim, Wanted
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

# What both want, the claim that waits and begins first, and the other.
Pair = tuple[str, Claim, Claim]

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

    Cost: one sweep over the proposals that wait, sorted by who is wanted and when; requests
    and people are read only for the conflicts shown.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see conflicts")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        held = _held(district, now=now)
        claims = work.queue.claims(besides=held.keys())
        shown, total = first_pairs(claims, held=held, most=SHOWN)
        keys = {claim.request for _, one, other in shown for claim in (one, other)}
        wanted = Wanted(most=0, also=tuple(sorted(keys)))
        queued = Queued(work, district, wanted, now=now, gazetteer=gazetteer)
        sides = _Sides(queued)
        side_by_side = tuple(sides.conflict(pair) for pair in shown)
    return Conflicts(side_by_side, total)


def first_pairs(
    waiting: Mapping[str, Collection[Claim]], *, held: Mapping[str, Collection[Claim]], most: int
) -> tuple[list[Pair], int]:
    """Return the first pairs by time, and how many there are in all.

    Each two requests are one pair, with the first thing that both want at one time. Both wait,
    or the second is held; what a request holds itself is never in its way.
    """
    seen: set[tuple[str, str]] = set()

    def new_ones() -> Iterator[Pair]:
        for resource, claims in waiting.items():
            for one, other in _overlaps(sorted(claims), held=held.get(resource, ())):
                first, last = one[2], other[2]
                names = (first, last) if first < last else (last, first)
                if names not in seen:
                    seen.add(names)
                    yield resource, one, other

    # Most pairs are only counted: kept, they would cost more than they took to find.
    return nsmallest(most, new_ones(), key=lambda pair: (pair[1][0], *pair)), len(seen)


def _overlaps(waiting: list[Claim], *, held: Collection[Claim]) -> Iterator[tuple[Claim, Claim]]:
    # By place and not by name: a large district compares tens of thousands.
    for place, one in enumerate(waiting, 1):
        start, end, key = one
        while place < len(waiting) and waiting[place][0] < end:
            if waiting[place][2] != key:
                yield one, waiting[place]
            place += 1
        for other in held:
            if start < other[1] and other[0] < end and other[2] != key:
                yield one, other


def _held(district: WarmDistrict, *, now: datetime) -> Mapping[str, Collection[Claim]]:
    """Return by resource when visits to come keep it busy."""
    held: dict[str, list[Claim]] = {}
    for visit in district.visits.every():
        if visit.occupies and now < visit.period.end:
            claim = Claim(visit.period.start, visit.period.end, visit.request)
            for resource in (*visit.hosts, *(VOLUNTEER_PREFIX + e for e in visit.volunteers)):
                held.setdefault(resource, []).append(claim)
    return held


class _Sides:
    """The requests of the conflicts shown, each looked up once."""

    def __init__(self, queued: Queued) -> None:
        self._queued = queued
        self._line_by_key = {each.request.key: each for each in queued.found.lines}
        self._side_by_claim: dict[tuple[str, Claim], Side] = {}

    def conflict(self, pair: Pair) -> Conflict:
        """Return the two side by side."""
        resource, one, other = pair
        kind, _, key = resource.partition(":")
        sides = self._side_of(resource, one), self._side_of(resource, other)
        return Conflict(kind, self._name(kind, key), *sides)

    def _side_of(self, resource: str, claim: Claim) -> Side:
        known = self._side_by_claim
        if (resource, claim) not in known:
            known[resource, claim] = self._side(resource, claim)
        return known[resource, claim]

    def _name(self, kind: str, key: str) -> str:
        ground = self._queued.district.ground
        if kind == "class":
            return ground.classes[key].name if key in ground.classes else key
        if kind == "teacher":
            lines = self._line_by_key.values()
            return next((e.teacher_name for e in lines if e.request.teacher_email == key), "")
        person = self._queued.found.people.get(key)
        return person.name if person else ""

    def _side(self, resource: str, claim: Claim) -> Side:
        line, people = self._line_by_key[claim.request], self._queued.found.people
        proposal = line.proposal
        is_booked = line.request.state is not RequestState.OPEN or proposal is None
        speakers = proposal.speakers if proposal else ()
        email = resource.removeprefix(VOLUNTEER_PREFIX)
        is_person = resource.startswith(VOLUNTEER_PREFIX)
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
