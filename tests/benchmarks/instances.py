"""Made-up instances of the matching problem in several sizes; the same seed, the same instance.

A square of 100 km with schools in clusters, volunteers who offer a few blocks a week, and
requests whose options follow the bells of their school, over six weeks in two months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Json = dict[str, Any]
DAYS, DAYS_IN_FIRST_MONTH = 42, 24
DAY, WEEKDAYS = 1440, 5
TOPICS = 40
SIDE_KM = 100.0


@dataclass(frozen=True)
class Size:
    """How many of each; ``MT`` has three requests for every volunteer, so that much is tight."""

    name: str
    requests: int
    volunteers: int

    @property
    def schools(self) -> int:
        """Return how many schools ask, about eight requests each."""
        return max(3, self.requests // 8)


SIZES = (Size("S", 50, 100), Size("M", 500, 2_000), Size("MT", 1_500, 500))


def an_instance(size: Size, *, seed: int = 1) -> Json:
    """Return an instance of that size as the JSON of its file."""
    random = Random(f"{size.name} {seed}")
    schools = [_school(number, random) for number in range(size.schools)]
    return {
        "meta": {"days": DAYS, "speed_km_per_min": 2 / 3, "version": 1},
        "month_of_day": [int(day >= DAYS_IN_FIRST_MONTH) for day in range(DAYS)],
        "schools": schools,
        "volunteers": [_volunteer(number, schools, random) for number in range(size.volunteers)],
        "requests": [
            _request(number, random.choice(schools), size, random)
            for number in range(size.requests)
        ],
        "previous": [],
    }


def _school(number: int, random: Random) -> Json:
    first, period = random.randrange(480, 530, 5), random.choice((45, 50, 55))
    bells = [first + turn * (period + 5) + (40 if turn > 3 else 0) for turn in range(7)]
    return {
        "id": number,
        "x": round(random.triangular(0, SIDE_KM), 2),
        "y": round(random.triangular(0, SIDE_KM), 2),
        "need": random.choices((1, 2, 3), (5, 3, 2))[0],
        "bells": bells,
        "period": period,
    }


def _volunteer(number: int, schools: list[Json], random: Random) -> Json:
    home = random.choice(schools)
    lowest = random.randrange(0, 9)
    return {
        "id": number,
        "topics": [
            [topic, random.randint(1, 3)]
            for topic in random.sample(range(TOPICS), random.choice((1, 2, 2, 3, 3, 4, 6)))
        ],
        "grades": [lowest, min(12, lowest + random.randint(3, 12))],
        "langs": random.choices((["en"], ["en", "fr"], ["fr"]), (7, 2, 1))[0],
        "formats": random.choice((["in-person"], ["virtual"], ["in-person", "virtual"])),
        "x": round(random.gauss(home["x"], 8), 2),
        "y": round(random.gauss(home["y"], 8), 2),
        "radius": round(random.uniform(4, 30), 1),
        "avail": list(_blocks(random)),
        "exceptions": [{"day": random.randrange(DAYS), "kind": "off"}]
        if random.random() < 0.2
        else [],
        "busy": list(_busy(random)),
        "max_week": random.choices((1, 2, 3), (6, 3, 1))[0],
        "max_month": random.choice((1, 2, 2, 3, 3, 4, 6)),
        "notice_days": random.choice((2, 3, 7)),
        "clearance_until": random.choices((9999, random.randrange(DAYS)), (9, 1))[0],
        "buffer": random.choice((0, 10, 15, 30)),
        "history": random.randrange(6),
    }


def _blocks(random: Random) -> Iterator[list[int]]:
    for weekday in sorted(random.sample(range(WEEKDAYS), random.randint(3, WEEKDAYS))):
        start = random.randrange(480, 840, 30)
        yield [weekday, start, start + random.randrange(120, 330, 30)]


def _busy(random: Random) -> Iterator[list[int]]:
    for _ in range(random.choice((0, 1, 2, 4, 8))):
        start = random.randrange(DAYS) * DAY + random.randrange(480, 960, 30)
        yield [start, start + random.choice((30, 60, 90, 120))]


def _request(number: int, school: Json, size: Size, random: Random) -> Json:
    sessions = random.choices((1, 2, 3, 4), (17, 1, 1, 1))[0]
    return {
        "id": number,
        "school": school["id"],
        "teacher": school["id"] * 6 + random.randrange(6),
        "topic": random.randrange(TOPICS),
        "grade": random.randrange(13),
        "lang": random.choices(("en", "fr"), (9, 1))[0],
        "format": random.choices(("in-person", "virtual", "either"), (10, 7, 3))[0],
        "duration": random.choice((30, 45, school["period"])),
        "speakers": random.choices((1, 2, 3), (17, 2, 1))[0],
        "sessions": sessions,
        "every_days": 7,
        "options": _options(school, random, sessions=sessions),
        "priority": random.choices((1, 2, 3), (5, 3, 2))[0],
        "preferred": _some(random, size.volunteers),
        "excluded": _some(random, size.volunteers),
    }


def _options(school: Json, random: Random, *, sessions: int) -> list[list[int]]:
    last_day = DAYS - 7 * (sessions - 1)
    days = [day for day in range(last_day) if day % 7 < WEEKDAYS]
    starts: dict[int, int] = {}
    for rank in range(random.randint(1, 3)):
        day = random.choice(days)
        for bell in random.sample(school["bells"], random.randint(1, 3)):
            starts.setdefault(day * DAY + bell, 3 - rank)
    return [[start, preference] for start, preference in sorted(starts.items())]


def _some(random: Random, volunteers: int) -> list[int]:
    return random.sample(range(volunteers), 2) if random.random() < 0.1 else []
