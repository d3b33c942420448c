"""The district of a world as the matching sees it."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.assignments import Demand
from scheduler.domain.periods import minute_of
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Visit
from scheduler.matching.problem import Problem
from scheduler.services.picture import Picture, load_picture
from scheduler.services.snapshots import problem_of
from tests.builders import period
from tests.services.world import NoGazetteer, World


def picture_of(world: World) -> Picture:
    """Return the district as it is now."""
    with world.store.read() as work:
        return load_picture(work, now=world.now)


def problem(world: World) -> Problem:
    """Return the problem of the district as it is now."""
    return problem_of(picture_of(world), gazetteer=NoGazetteer())


def demand(world: World, *, request: ClassroomRequest, visits: Iterable[Visit] = ()) -> Demand:
    """Return what is to be filled of a request with these visits."""
    world.put_requests(request)
    with world.store.write() as work:
        work.visits.add(visits)
    return problem(world).demand_by_id[request.key]


def minutes(text: str) -> tuple[int, int]:
    """Return a span of wall times in minutes since 1970, UTC."""
    span = period(text)
    return minute_of(span.start), minute_of(span.end)
