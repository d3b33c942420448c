"""State one matching problem: a frozen snapshot, whole and self-contained.

Everything the search may know is in here. It holds no clock, no zone and no
row of a database; building one from an instance file or from a district is the
work of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

from scheduler.domain.assignments import (
    Assignment,
    Commitment,
    Demand,
    Engagement,
    Geography,
    HostCommitment,
    Speaker,
)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of the second tier, whole and not negative.

    ``fit`` per topic level, ``preference`` per step of preference, ``travel``
    per kilometre; ``fairness`` per visit a speaker has behind them; ``equity``
    for a school's first filled request, a half, a third ... for the next.
    """

    fit: int = 40
    preference: int = 20
    preferred: int = 60
    fairness: int = 15
    equity: int = 60
    travel: int = 1
    same_start: int = 60
    same_volunteer: int = 30

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all weights, in the order of the fields."""
        return tuple(each.name for each in fields(cls))


@dataclass(frozen=True)
class Problem:
    """Who can speak, who asks, what stands already, and what counts.

    ``pair_scores`` and ``pair_minutes`` are keyed by (demand id, speaker id).
    ``filled_by_school`` counts requests filled earlier that equity should see.
    """

    geography: Geography
    speakers: tuple[Speaker, ...]
    demands: tuple[Demand, ...]
    commitments: tuple[Commitment, ...] = ()
    host_commitments: tuple[HostCommitment, ...] = ()
    previous: tuple[Assignment, ...] = ()
    pinned: tuple[Assignment, ...] = ()
    pair_scores: Mapping[Pair, int] = field(default_factory=dict)
    pair_minutes: Mapping[Pair, int] = field(default_factory=dict)
    filled_by_school: Mapping[str, int] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    @cached_property
    def speaker_by_id(self) -> dict[str, Speaker]:
        """Return every speaker by id."""
        return {speaker.id: speaker for speaker in self.speakers}

    @cached_property
    def demand_by_id(self) -> dict[str, Demand]:
        """Return every demand by id."""
        return {demand.id: demand for demand in self.demands}

    @cached_property
    def previous_start_by_pair(self) -> dict[Pair, int]:
        """Return the earlier plan's start by (demand id, speaker id)."""
        return {
            (each.demand_id, speaker_id): each.start
            for each in self.previous
            for speaker_id in each.speaker_ids
        }

    @cached_property
    def standing_by_speaker_id(self) -> dict[str, tuple[Engagement, ...]]:
        """Return the standing engagements of each speaker who has any."""
        standing: dict[str, tuple[Engagement, ...]] = {}
        for commitment in self.commitments:
            held = standing.get(commitment.speaker_id, ())
            standing[commitment.speaker_id] = (*held, commitment.engagement)
        return standing

    @cached_property
    def host_commitments_by_host(self) -> dict[str, tuple[HostCommitment, ...]]:
        """Return the standing sessions of each host who has any."""
        held_by_host: dict[str, tuple[HostCommitment, ...]] = {}
        for held in self.host_commitments:
            held_by_host[held.host] = (*held_by_host.get(held.host, ()), held)
        return held_by_host

    @cached_property
    def pair_scores_by_demand_id(self) -> dict[str, list[tuple[str, int]]]:
        """Return (speaker id, score) of each demand that has any."""
        return _by_demand_id(self.pair_scores)

    @cached_property
    def pair_minutes_by_demand_id(self) -> dict[str, list[tuple[str, int]]]:
        """Return (speaker id, minutes) of each demand that has any."""
        return _by_demand_id(self.pair_minutes)

    @cached_property
    def previous_by_demand_id(self) -> dict[str, list[tuple[str, int]]]:
        """Return (speaker id, earlier start) of each demand planned before."""
        return _by_demand_id(self.previous_start_by_pair)


def _by_demand_id(numbers: Mapping[Pair, int]) -> dict[str, list[tuple[str, int]]]:
    by_demand_id: dict[str, list[tuple[str, int]]] = {}
    for (demand_id, speaker_id), number in numbers.items():
        by_demand_id.setdefault(demand_id, []).append((speaker_id, number))
    return by_demand_id
