"""Made-up instances of the matching problem in several sizes; the same seed, the same instance.

Six weeks in two months. Schools lie in a few towns of a square of 100 km and volunteers near
them; a few topics are asked for much more than others, and not the same that most can speak
about. Options follow the bells of their school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any

Json = dict[str, Any]
DAYS, DAYS_IN_FIRST_MONTH = 42, 24
DAY, WEEKDAYS = 1440, 5
SIDE_KM = 100.0
TOPICS = 40
OTHER_LANGUAGES = ("es", "fr", "zh", "ar")


@dataclass(frozen=True)
class Size:
    """How many of each; the tight ones have three requests for every volunteer."""

    name: str
    requests: int
    volunteers: int

    @property
    def schools(self) -> int:
        """Return how many schools ask, about eight requests each."""
        return max(3, self.requests // 8)


SIZES = (Size("S", 50, 100), Size("M", 500, 2_000), Size("MT", 1_500, 500))
LARGE_SIZES = (Size("L", 5_000, 20_000), Size("LT", 15_000, 5_000))
SIZE_BY_NAME = {size.name: size for size in SIZES + LARGE_SIZES}


def an_instance(size: Size, *, seed: int = 1) -> Json:
    """Return a district of that size as the JSON of its file."""
    random = Random(f"{size.name} {seed}")
    towns = [(random.uniform(20, 80), random.uniform(20, 80)) for _ in range(4)]
    schools = [_school(number, towns, random) for number in range(size.schools)]
    offered, asked = _fashion(random), _fashion(random)
    return {
        "meta": {"days": DAYS, "speed_km_per_min": 2 / 3, "version": 1},
        "month_of_day": [int(day >= DAYS_IN_FIRST_MONTH) for day in range(DAYS)],
        "schools": schools,
        "volunteers": [
            _volunteer(number, towns, offered, random) for number in range(size.volunteers)
        ],
        "requests": [
            _request(number, random.choice(schools), size, random, topics=asked)
            for number in range(size.requests)
        ],
        "previous": [],
    }


def _fashion(random: Random) -> list[float]:
    """Return how often each topic comes up, summed up from the first on."""
    popularity = [(rank + 1) ** -0.6 for rank in range(TOPICS)]
    random.shuffle(popularity)
    return list(accumulate(popularity))


def _near(towns: list[tuple[float, float]], random: Random, *, spread: float) -> Json:
    x, y = random.choice(towns)
    return {
        axis: round(min(SIDE_KM, max(0.0, random.gauss(centre, spread))), 2)
        for axis, centre in (("x", x), ("y", y))
    }


def _school(number: int, towns: list[tuple[float, float]], random: Random) -> Json:
    first, period = random.randrange(480, 530, 5), random.choice((45, 50, 55))
    return {
        "id": number,
        **_near(towns, random, spread=9),
        "need": random.choices((1, 2, 3), (5, 3, 2))[0],
        "bells": [first + turn * (period + 5) + (35 if turn > 3 else 0) for turn in range(7)],
        "period": period,
    }


def _volunteer(
    number: int, towns: list[tuple[float, float]], topics: list[float], random: Random
) -> Json:
    wanted = random.choices((1, 2, 3, 4, 6), (17, 29, 27, 18, 9))[0]
    known = dict.fromkeys(random.choices(range(TOPICS), cum_weights=topics, k=wanted))
    bands = ((9, 12), (6, 12), (6, 9), (0, 6), (3, 6), (0, 3), (3, 9), (0, 12), (3, 12))
    return {
        "id": number,
        "topics": [[topic, random.choices((1, 2, 3), (3, 5, 2))[0]] for topic in known],
        "grades": list(random.choices(bands, (29, 18, 14, 8, 8, 8, 7, 4, 4))[0]),
        "langs": ["en", *random.choices(OTHER_LANGUAGES, (15, 5, 3, 2), k=random.random() < 0.27)],
        "formats": random.choices(
            (["in-person", "virtual"], ["virtual"], ["in-person"]), (4, 3, 3)
        )[0],
        **_near(towns, random, spread=13),
        "radius": min(60.0, round(4 + random.expovariate(1 / 12), 1)),
        "avail": list(_blocks(random)),
        "exceptions": list(_exceptions(random)),
        "busy": list(_busy(random)),
        "max_week": random.choices((1, 2, 3), (6, 3, 1))[0],
        "max_month": random.choices((1, 2, 3, 4, 6), (18, 36, 26, 10, 10))[0],
        "notice_days": random.choice((1, 2, 3, 5, 7, 7, 14)),
        "clearance_until": random.choices((9999, random.randrange(DAYS)), (11, 1))[0],
        "buffer": random.choice((0, 10, 15, 15, 30)),
        "history": random.choice((0, 0, 0, 0, 0, 1, 1, 2, 3, 5)),
    }


def _blocks(random: Random) -> Iterator[list[int]]:
    for _ in range(random.choice((4, 5, 5, 5, 6))):
        start = random.randrange(480, 930, 30)
        length = random.choice((120, 180, 240, 300))
        yield [random.randrange(WEEKDAYS), start, min(1080, start + length)]


def _exceptions(random: Random) -> Iterator[Json]:
    for _ in range(random.choice((0, 0, 0, 1, 2, 5))):
        day = random.randrange(DAYS)
        if random.random() < 0.94:
            yield {"day": day, "kind": "off"}
        else:
            yield {"day": day, "kind": "extra", "start": 540, "end": 780}


def _busy(random: Random) -> Iterator[list[int]]:
    for _ in range(random.choice((0, 1, 2, 4, 8))):
        start = random.randrange(DAYS) * DAY + random.randrange(480, 1000, 15)
        yield [start, start + random.choice((30, 60, 90, 120))]


def _request(number: int, school: Json, size: Size, random: Random, *, topics: list[float]) -> Json:
    sessions = random.choices((1, 2, 3, 4), (86, 5, 5, 4))[0]
    return {
        "id": number,
        "school": school["id"],
        "teacher": school["id"] * 6 + random.randrange(6),
        "topic": random.choices(range(TOPICS), cum_weights=topics)[0],
        "grade": random.randrange(13),
        "lang": random.choices(("en", *OTHER_LANGUAGES), (87, 7, 3, 2, 1))[0],
        "format": random.choices(("in-person", "virtual", "either"), (49, 35, 16))[0],
        "duration": random.choice((30, 40, 45, school["period"])),
        "speakers": random.choices((1, 2, 3), (88, 9, 3))[0],
        "sessions": sessions,
        "every_days": 7,
        "options": _options(school, random, sessions=sessions),
        "priority": random.choices((1, 2, 3), (6, 3, 1))[0],
        "preferred": _some(random, size.volunteers),
        "excluded": _some(random, size.volunteers),
    }


def _options(school: Json, random: Random, *, sessions: int) -> list[list[int]]:
    last_day = DAYS - 7 * (sessions - 1)
    days = [day for day in range(2, last_day) if day % 7 < WEEKDAYS]
    preference_by_start: dict[int, int] = {}
    for day in random.sample(days, random.choice((2, 3, 3, 4))):
        preference = random.randint(1, 3)
        for bell in random.sample(school["bells"], random.randint(1, 3)):
            preference_by_start[day * DAY + bell] = preference
    return [[start, preference] for start, preference in sorted(preference_by_start.items())]


def _some(random: Random, volunteers: int) -> list[int]:
    return random.sample(range(volunteers), min(2, volunteers)) if random.random() < 0.1 else []
