"""Hold a plan while bookings are taken out of it and put into it, with its worth at every step.

What stands is trusted: only what is added is ever judged, by the plain load rules. Nothing
here decides what should change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations

from scheduler.domain.assignments import (
    Assignment,
    Demand,
    Engagement,
    Option,
    Session,
    Speaker,
    engagements_of,
)
from scheduler.domain.constraints import (
    assignment_findings,
    broken,
    chosen_format,
    load_findings,
)
from scheduler.matching.objective import (
    equity_points,
    fairness_points,
    filled_weight,
    pair_points,
)
from scheduler.matching.problem import Problem


class Standing:
    """A plan as it stands at this moment.

    ``tier1`` and ``tier2`` are its worth; ``assignment_by_demand_id`` its bookings.
    """

    def __init__(self, problem: Problem, plan: Iterable[Assignment]) -> None:
        self.problem = problem
        self.tier1 = self.tier2 = 0
        self.assignment_by_demand_id: dict[str, Assignment] = {}
        self._engagements: defaultdict[str, dict[str, tuple[Engagement, ...]]] = defaultdict(dict)
        self._held: defaultdict[str, dict[str, tuple[Session, ...]]] = defaultdict(dict)
        self._sessions_of: Counter[str] = Counter()
        self._filled_at: Counter[str] = Counter(problem.filled_by_school)
        for each in plan:
            self.put(each)

    def put(self, assignment: Assignment) -> None:
        """Add a booking whose start is offered and whose people are known."""
        demand, option = self._chosen(assignment)
        self.assignment_by_demand_id[demand.id] = assignment
        for host in demand.hosts:
            self._held[host][demand.id] = option.sessions
        self.tier1 += filled_weight(demand, option)
        self.tier2 += self.equity_of(demand)
        self._filled_at[demand.school] += 1
        for key in assignment.speaker_ids:
            speaker = self.problem.speaker_by_id[key]
            self._engagements[key][demand.id] = self._added(speaker, demand, option=option)
            self.tier2 += self.points_of(speaker, demand, option=option)
            self._sessions_of[key] += len(option.sessions)

    def take_out(self, demand_id: str) -> Assignment:
        """Remove a booking and return it."""
        assignment = self.assignment_by_demand_id.pop(demand_id)
        demand, option = self._chosen(assignment)
        for host in demand.hosts:
            del self._held[host][demand.id]
        self._filled_at[demand.school] -= 1
        self.tier1 -= filled_weight(demand, option)
        self.tier2 -= self.equity_of(demand)
        for key in assignment.speaker_ids:
            speaker = self.problem.speaker_by_id[key]
            del self._engagements[key][demand.id]
            self._sessions_of[key] -= len(option.sessions)
            self.tier2 -= self.points_of(speaker, demand, option=option)
        return assignment

    def points_of(self, speaker: Speaker, demand: Demand, *, option: Option) -> int:
        """Return what adding this person to this booking is worth now, fairness included."""
        terms = pair_points(self.problem, demand, option=option, speaker=speaker)
        return sum(terms.values()) + self.fairness_of(speaker, option)

    def fairness_of(self, speaker: Speaker, option: Option) -> int:
        """Return the (negative) points of giving these sessions to this person now."""
        begun = speaker.history + self._sessions_of[speaker.id]
        return fairness_points(self.problem.weights, begun, sessions=len(option.sessions))

    def equity_of(self, demand: Demand) -> int:
        """Return what one more filled request of that school is worth now."""
        return equity_points(self.problem.weights, self._filled_at[demand.school], filled=1)

    def bookings_of(self, speaker_id: str) -> tuple[str, ...]:
        """Return the requests that somebody is booked for, in order."""
        return tuple(sorted(self._engagements.get(speaker_id, ())))

    def has_room_for(self, assignment: Assignment) -> bool:
        """Tell whether a booking keeps every rule beside all others.

        False where it names a request, a start or people that there are no more.
        """
        problem = self.problem
        demand = problem.demand_by_id.get(assignment.demand_id)
        option = demand.option_at(assignment.start) if demand else None
        team = [problem.speaker_by_id.get(key) for key in assignment.speaker_ids]
        known = [speaker for speaker in team if speaker]
        if demand is None or option is None or len(known) < len(team):
            return False
        pairs = [(demand.id, speaker.id) for speaker in known]
        rulings = assignment_findings(
            demand,
            option,
            speakers=known,
            geography=problem.geography,
            standing_by_speaker_id={each.id: self._standing_of(each) for each in known},
            host_commitments=[
                held
                for host in demand.hosts
                for held in problem.host_commitments_by_host.get(host, ())
            ],
            pair_minutes_by_speaker_id={
                pair[1]: problem.pair_minutes[pair]
                for pair in pairs
                if pair in problem.pair_minutes
            },
        )
        return not broken(rulings) and not self.holding_hosts(demand, option)

    def holding_hosts(self, demand: Demand, option: Option) -> frozenset[str]:
        """Return the bookings that need this request's teacher, class or room at that time."""
        return frozenset(
            other
            for host in demand.hosts
            for other, sessions in self._held.get(host, {}).items()
            if other != demand.id
            and any(mine.overlaps(theirs) for mine in option.sessions for theirs in sessions)
        )

    def ways_to_free(
        self,
        speaker: Speaker,
        demand: Demand,
        *,
        option: Option,
        leave_out: frozenset[str],
        among: frozenset[str],
        most: int,
    ) -> tuple[frozenset[str], ...]:
        """Return the smallest sets of the speaker's bookings without which they could come.

        ``(frozenset(),)`` when nothing is in the way once ``leave_out`` are gone. Sets hold only
        bookings ``among`` these and at most ``most`` of them; no set holds another.
        """
        mine = self._engagements.get(speaker.id)
        if not mine:
            # Whoever has nothing planned was asked already, what stands included.
            return (frozenset(),)
        movable = sorted((among & mine.keys()) - leave_out)
        found: list[frozenset[str]] = []
        for size in range(min(most, len(movable)) + 1):
            for names in combinations(movable, size):
                without = frozenset(names)
                if any(smaller <= without for smaller in found):
                    continue
                if self._could_come(speaker, demand, option=option, without=without | leave_out):
                    found.append(without)
        return tuple(found)

    def _could_come(
        self, speaker: Speaker, demand: Demand, *, option: Option, without: frozenset[str]
    ) -> bool:
        findings = load_findings(
            speaker,
            self._added(speaker, demand, option=option),
            standing=self._standing_of(speaker, without=without),
            geography=self.problem.geography,
        )
        return all(finding.kept for finding in findings)

    def _standing_of(
        self, speaker: Speaker, *, without: frozenset[str] = frozenset()
    ) -> list[Engagement]:
        planned = self._engagements.get(speaker.id, {}).items()
        return [
            *self.problem.standing_by_speaker_id.get(speaker.id, ()),
            *(each for key, own in planned if key not in without for each in own),
        ]

    def _added(self, speaker: Speaker, demand: Demand, *, option: Option) -> tuple[Engagement, ...]:
        chosen = chosen_format(speaker, demand, geography=self.problem.geography)
        minutes = self.problem.pair_minutes.get((demand.id, speaker.id))
        return engagements_of(demand, option, format=chosen or demand.format, pair_minutes=minutes)

    def _chosen(self, assignment: Assignment) -> tuple[Demand, Option]:
        demand = self.problem.demand_by_id[assignment.demand_id]
        option = demand.option_at(assignment.start)
        if option is None:
            raise ValueError(f"{demand.id} does not offer the start {assignment.start}")
        return demand, option
