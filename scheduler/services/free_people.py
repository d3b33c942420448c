"""How many people could come when: counted in the table that is kept warm.

A time beyond the table's horizon is counted the plain way, with the same answer; that works
out everybody's calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scheduler.domain.assignments import Option
from scheduler.domain.requests import ClassroomRequest
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import count
from scheduler.services.picture import load_picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.requests import FreeCounts, free_counts
from scheduler.services.snapshots import demand_at
from scheduler.services.warm_district import WarmDistrict


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
