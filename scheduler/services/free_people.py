"""How many people could come when: counted in the table that is kept warm.

A time beyond the table's horizon is counted the plain way, with the same answer; that works
out everybody's calendar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.domain.assignments import Demand, Option, Speaker
from scheduler.domain.constraints import pair_findings
from scheduler.domain.requests import ClassroomRequest
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import count
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.snapshots import commitments_of, demand_at, geography_of, speakers_of
from scheduler.services.warm_district import WarmDistrict


@dataclass(frozen=True, slots=True)
class FreeCounts:
    """How many people fit a request, and how many of them could come at each start.

    ``free_by_start`` is keyed by the start of the first session in minutes; ``free`` counts
    those who could come at any of them.
    """

    fitting: int = 0
    free: int = 0
    free_by_start: Mapping[int, int] = field(default_factory=dict)


def count_free(
    work: Work,
    district: WarmDistrict,
    request: ClassroomRequest,
    *,
    options: Iterable[Option],
    now: datetime,
    gazetteer: Gazetteer,
) -> FreeCounts:
    """Count who fits a request at all, and who of them could come at each of these starts.

    What is booked of the class or the teacher is passed over: this is about the people.
    """
    offered = tuple(options)
    demand = demand_at(district.ground, request, offered)
    if not district.table.covers(demand):
        everybody = load_picture(work, now=now, requests=())
        return free_counts(everybody, request, options=offered, gazetteer=gazetteer)
    alone = Problem(geography=district.table.geography, speakers=(), demands=(demand,))
    found = count(district.table, alone, demand.id)
    return FreeCounts(found.fitting, found.free, found.free_by_start)


def free_counts(
    picture: Picture,
    request: ClassroomRequest,
    *,
    options: Iterable[Option],
    gazetteer: Gazetteer,
) -> FreeCounts:
    """Count the same in a picture.

    Rules about the pair are asked once for each volunteer, rules about a date and about what
    the person does already once for each who is left and each start.
    """
    offered = tuple(options)
    demand = demand_at(picture, request, offered)
    picture = _fitting(picture, demand, gazetteer=gazetteer)
    problem = Problem(
        geography=geography_of(picture),
        speakers=speakers_of(picture, (demand,), gazetteer=gazetteer),
        demands=(demand,),
        commitments=commitments_of(picture),
    )
    free = [
        (speaker.id, option.start)
        for speaker in problem.speakers
        for option in offered
        if _could_come(problem, demand, option, speaker=speaker)
    ]
    by_start = Counter(start for _, start in free)
    return FreeCounts(
        fitting=len(problem.speakers),
        free=len({speaker for speaker, _ in free}),
        free_by_start={option.start: by_start[option.start] for option in offered},
    )


def _fitting(picture: Picture, demand: Demand, *, gazetteer: Gazetteer) -> Picture:
    """Leave only those whom the pair rules leave, so that no other calendar is worked out."""
    geography = geography_of(picture)
    left = {
        speaker.id
        for speaker in speakers_of(picture, (), gazetteer=gazetteer)
        if all(finding.kept for finding in pair_findings(speaker, demand, geography=geography))
    }
    people = {email: person for email, person in picture.volunteers.items() if email in left}
    return replace(picture, volunteers=people)


def _could_come(problem: Problem, demand: Demand, option: Option, *, speaker: Speaker) -> bool:
    findings = pair_findings(
        speaker,
        demand,
        option=option,
        geography=problem.geography,
        standing=problem.standing_by_speaker_id.get(speaker.id, ()),
    )
    return all(finding.kept for finding in findings)
