"""Turn instance files into problems, and plans into files and back.

An instance is a JSON file on one clock that starts on a Monday at midnight.
Ids may be whole numbers or texts and are given back as they came. A file that
is wrong is refused as a whole, with a sentence for each thing wrong.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from scheduler.domain.assignments import (
    EITHER,
    Assignment,
    Demand,
    Geography,
    Option,
    Place,
    Session,
)
from scheduler.matching.instance_speakers import DAY_MINUTES, SpeakerReader, read_format
from scheduler.matching.problem import Pair, Problem, Weights
from scheduler.matching.proposal import Milestone, Plan, Tier
from scheduler.matching.records import (
    Collector,
    Record,
    Wrong,
    array,
    integer,
    key_of,
    raw_of,
    read_json,
)

MAX_DAYS = 4000
USUAL_GRADES = range(-1, 14)

T = TypeVar("T")


def read_instance(path: str | Path) -> Problem:
    """Read an instance, ``.json`` or ``.json.gz``.

    Raises:
        BadInput: with one sentence per thing wrong, the first 200.
    """
    path = Path(path)
    content = read_json(path)
    collector = Collector(path.name)
    problems = collector.each([content], lambda _, value: _Instance(value, collector).problem())
    collector.refuse_if_wrong()
    return problems[0]


def read_plan(path: str | Path, problem: Problem) -> tuple[Assignment, ...]:
    """Read the bookings of a plan for this problem, in the order of the file.

    Requests and volunteers must exist; whether rules are kept is for the
    checker to say.

    Raises:
        BadInput: with one sentence per thing wrong.
    """
    path = Path(path)
    content = read_json(path)
    collector = Collector(path.name)
    bookings = collector.each([content], lambda _, value: Record(value, name="The plan"))
    collector.refuse_if_wrong()
    lists = collector.each(bookings, lambda _, plan: _as_record(plan).array("bookings"))
    collector.refuse_if_wrong()
    found = collector.each(lists[0], _booking_reader("bookings", problem.demand_by_id, problem))
    collector.refuse_if_wrong()
    return tuple(found)


def write_plan(path: str | Path, plan: Plan, problem: Problem) -> None:
    """Write a plan with its status, tiers and points; packed for ``.gz``.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(path)
    content = (json.dumps(plan_as_json(plan, problem), indent=1) + "\n").encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def plan_as_json(plan: Plan, problem: Problem) -> dict[str, object]:
    """Return the plan as JSON values, bookings in the order of the requests."""
    rank_by_id = {demand.id: rank for rank, demand in enumerate(problem.demands)}
    assignments = sorted(plan.assignments, key=lambda each: rank_by_id[each.demand_id])
    return {
        "bookings": [_booking_as_json(each) for each in assignments],
        "status": plan.status,
        "tier1": _tier_as_json(plan.tier1),
        "tier2": _tier_as_json(plan.tier2),
        "terms": dict(plan.points),
        "seconds": dict(plan.seconds_by_phase),
        "peak_memory_mb": plan.peak_memory_mb,
        "unassigned": [raw_of(key) for key in plan.unassigned],
        "milestones": [_milestone_as_json(each) for each in plan.milestones],
    }


def _milestone_as_json(milestone: Milestone) -> dict[str, object]:
    tiers = {"tier1": milestone.tier1, "tier2": milestone.tier2}
    return {
        "seconds": round(milestone.seconds, 2),
        "phase": milestone.phase,
        "filled": milestone.filled,
        **{name: _tier_as_json(tier) for name, tier in tiers.items() if tier is not None},
    }


class _Instance:
    """One instance while it is read: what later parts need of earlier ones."""

    def __init__(self, content: object, collector: Collector) -> None:
        self._record = Record(content, name="The instance")
        self._collector = collector
        meta = self._record.record("meta")
        if meta.integer("version") != 1:
            raise Wrong(f"meta.version must be 1, not {meta.integer('version')}.")
        self._days = meta.integer("days", low=1, high=MAX_DAYS)
        speed = meta.number("speed_km_per_min", low=1e-6)
        self._geography = Geography("plane", road_factor=1.0, speed_km_per_minute=speed)
        months = self._record.array("month_of_day")
        if len(months) < self._days:
            raise Wrong(f"month_of_day has {len(months)} entries for {self._days} days.")
        self._month_of_day = [
            integer(month, name=f"month_of_day[{day}]") for day, month in enumerate(months)
        ]

    def problem(self) -> Problem:
        record = self._record
        schools = self._many("schools", _school)
        # A school that cannot be read would be missed by each of its requests.
        self._collector.refuse_if_wrong()
        self._school_by_id = {key: (place, need) for key, place, need in schools}
        demands = self._many("requests", self._demand)
        asked = {demand.grade for demand in demands if demand.grade is not None}
        reader = SpeakerReader(days=self._days, grades=asked.union(USUAL_GRADES))
        speakers = self._many("volunteers", reader.read)
        self._refuse_twins("schools", [key for key, _, _ in schools])
        self._refuse_twins("requests", [demand.id for demand in demands])
        self._refuse_twins("volunteers", [speaker.id for speaker in speakers])
        self._collector.refuse_if_wrong()
        bare = Problem(self._geography, tuple(speakers), tuple(demands))
        self._refuse_strangers(bare)
        scores = self._pairs("pair_scores", bare, low=-(10**6))
        minutes = self._pairs("pair_minutes", bare, low=0)
        return Problem(
            geography=self._geography,
            speakers=bare.speakers,
            demands=bare.demands,
            previous=self._bookings("previous", bare),
            pinned=self._bookings("pinned", bare),
            pair_scores=scores,
            pair_minutes=minutes,
            weights=_weights(record.record("weights") if record.has("weights") else None),
        )

    def _many(self, key: str, read: Callable[[Record], T]) -> list[T]:
        values = self._record.array(key)
        return self._collector.each(
            values, lambda place, value: read(Record(value, name=f"{key}[{place}]"))
        )

    def _refuse_twins(self, key: str, ids: list[str]) -> None:
        seen: set[str] = set()

        def refuse(_: int, value: object) -> None:
            if value in seen:
                raise Wrong(f"{key} names the id {value} twice.")
            seen.add(str(value))

        self._collector.each(ids, refuse)

    def _refuse_strangers(self, problem: Problem) -> None:
        def refuse(_: int, value: object) -> None:
            demand = problem.demand_by_id[str(value)]
            for key in sorted(demand.preferred | demand.excluded):
                if key not in problem.speaker_by_id:
                    raise Wrong(f"Request {demand.id} names volunteer {key}, who is not there.")

        self._collector.each(problem.demand_by_id, refuse)
        self._collector.refuse_if_wrong()

    def _bookings(self, key: str, problem: Problem) -> tuple[Assignment, ...]:
        values = self._record.array(key, is_needed=False)
        return tuple(
            self._collector.each(values, _booking_reader(key, problem.demand_by_id, problem))
        )

    def _pairs(self, key: str, problem: Problem, *, low: int) -> dict[Pair, int]:
        def read(place: int, value: object) -> tuple[Pair, int]:
            name = f"{key}[{place}]"
            request, volunteer, number = array(value, name=name, length=3)
            demand_id = _known(request, problem.demand_by_id, name=f"{name}: request")
            speaker_id = _known(volunteer, problem.speaker_by_id, name=f"{name}: volunteer")
            return (demand_id, speaker_id), integer(number, name=name, low=low, high=10**6)

        return dict(self._collector.each(self._record.array(key, is_needed=False), read))

    def _demand(self, record: Record) -> Demand:
        school = record.identifier("school")
        if school not in self._school_by_id:
            raise Wrong(f"{record.name}.school names {school}, which is not there.")
        place, need = self._school_by_id[school]
        return Demand(
            id=record.identifier("id"),
            title=f"Request {record.identifier('id')}",
            school=school,
            place=place,
            need=need,
            hosts=frozenset({f"teacher:{record.identifier('teacher')}"}),
            topic=record.identifier("topic"),
            grade=record.integer("grade") if record.has("grade") else None,
            language=record.text("lang"),
            format=read_format(record.text("format"), name=record.name, allowed={EITHER}),
            speakers=record.integer("speakers", low=1, high=1000),
            options=self._options(record),
            priority=record.integer("priority", low=0, high=10**6),
            preferred=_ids(record, "preferred"),
            excluded=_ids(record, "excluded"),
        )

    def _options(self, record: Record) -> tuple[Option, ...]:
        duration = record.integer("duration", low=1)
        count = record.integer("sessions", low=1, high=1000)
        every_days = record.integer("every_days", low=1 if count > 1 else 0, default=7)
        best_by_start: dict[int, int] = {}
        for row in record.rows("options", length=2):
            start, preference = (integer(each, name=f"{record.name}.options") for each in row)
            best_by_start[start] = max(preference, best_by_start.get(start, preference))
        options = []
        for start, preference in best_by_start.items():
            starts = range(
                start,
                start + count * max(1, every_days) * DAY_MINUTES,
                max(1, every_days) * DAY_MINUTES,
            )
            if all(self._fits(each, duration) for each in starts):
                sessions = tuple(self._session(each, duration) for each in starts)
                options.append(Option(preference, sessions))
        return tuple(options)

    def _fits(self, start: int, duration: int) -> bool:
        day, minute = divmod(start, DAY_MINUTES)
        return 0 <= day < self._days and minute + duration <= DAY_MINUTES

    def _session(self, start: int, duration: int) -> Session:
        day = start // DAY_MINUTES
        return Session(start, start + duration, day, day // 7, self._month_of_day[day])


def _as_record(value: object) -> Record:
    return value if isinstance(value, Record) else Record(value, name="The plan")


def _school(record: Record) -> tuple[str, Place, int]:
    place = Place(record.number("x"), record.number("y"))
    return record.identifier("id"), place, record.integer("need", low=0, high=1000)


def _booking_reader(
    key: str, demand_by_id: dict[str, Demand], problem: Problem
) -> Callable[[int, object], Assignment]:
    def read(place: int, value: object) -> Assignment:
        record = Record(value, name=f"{key}[{place}]")
        demand_id = record.identifier("request")
        if demand_id not in demand_by_id:
            raise Wrong(f"{record.name} names request {demand_id}, which is not there.")
        team = tuple(
            _known(raw, problem.speaker_by_id, name=f"{record.name}: volunteer")
            for raw in record.array("volunteers")
        )
        return Assignment(demand_id, record.integer("start"), team)

    return read


def _known(raw: object, known: Iterable[str], *, name: str) -> str:
    key = key_of(raw, name=name)
    if key not in known:
        raise Wrong(f"{name} {key} is not there.")
    return key


def _ids(record: Record, key: str) -> frozenset[str]:
    values = record.array(key, is_needed=False)
    return frozenset(key_of(value, name=f"{record.name}.{key}") for value in values)


def _weights(record: Record | None) -> Weights:
    if record is None:
        return Weights()
    given = {name: name for name in Weights.names() if record.has(name)}
    return Weights(**{name: record.integer(name, low=0, high=10**6) for name in given})


def _booking_as_json(each: Assignment) -> dict[str, object]:
    volunteers = sorted(each.speaker_ids, key=lambda key: (len(key), key))
    return {
        "request": raw_of(each.demand_id),
        "start": each.start,
        "volunteers": [raw_of(key) for key in volunteers],
    }


def _tier_as_json(tier: Tier) -> dict[str, object]:
    return {"value": tier.value, "bound": tier.bound, "gap": round(tier.gap, 6)}
