"""Judge a plan from INSTANCE.json and PLAN.json alone: what it breaks and what it is worth.

Written from the description of the files alone; it shares no code with the product and needs the
standard library only. Run ``python tests/outside/plan_verifier.py INSTANCE.json PLAN.json``.

Where the description leaves a choice: ``min_minutes`` concerns visits in person alone (the stated
optimum of the smallest sample needs that); of a start offered twice the better preference counts;
of a pair scored twice, or planned twice before, the last entry counts.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DAY = 1440
WEIGHTS = {
    "fit": 40,
    "preference": 20,
    "preferred": 60,
    "fairness": 15,
    "equity": 60,
    "travel": 1,
    "same_start": 60,
    "same_volunteer": 30,
}
PAIR_TERMS = (
    *("fit", "preference", "preferred", "pair_score", "travel"),
    *("same_start", "same_volunteer"),
)


@dataclass(frozen=True)
class Verdict:
    """What is broken, one sentence each, and both tiers; the terms sum to the second."""

    violations: tuple[str, ...]
    tier1: int
    tier2: int
    terms: dict[str, int]


@dataclass(frozen=True)
class Visit:
    """One session of one volunteer under a plan."""

    request: Json
    start: int
    end: int
    is_in_person: bool


def verify(instance: Json, plan: Json) -> Verdict:
    """Judge a plan; a booking that names something unknown is broken and worth nothing."""
    book = Book(instance)
    broken: list[str] = []
    bookings: list[Json] = []
    for booking in plan["bookings"]:
        faults = list(book.booking_faults(booking))
        broken += faults
        if not any(fault.startswith("unknown") for fault in faults):
            bookings.append(booking)
    broken += book.plan_faults(bookings)
    broken += _pinned_faults(instance, plan)
    terms = book.terms(bookings)
    return Verdict(tuple(broken), book.tier1(bookings), sum(terms.values()), terms)


def read(path: str | Path) -> Json:
    """Return the JSON of a file, packed or not."""
    path = Path(path)
    octets = path.read_bytes()
    content: Json = json.loads(gzip.decompress(octets) if path.suffix == ".gz" else octets)
    return content


class Book:
    """An instance with its parts by id, and every rule of the page as a question to it."""

    def __init__(self, instance: Json) -> None:
        self.instance = instance
        self.days: int = instance["meta"]["days"]
        self.speed: float = instance["meta"]["speed_km_per_min"]
        self.month_of_day: dict[int, int] = dict(enumerate(instance["month_of_day"]))
        self.school = {each["id"]: each for each in instance["schools"]}
        self.volunteer = {each["id"]: each for each in instance["volunteers"]}
        self.request = {each["id"]: each for each in instance["requests"]}
        self.weights = {**WEIGHTS, **(instance.get("weights") or {})}
        self.scores = _by_pair(instance.get("pair_scores"))
        self.minutes = _by_pair(instance.get("pair_minutes"))
        self.former = {
            (booking["request"], key): booking["start"]
            for booking in instance.get("previous") or []
            for key in booking["volunteers"]
        }

    def km(self, one: Json, other: Json) -> float:
        """Return the straight distance between two places."""
        return math.hypot(one["x"] - other["x"], one["y"] - other["y"])

    def travel(self, one: Json, other: Json) -> int:
        """Return whole minutes on the way, rounded up."""
        return math.ceil(self.km(one, other) / self.speed - 1e-9)

    def format(self, request: Json, volunteer: Json) -> str | None:
        """Return the format in which the two meet, if any."""
        asked = _plain(request["format"])
        offered = {_plain(each) for each in volunteer["formats"]}
        near = self.km(volunteer, self.school[request["school"]]) <= volunteer["radius"] + 1e-9
        if asked in ("in-person", "either") and "in-person" in offered and near:
            return "in-person"
        return "virtual" if asked in ("virtual", "either") and "virtual" in offered else None

    def starts(self, request: Json, start: int) -> list[int]:
        """Return the starts of all sessions of a series."""
        return [start + n * request["every_days"] * DAY for n in range(request["sessions"])]

    def preference(self, request: Json, start: int) -> int | None:
        """Return the preference of an offered start."""
        offered = [liked for each, liked in request["options"] if each == start]
        return max(offered, default=None)

    def booking_faults(self, booking: Json) -> Iterator[str]:
        """Yield what is wrong with one booking by itself."""
        request = self.request.get(booking["request"])
        if request is None:
            yield f"unknown request {booking['request']}"
            return
        team, name = booking["volunteers"], f"request {request['id']}"
        if self.preference(request, booking["start"]) is None:
            yield f"unknown start {booking['start']} of {name}"
        if len(set(team)) != len(team) or len(team) != request["speakers"]:
            yield f"H2 {name}: {len(team)} speakers for {request['speakers']}"
        for key in team:
            if key not in self.volunteer:
                yield f"unknown volunteer {key} of {name}"
                continue
            for fault in self.column_faults(request, booking["start"], self.volunteer[key]):
                yield f"{name}, volunteer {key}: {fault}"

    def column_faults(self, request: Json, start: int, volunteer: Json) -> Iterator[str]:
        """Yield why this volunteer cannot speak at this start of this request."""
        low, high = volunteer["grades"]
        facts = {
            "topic": request["topic"] in [topic for topic, _ in volunteer["topics"]],
            "grade": request.get("grade") is None or low <= request["grade"] <= high,
            "language": request["lang"] in volunteer["langs"],
            "excluded": volunteer["id"] not in (request.get("excluded") or []),
            "format": self.format(request, volunteer) is not None,
        }
        yield from (rule for rule, is_kept in facts.items() if not is_kept)
        for each in self.starts(request, start):
            yield from self._session_faults(request, each, volunteer)

    def _session_faults(self, request: Json, start: int, volunteer: Json) -> Iterator[str]:
        end, day = start + request["duration"], start // DAY
        if not (0 <= day < self.days and end <= (day + 1) * DAY):
            yield "outside the horizon or over midnight"
            return
        in_person = self.format(request, volunteer) == "in-person"
        buffer = volunteer["buffer"]
        facts = {
            "notice": day >= volunteer["notice_days"],
            "clearance": day <= volunteer["clearance_until"],
            "too short": not in_person or request["duration"] >= volunteer.get("min_minutes", 0),
            "not available": any(
                first <= start - day * DAY and end - day * DAY <= last
                for first, last in _blocks(volunteer, day)
            ),
            "busy": all(
                end + buffer <= first or last + buffer <= start
                for first, last in volunteer.get("busy") or []
            ),
        }
        yield from (f"{rule} on day {day}" for rule, is_kept in facts.items() if not is_kept)

    def plan_faults(self, bookings: list[Json]) -> Iterator[str]:
        """Yield what is wrong between bookings: H1, H3, H4 and H5."""
        counts = Counter(booking["request"] for booking in bookings)
        yield from (f"H1 request {key} filled twice" for key, n in counts.items() if n > 1)
        for key, visits in self._visits(bookings).items():
            yield from self._load_faults(self.volunteer[key], visits)
            yield from self._way_faults(self.volunteer[key], visits)
        yield from self._teacher_faults(bookings)

    def _visits(self, bookings: list[Json]) -> dict[Any, list[Visit]]:
        visits: defaultdict[Any, list[Visit]] = defaultdict(list)
        for booking in bookings:
            request = self.request[booking["request"]]
            for key in booking["volunteers"]:
                in_person = self.format(request, self.volunteer[key]) == "in-person"
                for start in self.starts(request, booking["start"]):
                    end = start + request["duration"]
                    visits[key].append(Visit(request, start, end, in_person))
        return visits

    def _load_faults(self, volunteer: Json, visits: list[Visit]) -> Iterator[str]:
        days = [visit.start // DAY for visit in visits]
        months = [self.month_of_day.get(day, -1) for day in days]
        minutes: Counter[int] = Counter()
        for visit, month in zip(visits, months, strict=True):
            minutes[month] += visit.end - visit.start + self._extra_minutes(visit, volunteer)
        loads = {
            "max_day": Counter(days),
            "max_week": Counter(day // 7 for day in days),
            "max_month": Counter(months),
            "budget_minutes": minutes,
        }
        for cap, load in loads.items():
            most = volunteer.get(cap)
            if most is not None and max(load.values()) > most:
                yield f"H3 volunteer {volunteer['id']}: {cap} {max(load.values())} > {most}"

    def _extra_minutes(self, visit: Visit, volunteer: Json) -> int:
        named = self.minutes.get((visit.request["id"], volunteer["id"]))
        if named is not None:
            return named
        way = self.travel(volunteer, self.school[visit.request["school"]])
        return 2 * way if visit.is_in_person else 0

    def _way_faults(self, volunteer: Json, visits: list[Visit]) -> Iterator[str]:
        for first, second in combinations(sorted(visits, key=lambda each: each.start), 2):
            if first.start // DAY != second.start // DAY:
                continue
            places = [
                self.school[visit.request["school"]] if visit.is_in_person else volunteer
                for visit in (first, second)
            ]
            way = self.travel(*places) if first.is_in_person or second.is_in_person else 0
            if second.start - first.end < volunteer["buffer"] + way:
                pair = f"{first.request['id']} and {second.request['id']}"
                yield f"H4 volunteer {volunteer['id']}: requests {pair}"

    def _teacher_faults(self, bookings: list[Json]) -> Iterator[str]:
        lessons: defaultdict[Any, list[tuple[int, int, Any]]] = defaultdict(list)
        for booking in bookings:
            request = self.request[booking["request"]]
            lessons[request["teacher"]] += [
                (start, start + request["duration"], request["id"])
                for start in self.starts(request, booking["start"])
            ]
        for teacher, held in lessons.items():
            for (start, end, one), (begin, last, other) in combinations(held, 2):
                if one != other and start < last and begin < end:
                    yield f"H5 teacher {teacher}: requests {one} and {other}"

    def tier1(self, bookings: list[Json]) -> int:
        """Return the first tier."""
        requests = [self.request[booking["request"]] for booking in bookings]
        return sum(
            each["priority"]
            * self.school[each["school"]]["need"]
            * each["speakers"]
            * each["sessions"]
            for each in requests
        )

    def terms(self, bookings: list[Json]) -> dict[str, int]:
        """Return the second tier by term."""
        total = dict.fromkeys((*PAIR_TERMS, "fairness", "equity"), 0)
        sessions: Counter[Any] = Counter()
        filled: Counter[Any] = Counter()
        for booking in bookings:
            request = self.request[booking["request"]]
            filled[request["school"]] += 1
            for key in booking["volunteers"]:
                sessions[key] += request["sessions"]
                for term, points in self._pair_terms(request, booking["start"], key).items():
                    total[term] += points * request["sessions"]
        for key, count in sessions.items():
            history = self.volunteer[key]["history"]
            total["fairness"] -= self.weights["fairness"] * sum(history + j for j in range(count))
        for count in filled.values():
            total["equity"] += sum(self.weights["equity"] // j for j in range(1, count + 1))
        return total

    def _pair_terms(self, request: Json, start: int, key: Any) -> dict[str, int]:
        volunteer, weights = self.volunteer[key], self.weights
        levels = [level for topic, level in volunteer["topics"] if topic == request["topic"]]
        in_person = self.format(request, volunteer) == "in-person"
        km = math.floor(self.km(volunteer, self.school[request["school"]]) + 0.5)
        before = self.former.get((request["id"], key))
        return {
            "fit": weights["fit"] * max(levels, default=0),
            "preference": weights["preference"] * (self.preference(request, start) or 0),
            "preferred": weights["preferred"] * (key in (request.get("preferred") or [])),
            "pair_score": self.scores.get((request["id"], key), 0),
            "travel": -weights["travel"] * km * in_person,
            "same_start": weights["same_start"] * (before == start),
            "same_volunteer": weights["same_volunteer"] * (before not in (None, start)),
        }


def _blocks(volunteer: Json, day: int) -> list[tuple[int, int]]:
    """Return the merged blocks of a day; an ``off`` takes what came before it."""
    blocks = [(start, end) for weekday, start, end in volunteer["avail"] if weekday == day % 7]
    for each in volunteer.get("exceptions") or []:
        if each["day"] == day:
            blocks = [] if each["kind"] == "off" else [*blocks, (each["start"], each["end"])]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(blocks):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pinned_faults(instance: Json, plan: Json) -> Iterator[str]:
    kept = {
        (each["request"], each["start"], frozenset(each["volunteers"])) for each in plan["bookings"]
    }
    for each in instance.get("pinned") or []:
        if (each["request"], each["start"], frozenset(each["volunteers"])) not in kept:
            yield f"pinned booking of request {each['request']} is not kept"


def _by_pair(rows: list[list[Any]] | None) -> dict[tuple[Any, Any], int]:
    return {(request, volunteer): number for request, volunteer, number in rows or []}


def _plain(name: str) -> str:
    return name.replace("_", "-")


def main() -> int:
    """Judge the two files named on the command line; 1 if anything is broken."""
    verdict = verify(read(sys.argv[1]), read(sys.argv[2]))
    print(json.dumps(vars(verdict), indent=1))
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main())
