"""Two things that want the same person, class or teacher at one time, side by side.

Both may be proposals that wait, or one may be a visit that is booked already; then the proposal
no longer holds. Nothing is decided here: each side names what could be done about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import ceil

from scheduler.domain.folding import words_of
from scheduler.domain.people import normal_email
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import CLASS_PREFIX, TEACHER_PREFIX, VOLUNTEER_PREFIX
from scheduler.matching.suggestions import suggest
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.board import Queued, at_chosen_start, problem_at
from scheduler.services.conflict_pairs import Meant, Pair, Pairs, first_pairs
from scheduler.services.parts import parts
from scheduler.services.ports import Gazetteer, Sought, Store, Work
from scheduler.services.queue_rows import Claim, Wanted
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

KINDS = ("volunteer", "class", "teacher")
PAGE = 20
MOST_WAYS = 2
# More than any district has: whatever is looked for is looked for everywhere.
MOST_MEANT = 1_000_000


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
class ConflictFilter:
    """Which conflicts are asked for: by words of a name or title, and by what both want.

    ``text`` is about what both want, or about the request of either side: its title, school
    and teacher. ``kind`` is one of ``KINDS``, empty for all.
    """

    text: str = ""
    kind: str = ""


EVERYTHING = ConflictFilter()


@dataclass(frozen=True, slots=True)
class Conflicts:
    """One page of the conflicts that pass the filter, the soonest first.

    ``total_by_kind`` counts those of each kind that the words lead to, whatever kind is shown.
    """

    shown: tuple[Conflict, ...] = ()
    total: int = 0
    total_by_kind: Mapping[str, int] = field(default_factory=dict)
    number: int = 1

    @property
    def has_next(self) -> bool:
        """Tell whether another page follows."""
        return self.number * PAGE < self.total


def conflicts(
    store: Store,
    wanted: ConflictFilter = EVERYTHING,
    *,
    number: int = 1,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Conflicts:
    """Return that page of what wants the same at one time, or the last one before it.

    Cost: one sweep over the proposals that wait, sorted by who is wanted and when; requests
    and people are read only for the conflicts shown.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see conflicts")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        found = _found(work, district, wanted, now=now, most=number * PAGE)
        totals = found.total_by_kind
        total = totals.get(wanted.kind, 0) if wanted.kind else sum(totals.values())
        number = max(1, min(number, ceil(total / PAGE)))
        shown = found.first[(number - 1) * PAGE : number * PAGE]
        sides = _Sides(_queued(work, district, shown, now=now, gazetteer=gazetteer), with_ways=True)
        told = tuple(sides.conflict(pair) for pair in shown)
        return Conflicts(told, total, totals, number)


def every_conflict(
    store: Store,
    wanted: ConflictFilter = EVERYTHING,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Iterator[Conflict]:
    """Return all that pass the filter, without ways out, to take along.

    The first come first; the store stays open until the last is taken. Of what is not yet
    taken only pairs of claims are held.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see conflicts")
    return _every(store, wanted, warm=warm, now=now, gazetteer=gazetteer)


def _every(
    store: Store, wanted: ConflictFilter, *, warm: Warm, now: datetime, gazetteer: Gazetteer
) -> Iterator[Conflict]:
    with store.read() as work:
        with warm.at(work, now=now, gazetteer=gazetteer) as district:
            found = _found(work, district, wanted, now=now, most=None)
        for part in parts(found.first):
            # Lent anew for each part: nobody else waits until the whole list is written.
            with warm.at(work, now=now, gazetteer=gazetteer) as district:
                queued = _queued(work, district, part, now=now, gazetteer=gazetteer)
                sides = _Sides(queued, with_ways=False)
                told = tuple(sides.conflict(pair) for pair in part)
            yield from told


def _found(
    work: Work, district: WarmDistrict, wanted: ConflictFilter, *, now: datetime, most: int | None
) -> Pairs:
    held = _held(district, now=now)
    claims = work.queue.claims(besides=held.keys())
    meant = _meant(work, wanted.text, now=now)
    return first_pairs(claims, held=held, most=most, meant=meant, kind=wanted.kind)


def _meant(work: Work, text: str, *, now: datetime) -> Meant | None:
    """Return everyone, every class and every request that the words lead to; None for no words."""
    words = words_of(text)
    if not words:
        return None
    email = normal_email(text) if "@" in text else ""
    sought = Sought(words, since=now, most=MOST_MEANT, email=email)
    emails = [email] if email else [each.email for each in work.search.people(sought)[0]]
    people = {prefix + each for each in emails for prefix in (VOLUNTEER_PREFIX, TEACHER_PREFIX)}
    classes = {CLASS_PREFIX + each.key for each in work.search.classes(sought)[0]}
    requests = frozenset(each.key for each in work.search.requests(sought)[0])
    return Meant(frozenset(people | classes), requests)


def _queued(
    work: Work,
    district: WarmDistrict,
    pairs: Iterable[Pair],
    *,
    now: datetime,
    gazetteer: Gazetteer,
) -> Queued:
    keys = {claim.request for _, one, other in pairs for claim in (one, other)}
    wanted = Wanted(most=0, also=tuple(sorted(keys)))
    return Queued(work, district, wanted, now=now, gazetteer=gazetteer)


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

    def __init__(self, queued: Queued, *, with_ways: bool) -> None:
        self._queued, self._with_ways = queued, with_ways
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
        has_ways = self._with_ways and resource.startswith(VOLUNTEER_PREFIX)
        return Side(
            request=claim.request,
            title=line.request.title,
            school_name=line.school_name,
            class_name=line.class_name,
            start=claim.start,
            timezone=self._queued.district.ground.zone_of(line.request.school),
            names=tuple(people[each.email].name for each in speakers if each.email in people),
            is_booked=is_booked,
            others=tuple(self._others(claim, email)) if has_ways and not is_booked else (),
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
