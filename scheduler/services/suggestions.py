"""Who could take one request right now, best first, with every rule and wish as facts.

Asked of the table that is kept warm; only the few who are shown are read and judged again. A
time beyond the table's horizon is asked the plain way, with the same answer; that works out
everybody's calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.assignments import Demand
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import minute_of, moment_of
from scheduler.matching.explain import Candidate, explain
from scheduler.matching.suggestions import TOP, candidates, suggest
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.picture import Picture, declined_in, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.snapshots import demand_of, problem_of, speakers_of
from scheduler.services.telling import Reason, reasons_of
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict


@dataclass(frozen=True, slots=True)
class SuggestedSpeaker:
    """Somebody who could come at that start, their best.

    ``points`` is the sum of ``points_by_term``, fairness counted as if this were their next
    visit. ``reasons`` is one for each rule, all of them kept.
    """

    reference: str
    email: str
    name: str
    start: datetime
    points: int
    points_by_term: Mapping[str, int]
    reasons: tuple[Reason, ...]


def for_request(
    store: Store,
    key: str,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    start: datetime | None = None,
    top: int = TOP,
) -> tuple[SuggestedSpeaker, ...]:
    """Return the best people for what is still to be filled of a request, best first.

    With ``start`` only for that start of it. What is proposed for other requests is not in
    their way, what is booked is.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="see suggestions")
    with store.read() as work:
        request = work.requests.get(key)
        if request is None:
            raise Unknown("request", key)
        with warm.at(work, now=now, gazetteer=gazetteer) as district:
            picture = replace(
                district.ground,
                now=now,
                requests={key: request},
                visits=district.visits.of_request(key),
                declined=declined_in(work.visits.of_requests((key,))),
            )
            demand = _at(demand_of(picture, request), start)
            if district.table.covers(demand):
                return _from_table(
                    work, district, demand, picture=picture, gazetteer=gazetteer, top=top
                )
    return _by_plain_rules(store, demand, now=now, gazetteer=gazetteer, top=top)


def _at(demand: Demand, start: datetime | None) -> Demand:
    if start is None:
        return demand
    option = demand.option_at(minute_of(start))
    return replace(demand, options=(option,) if option else ())


def _from_table(
    work: Work,
    district: WarmDistrict,
    demand: Demand,
    *,
    picture: Picture,
    gazetteer: Gazetteer,
    top: int,
) -> tuple[SuggestedSpeaker, ...]:
    problem = district.problem_of(demand)
    found = suggest(district.table, problem, demand.id, top=top)
    emails = [each.speaker_id for each in found]
    known = district.people.of(work, emails)
    shown = replace(
        picture,
        volunteers=known.volunteers,
        visits=district.visits.of_volunteers(emails),
        calendars=known.calendars,
    )
    speakers = speakers_of(shown, (demand,), gazetteer=gazetteer)
    told = candidates(
        district.table,
        problem,
        demand.id,
        suggestions=found,
        speaker_by_id={speaker.id: speaker for speaker in speakers},
    )
    return tuple(_suggested(each, shown) for each in told)


def _by_plain_rules(
    store: Store, demand: Demand, *, now: datetime, gazetteer: Gazetteer, top: int
) -> tuple[SuggestedSpeaker, ...]:
    with store.read() as work:
        picture = load_picture(work, now=now, requests=(demand.id,))
    problem = replace(problem_of(picture, gazetteer=gazetteer), demands=(demand,))
    return tuple(
        _suggested(each, picture) for each in explain(problem, demand.id, top=top).candidates
    )


def _suggested(candidate: Candidate, picture: Picture) -> SuggestedSpeaker:
    return SuggestedSpeaker(
        reference=reference_of(candidate.speaker_id),
        email=candidate.speaker_id,
        name=picture.volunteers[candidate.speaker_id].name,
        start=moment_of(candidate.start),
        points=candidate.points,
        points_by_term=candidate.points_by_term,
        reasons=reasons_of(candidate.findings),
    )
