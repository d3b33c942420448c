"""What an explanation looks at: the district, the problem made from it, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.assignments import Assignment
from scheduler.domain.errors import Unknown
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.matching.differences import is_known
from scheduler.matching.problem import Problem
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.proposing import turned_down
from scheduler.services.remedies import Advice
from scheduler.services.snapshots import assignment_of, problem_of


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, the problem made from it, and the proposals that wait.

    ``passed_over`` are those whom coordinators turned down for the request in question;
    ``others`` counts active volunteers who were left out because they do not know its topic.
    ``knows_all_days`` tells that everybody's free time reaches beyond the days asked for.
    ``advice`` is what a run found would help, where that is recent enough to be told again.
    """

    picture: Picture
    problem: Problem
    pending: Mapping[str, Proposal]
    gazetteer: Gazetteer
    passed_over: tuple[str, ...] = ()
    others: int = 0
    knows_all_days: bool = False
    advice: Advice | None = None

    def plan(self, *, but: str = "") -> tuple[Assignment, ...]:
        """Return what is proposed as a plan, without one request and without what lapsed."""
        found = (assignment_of(p) for key, p in self.pending.items() if key != but)
        return tuple(each for each in found if is_known(self.problem, each))


def load_scene(store: Store, key: str, *, now: datetime, gazetteer: Gazetteer) -> Scene:
    """Read what an explanation of this request needs.

    Raises:
        Unknown: if there is no such request.
    """
    with store.read() as work:
        proposals, nobody = work.proposals.all(), work.proposals.unassigned()
        pending = {k: p for k, p in proposals.items() if p.state is ProposalState.PENDING}
        picture = load_picture(work, now=now, requests=(key, *pending))
    if key not in picture.requests:
        raise Unknown("request", key)
    problem = problem_of(picture, gazetteer=gazetteer)
    passed_over = turned_down(proposals, nobody).get(key, ())
    problem = passing_over(problem, key, emails=passed_over)
    return Scene(picture, problem, pending, gazetteer, passed_over)


def passing_over(problem: Problem, key: str, *, emails: Iterable[str]) -> Problem:
    """Return the problem with these people ruled out for one request, as a run rules them out."""
    demands = (
        replace(each, excluded=each.excluded | set(emails)) if each.id == key else each
        for each in problem.demands
    )
    return replace(problem, demands=tuple(demands))
