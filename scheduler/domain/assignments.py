"""Hold the snapshot on which every hard rule of matching is decided.

Speakers, demands and engagements have one shape here, whether they come from
an instance file or from a district's database. Every time is an integer minute
on one absolute clock; what depends on a time zone (the local day, week and
month of a session) is carried by the session and never worked out here.
Nothing in this module reads a clock, a file or a database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

EARTH_RADIUS_KM = 6371.0088
IN_PERSON = "in_person"
VIRTUAL = "virtual"
EITHER = "either"

Metric = Literal["plane", "sphere"]
Span = tuple[int, int]
Fact = int | float | str | tuple[int | str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """One dated lesson, half-open ``[start, end)`` in minutes.

    ``day``, ``week`` and ``month`` are integer keys of the school's calendar:
    equal keys mean the same local day, Monday week or calendar month.
    """

    start: int
    end: int
    day: int
    week: int
    month: int

    @property
    def minutes(self) -> int:
        """Return the length in minutes."""
        return self.end - self.start

    def overlaps(self, other: Session) -> bool:
        """Say whether both share a minute; touching is not overlapping."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Place:
    """A point: kilometres on a plane, or longitude and latitude in degrees."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Geography:
    """How far apart places are, and how long the way takes."""

    metric: Metric
    road_factor: float
    speed_km_per_minute: float

    def distance_km(self, a: Place, b: Place) -> float:
        """Return the straight distance in kilometres.

        On the sphere this is the haversine distance.
        """
        if self.metric == "plane":
            return math.hypot(a.x - b.x, a.y - b.y)
        return _haversine_km(a, b)

    def travel_minutes(self, a: Place, b: Place) -> int:
        """Return whole minutes by road, rounded up."""
        road_km = self.distance_km(a, b) * self.road_factor
        return math.ceil(road_km / self.speed_km_per_minute - 1e-9)


@dataclass(frozen=True, slots=True)
class ClearanceSpan:
    """Days on which a clearance holds, both included.

    ``last_day`` None means no end; ``school`` None means every school.
    """

    first_day: int
    last_day: int | None = None
    school: str | None = None

    def covers(self, day: int, school: str) -> bool:
        """Say whether the clearance holds on this day at this school."""
        return (
            self.first_day <= day
            and (self.last_day is None or day <= self.last_day)
            and self.school in (None, school)
        )


@dataclass(frozen=True, slots=True)
class Speaker:
    """A volunteer as the rules see one.

    ``level_by_topic`` holds effective levels: the caller has already walked the
    topic tree. ``free`` is merged, sorted and half-open; None means that nobody
    knows, which is not the same as free. Caps of None do not limit. ``min_minutes`` is the
    shortest session worth coming for; ``min_online_minutes`` the same for a video call, where
    it is another. After ``known_until`` a calendar of theirs tells nothing, so ``free`` ends
    there; None means that none does.
    """

    id: str
    name: str
    kind: str = "speaker"
    level_by_topic: Mapping[str, int] = field(default_factory=dict)
    grades: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    home: Place | None = None
    max_km: float | None = None
    free: tuple[Span, ...] | None = None
    busy: tuple[Span, ...] = ()
    earliest_day: int = 0
    clearances: tuple[ClearanceSpan, ...] = ()
    buffer_minutes: int = 0
    min_minutes: int = 0
    min_online_minutes: int | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    max_per_month: int | None = None
    budget_minutes: int | None = None
    history: int = 0
    known_until: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One start a request may have, with all sessions of its series in order."""

    preference: int
    sessions: tuple[Session, ...]

    @property
    def start(self) -> int:
        """Return the start of the first session."""
        return self.sessions[0].start


@dataclass(frozen=True, slots=True)
class Demand:
    """A classroom request as the rules see it.

    ``hosts`` names what two requests cannot share at one time (a teacher, a
    class, a room). ``grade`` None and ``kind`` "" each mean: no such rule.
    ``need`` is the school's need weight.
    """

    id: str
    title: str
    school: str
    topic: str
    language: str
    options: tuple[Option, ...]
    place: Place | None = None
    need: int = 1
    hosts: frozenset[str] = frozenset()
    grade: int | None = None
    format: str = EITHER
    kind: str = ""
    speakers: int = 1
    priority: int = 1
    preferred: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def option_at(self, start: int) -> Option | None:
        """Return the option whose first session starts then, if there is one."""
        return next((each for each in self.options if each.start == start), None)


@dataclass(frozen=True, slots=True)
class Engagement:
    """One session of one speaker, planned or already booked.

    ``pair_minutes`` is the extra time counted against a monthly budget; None
    means twice the way from home when in person, nothing when virtual.
    """

    demand_id: str
    school: str
    place: Place | None
    session: Session
    format: str
    pair_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """An engagement that stands, whatever is planned around it."""

    speaker_id: str
    engagement: Engagement


@dataclass(frozen=True, slots=True)
class HostCommitment:
    """A session that already takes a teacher, a class or a room."""

    host: str
    session: Session
    demand_id: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A request with its chosen start (of the first session) and its team."""

    demand_id: str
    start: int
    speaker_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: a reason as facts; templates phrase it."""

    rule: str
    kept: bool
    facts: Mapping[str, Fact] = field(default_factory=dict)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the union of half-open spans, sorted; touching ones become one."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def engagements_of(
    demand: Demand, option: Option, *, format: str, pair_minutes: int | None = None
) -> tuple[Engagement, ...]:
    """Return the engagements one speaker takes on with this option."""
    return tuple(
        Engagement(demand.id, demand.school, demand.place, session, format, pair_minutes)
        for session in option.sessions
    )


def _haversine_km(a: Place, b: Place) -> float:
    half_lat = math.radians(b.y - a.y) / 2
    half_lon = math.radians(b.x - a.x) / 2
    chord = (
        math.sin(half_lat) ** 2
        + math.cos(math.radians(a.y)) * math.cos(math.radians(b.y)) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))
