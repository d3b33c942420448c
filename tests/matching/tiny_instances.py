"""Tiny instance files drawn at random, with every key of the format, and their best plan.

The best plan is found by trying all, judged by the outside verifier: nothing of the product has
a part in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

from tests.matching.files import Json, a_request, a_volunteer
from tests.outside.plan_verifier import Book

DAY, DAYS = 1440, 21
STARTS = tuple(day * DAY + minute for day in (1, 2, 8, 9, 11) for minute in (540, 563, 600, 655))
HOMES = ((0.0, 0.0), (3.0, 4.0), (6.5, 2.25), (1.01, 7.3))


def a_tiny_instance(seed: int, *, most_requests: int = 4, most_volunteers: int = 4) -> Json:
    """Return a few requests and volunteers who get into each other's way."""
    random = Random(f"tiny {seed}")
    volunteers = [_volunteer(key, random) for key in range(random.randint(2, most_volunteers))]
    requests = [_request(key, random) for key in range(random.randint(2, most_requests))]
    instance: Json = {
        "meta": {"days": DAYS, "speed_km_per_min": random.choice((0.25, 0.5, 2 / 3)), "version": 1},
        "month_of_day": [int(day >= 9) for day in range(DAYS)],
        "schools": [
            {"id": key, "x": x, "y": y, "need": random.randint(1, 3), "bells": [], "period": 45}
            for key, (x, y) in enumerate(random.sample(HOMES, 2))
        ],
        "volunteers": volunteers,
        "requests": requests,
        "pair_scores": _pairs(requests, volunteers, random, low=-60, high=60),
        "pair_minutes": _pairs(requests, volunteers, random, low=0, high=60),
    }
    if random.random() < 0.3:
        instance["weights"] = {"fairness": random.choice((0, 7)), "equity": 7, "travel": 3}
    if random.random() < 0.4:
        instance["previous"] = [_booking(requests[0], volunteers, random)]
    return instance


def best_tiers(instance: Json, *, pinned: Sequence[Json] = ()) -> tuple[int, int]:
    """Return both tiers of the best plan, found by trying all that break no rule.

    A rule broken by some bookings is broken by more of them, so that whole branches are left out.
    ``pinned`` bookings, which break none together, are part of every plan.
    """
    book = Book(instance)
    kept_by_request = {each["request"]: each for each in pinned}
    choices = [
        possible_bookings(book, request)
        for request in instance["requests"]
        if request["id"] not in kept_by_request
    ]

    def plans(bookings: list[Json], rest: list[list[Json]]) -> Iterator[list[Json]]:
        if any(book.plan_faults(bookings)):
            return
        if not rest:
            yield bookings
            return
        yield from plans(bookings, rest[1:])
        for booking in rest[0]:
            yield from plans([*bookings, booking], rest[1:])

    found = plans(list(kept_by_request.values()), choices)
    return max((book.tier1(plan), sum(book.terms(plan).values())) for plan in found)


def possible_bookings(book: Book, request: Json) -> list[Json]:
    """Return every team at every start that breaks no rule as the only booking of a plan."""
    every = [
        {"request": request["id"], "start": start, "volunteers": list(team)}
        for start in dict.fromkeys(start for start, _ in request["options"])
        for team in combinations(book.volunteer, request["speakers"])
    ]
    return [
        each
        for each in every
        if not any(book.booking_faults(each)) and not any(book.plan_faults([each]))
    ]


def columns_by_hand(instance: Json) -> set[tuple[Any, int, Any]]:
    """Return request, start and volunteer of whoever could speak there, were there nobody else."""
    book = Book(instance)
    return {
        (request["id"], start, key)
        for request in instance["requests"]
        for start, _ in request["options"]
        for key, volunteer in book.volunteer.items()
        if not any(book.column_faults(request, start, volunteer))
        and not any(
            book.plan_faults([{"request": request["id"], "start": start, "volunteers": [key]}])
        )
    }


def _volunteer(key: int, random: Random) -> Json:
    x, y = random.choice(HOMES)
    facts = a_volunteer(
        key,
        topics=random.choice(([[0, 2]], [[0, 1], [1, 3]], [[1, 2], [0, 3]], [[1, 1], [0, 1]])),
        grades=random.choice(([0, 12], [0, 12], [0, 12], [3, 6])),
        langs=random.choice((["en"], ["en", "fr"])),
        formats=random.choice((*[["in-person", "virtual"]] * 4, ["in-person"], ["virtual"])),
        radius=random.choice((5, 7.5, 30, 30)),
        avail=[[weekday, 530, random.choice((600, 720, 720, 720))] for weekday in range(5)],
        exceptions=random.choice(([], [], [{"day": 9, "kind": "off"}], _extra(9))),
        busy=random.choice(([], [], [], [[DAY + 600, DAY + 640]], [[8 * DAY, 8 * DAY + 550]])),
        max_week=random.choice((1, 2, 3)),
        max_month=random.choice((1, 2, 4)),
        notice_days=random.choice((0, 1, 2)),
        clearance_until=random.choice((9999, 9999, 9)),
        buffer=random.choice((0, 5, 15)),
        history=random.randint(0, 3),
    )
    optional = {"max_day": 1, "min_minutes": 45, "budget_minutes": random.choice((60, 100, 150))}
    chosen = {name: value for name, value in optional.items() if random.random() < 0.2}
    return {**facts, "x": x, "y": y, **chosen}


def _extra(day: int) -> list[Json]:
    return [{"day": day, "kind": "extra", "start": 600, "end": 760}]


def _request(key: int, random: Random) -> Json:
    starts = random.sample(STARTS, random.randint(1, 3))
    return a_request(
        key,
        school=random.randint(0, 1),
        teacher=random.randint(0, 2),
        topic=random.randint(0, 1),
        grade=random.choice((4, 5, 6, 9)),
        lang=random.choice((*["en"] * 5, "fr")),
        format=random.choice(("in-person", "virtual", "either", "either", "either")),
        duration=random.choice((30, 40, 47)),
        speakers=random.choice((1, 1, 1, 1, 2)),
        sessions=random.choice((1, 1, 1, 1, 2, 3)),
        every_days=random.choice((1, 7)),
        options=[[start, random.randint(1, 3)] for start in starts],
        priority=random.choice((0, 1, 1, 2, 3)),
        preferred=random.choice(([], [0])),
        excluded=random.choice(([], [], [], [1])),
    )


def _booking(request: Json, volunteers: list[Json], random: Random) -> Json:
    key = random.choice(volunteers)["id"]
    return {"request": request["id"], "start": random.choice(STARTS), "volunteers": [key]}


def _pairs(
    requests: list[Json], volunteers: list[Json], random: Random, *, low: int, high: int
) -> list[list[int]]:
    return [
        [request["id"], volunteer["id"], random.randint(low, high)]
        for request in requests
        for volunteer in volunteers
        if random.random() < 0.3
    ]
