"""Who is proposed for a lesson and who else could come to it, side by side.

Rules must be kept and each shows the fact that proves it; wishes may be missed, and a missed
one is named. Nobody is compared by a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduler.domain.assignments import IN_PERSON, Demand, Option, Speaker
from scheduler.domain.constraints import chosen_format, distance_between, pair_findings
from scheduler.domain.proposals import Proposal
from scheduler.domain.zones import local
from scheduler.matching.explain import explain
from scheduler.matching.problem import Problem
from scheduler.services.asking import reference_of
from scheduler.services.picture import Picture
from scheduler.services.queue_rows import Named
from scheduler.services.surroundings import COMPARED
from scheduler.services.telling import Reason, Told, reasons_of

MOST_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish, whether it is met, and the facts: ``term`` is the objective's name for it."""

    term: str
    is_met: bool
    facts: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """How far somebody has to come; None where a place is unknown or they come by video."""

    km: float | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """One person of the proposed team."""

    reference: str
    name: str
    organization: str
    visits: int
    last_visit: date | None
    format: str
    reasons: tuple[Reason, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is other about somebody: ``way`` (minutes), ``topic`` (level), ``visits`` (count).

    ``is_better`` tells whether it speaks for them.
    """

    kind: str
    amount: int
    is_better: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who could come to the same lesson, in place of one of the team."""

    reference: str
    name: str
    differences: tuple[Difference, ...]
    instead_of: str = ""


class Bench:
    """The team of a proposal and the others who could come to its lesson, the best first.

    ``here`` is the problem of that request at the start that was proposed; ``named_by_email``
    says what everybody of the team is called.
    """

    def __init__(
        self,
        here: Problem,
        proposal: Proposal,
        *,
        picture: Picture,
        named_by_email: Mapping[str, Named],
    ) -> None:
        self._here, self._picture, self._named_by_email = here, picture, named_by_email
        self._demand = here.demands[0]
        emails = [each.email for each in proposal.speakers]
        self.team = tuple(here.speaker_by_id[e] for e in emails if e in here.speaker_by_id)
        self.others = self._compared() if self.team else ()

    def suggested(self) -> tuple[Suggested, ...]:
        """Return the team, each with the facts of all rules and wishes."""
        return tuple(map(self._suggested, self.team))

    def alternatives(self) -> Iterator[Alternative]:
        """Yield who could come in place of each; a visit that stands already keeps its team."""
        if self._picture.visits_of(self._demand.id):
            return
        for member in self.team:
            for other in self.others[:MOST_ALTERNATIVES]:
                yield Alternative(
                    reference_of(other.id),
                    other.name,
                    tuple(_differences(member, other, self._here)),
                    instead_of=reference_of(member.id),
                )

    def _compared(self) -> tuple[Speaker, ...]:
        present = {each.id for each in self.team}
        found = explain(self._here, self._demand.id, top=COMPARED + len(present)).candidates
        by_id = self._here.speaker_by_id
        return tuple(by_id[e.speaker_id] for e in found if e.speaker_id not in present)

    def _suggested(self, speaker: Speaker) -> Suggested:
        here, demand = self._here, self._demand
        option = demand.options[0] if demand.options else None
        visits = [v for v in self._picture.visits if speaker.id in v.volunteers]
        past = [v.period.start for v in visits if v.period.end <= self._picture.now]
        zone = self._picture.zone_of(demand.school)
        findings = pair_findings(
            speaker,
            demand,
            option=option,
            geography=here.geography,
            standing=here.standing_by_speaker_id.get(speaker.id, ()),
        )
        return Suggested(
            reference=reference_of(speaker.id),
            name=speaker.name,
            organization=self._named_by_email[speaker.id].organization,
            visits=len(visits),
            last_visit=local(max(past), zone).date() if past else None,
            format=chosen_format(speaker, demand, geography=here.geography) or "",
            reasons=reasons_of(findings),
            wishes=tuple(_wishes(speaker, here, option, fitting=[*self.others, speaker])),
        )


def way_of(speaker: Speaker, demand: Demand, problem: Problem) -> Way:
    """Return the way from home to school of somebody who would come in person."""
    geography = problem.geography
    km = distance_between(speaker, demand, geography=geography)
    is_there = chosen_format(speaker, demand, geography=geography) == IN_PERSON
    if km is None or speaker.home is None or demand.place is None or not is_there:
        return Way()
    return Way(km, geography.travel_minutes(speaker.home, demand.place))


def _wishes(
    speaker: Speaker, here: Problem, option: Option | None, *, fitting: list[Speaker]
) -> Iterator[Wish]:
    demand = here.demands[0]
    level = speaker.level_by_topic.get(demand.topic, 0)
    best = max(each.level_by_topic.get(demand.topic, 0) for each in fitting)
    yield Wish("fit", level == best, {"level": level, "best": best})
    if option:
        yield Wish("preference", option.preference == 3, {"preference": option.preference})
    if demand.preferred:
        yield Wish("preferred", speaker.id in demand.preferred)
    yield from _short_way(speaker, fitting, demand, here)
    fewest = min(each.history for each in fitting)
    yield Wish("fairness", speaker.history == fewest, {"visits": speaker.history, "fewest": fewest})


def _short_way(
    speaker: Speaker, fitting: list[Speaker], demand: Demand, here: Problem
) -> Iterator[Wish]:
    ways = [way_of(each, demand, here).minutes for each in fitting]
    mine = way_of(speaker, demand, here)
    if mine.minutes is not None and mine.km is not None:
        shortest = min(way for way in ways if way is not None)
        facts = {"km": mine.km, "minutes": mine.minutes, "shortest": shortest}
        yield Wish("travel", mine.minutes == shortest, facts)


def _differences(first: Speaker, other: Speaker, here: Problem) -> Iterator[Difference]:
    demand = here.demands[0]
    mine, theirs = (way_of(each, demand, here).minutes for each in (first, other))
    if mine is not None and theirs is not None and mine != theirs:
        yield Difference("way", theirs, theirs < mine)
    levels = [each.level_by_topic.get(demand.topic, 0) for each in (first, other)]
    if levels[0] != levels[1]:
        yield Difference("topic", levels[1], levels[1] > levels[0])
    if first.history != other.history:
        yield Difference("visits", other.history, other.history < first.history)
