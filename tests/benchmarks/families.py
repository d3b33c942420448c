"""Districts with one trait driven to the extreme: each family changes a realistic instance.

What is hard for a search is rarely what is common: caps that bind everywhere, panels, long
series, minutes to budget, one person whom everybody wants, and points that are all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.benchmarks.instances import DAY, DAYS, WEEKDAYS, Json, Size, an_instance

Change = Callable[[Json, Random], None]
WEIGHTS = (
    *("fit", "preference", "preferred", "fairness"),
    *("equity", "travel", "same_start", "same_volunteer"),
)
PLENTY = 10_000


def an_instance_of(family: str, size: Size, *, seed: int = 1) -> Json:
    """Return an instance of one of the ``FAMILIES``; the same seed, the same instance."""
    instance = an_instance(size, seed=seed)
    FAMILIES[family](instance, Random(f"{family} {size.name} {seed}"))
    return instance


def _leave(instance: Json, random: Random) -> None:
    """Change nothing."""


def _tight_caps(instance: Json, random: Random) -> None:
    for each in instance["volunteers"]:
        each.update(max_week=1, max_month=1, max_day=1, history=random.randrange(6))


def _one_topic(instance: Json, random: Random) -> None:
    for each in instance["volunteers"]:
        each.update(topics=[[0, random.randint(1, 3)]], grades=[0, 12])
    for each in instance["requests"]:
        each.update(topic=0, lang="en")


def _panels(instance: Json, random: Random) -> None:
    _widely_known(instance)
    for each in instance["requests"]:
        each.update(speakers=random.choice((2, 3, 3)))


def _long_series(instance: Json, random: Random) -> None:
    _widely_known(instance)
    for each in instance["requests"]:
        sessions, every_days = random.choice(((3, 7), (4, 7), (5, 7), (5, 1), (6, 2)))
        first_days = range(DAYS - every_days * (sessions - 1))
        starts = {random.choice(first_days) * DAY + start % DAY for start, _ in each["options"]}
        options = [[start, random.randint(1, 3)] for start in sorted(starts)]
        each.update(sessions=sessions, every_days=every_days, options=options)
    for each in instance["volunteers"]:
        each.update(max_week=random.choice((2, 3, 5)), max_month=random.choice((4, 6, 8)))


def _pair_scores(instance: Json, random: Random) -> None:
    volunteers = [each["id"] for each in instance["volunteers"]]
    instance["pair_scores"] = [
        [request["id"], key, random.randint(-200, 200)]
        for request in instance["requests"]
        for key in random.sample(volunteers, min(len(volunteers), 20))
    ]


def _minute_budgets(instance: Json, random: Random) -> None:
    volunteers = [each["id"] for each in instance["volunteers"]]
    for each in instance["volunteers"]:
        budget = random.choice((75, 120, 200))
        each.update(max_week=4, max_month=PLENTY, budget_minutes=budget)
    instance["pair_minutes"] = [
        [request["id"], key, random.randint(0, 90)]
        for request in instance["requests"]
        for key in random.sample(volunteers, min(len(volunteers), 10))
    ]


def _one_favourite(instance: Json, random: Random) -> None:
    favourite = random.choice(instance["volunteers"])
    favourite.update(
        topics=[[topic, 3] for topic in range(40)],
        grades=[0, 12],
        formats=["in-person", "virtual"],
        radius=500,
        avail=_always(),
        max_week=PLENTY,
        max_month=PLENTY,
        max_day=2,
        history=0,
    )
    for each in instance["requests"]:
        each.update(preferred=[favourite["id"]], excluded=[])


def _clashing_days(instance: Json, random: Random) -> None:
    days = random.sample([day for day in range(7, DAYS) if day % 7 < WEEKDAYS], 3)
    for each in instance["requests"]:
        starts = {random.choice(days) * DAY + start % DAY for start, _ in each["options"]}
        each.update(sessions=1, options=[[start, random.randint(1, 3)] for start in sorted(starts)])
        each.update(teacher=each["teacher"] // 3)
    for each in instance["volunteers"]:
        caps = {"max_week": PLENTY, "max_month": PLENTY, "max_day": random.choice((2, 3, 4))}
        each.update(avail=_always(), exceptions=[], notice_days=0, **caps)


def _all_virtual(instance: Json, random: Random) -> None:
    for each in (*instance["volunteers"], *instance["requests"]):
        each.update({"formats": ["virtual"]} if "formats" in each else {"format": "virtual"})


def _all_the_same(instance: Json, random: Random) -> None:
    for each in instance["volunteers"]:
        each.update(topics=[[topic, 2] for topic, _ in each["topics"]], history=0)
    for each in instance["requests"]:
        options = [[start, 2] for start, _ in each["options"]]
        each.update(priority=1, preferred=[], options=options)
    for each in instance["schools"]:
        each.update(need=1)
    instance["weights"] = {name: int(name == "fit") for name in WEIGHTS}


def _second_year(instance: Json, random: Random) -> None:
    volunteers = [each["id"] for each in instance["volunteers"]]
    asked = random.sample(instance["requests"], len(instance["requests"]) // 2)
    instance["previous"] = [
        {
            "request": each["id"],
            "start": random.choice(each["options"])[0],
            "volunteers": random.sample(volunteers, min(each["speakers"], len(volunteers))),
        }
        for each in asked
        if each["options"]
    ]
    for each in random.sample(instance["volunteers"], len(volunteers) // 2):
        each.update(min_minutes=random.choice((0, 40, 50)), max_day=1)


def _odd_minutes(instance: Json, random: Random) -> None:
    for each in instance["volunteers"]:
        moved = [
            [weekday, start + random.randrange(-4, 5), end + random.randrange(-4, 5)]
            for weekday, start, end in each["avail"]
        ]
        each.update(avail=moved, buffer=random.choice((0, 1, 7, 13)))
    for each in instance["requests"]:
        starts = {start + random.randrange(-4, 5): liked for start, liked in each["options"]}
        each.update(duration=random.choice((31, 43, 47)), options=[*map(list, starts.items())])


def _widely_known(instance: Json) -> None:
    """Give everybody more to speak about, so that teams can be found at all."""
    for each in instance["volunteers"]:
        each.update(topics=[[topic % 8, level] for topic, level in each["topics"]])
        each.update(grades=[0, 12])
    for each in instance["requests"]:
        each.update(topic=each["topic"] % 8, lang="en")


def _always() -> list[list[int]]:
    return [[weekday, 420, 1140] for weekday in range(WEEKDAYS)]


FAMILIES: dict[str, Change] = {
    "district": _leave,
    "tight caps": _tight_caps,
    "one topic": _one_topic,
    "panels": _panels,
    "long series": _long_series,
    "pair scores": _pair_scores,
    "minute budgets": _minute_budgets,
    "one favourite": _one_favourite,
    "clashing days": _clashing_days,
    "all virtual": _all_virtual,
    "all the same": _all_the_same,
    "second year": _second_year,
    "odd minutes": _odd_minutes,
}
