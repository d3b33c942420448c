"""A large district as a bundle: as many people and rows as a city may bring at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

VOLUNTEERS, BLOCKS_EACH, REQUESTS = 2_000, 5, 500
SCHOOLS, CLASSES_EACH = 60, 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
PERIODS = tuple((f"P{n}", f"{8 + n:02}:00", f"{8 + n:02}:50") for n in range(1, 7))
FIELDS, TOPICS_EACH = 8, 5
MONDAY = date(2026, 11, 30)
DISTRICT = """\
name = "Long River District"
timezone = "America/Toronto"
country = "CA"
language = "en"
year_start = 2026-09-08
year_end = 2027-06-25
"""


def write_large_bundle(folder: Path, *, seed: int = 1) -> None:
    """Write 2,000 volunteers with 10,000 blocks of a week, and 500 requests of 60 schools."""
    random = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "district.toml").write_text(DISTRICT, encoding="utf-8")
    for name, lines in (
        ("topics", _topics()),
        ("bell_schedules", _bells()),
        ("schools", _schools(random)),
        ("staff", _staff()),
        ("classes", _classes(random)),
        ("volunteers", _volunteers(random)),
        ("availability", _availability(random)),
        ("clearances", _clearances()),
        ("requests", _requests(random)),
    ):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _topics() -> Iterator[str]:
    yield "topic,parent,label"
    for field in range(FIELDS):
        yield f"field-{field},,Field {field}"
        yield from (
            f"topic-{field}-{n},field-{field},Topic {field}.{n}" for n in range(TOPICS_EACH)
        )


def _a_topic(random: Random) -> str:
    return f"topic-{random.randrange(FIELDS)}-{random.randrange(TOPICS_EACH)}"


def _bells() -> Iterator[str]:
    yield "bell_schedule,period,start,end"
    yield from (f"regular,{name},{start},{end}" for name, start, end in PERIODS)


def _schools(random: Random) -> Iterator[str]:
    yield "school,name,latitude,longitude,bell_schedule,grades,need_weight"
    for school in range(SCHOOLS):
        yield f"s{school},School {school},{_point(random)},regular,K-8,{1 + school % 3}"


def _point(random: Random) -> str:
    return f"{43.5 + random.random() / 2:.5f},{-79.8 + random.random():.5f}"


def _staff() -> Iterator[str]:
    yield "email,name,roles,school"
    yield "carla@river.example,Carla Diaz,coordinator,"
    for school in range(SCHOOLS):
        for number in range(CLASSES_EACH):
            yield f"t{school}-{number}@river.example,Teacher {school}.{number},teacher,s{school}"


def _classes(random: Random) -> Iterator[str]:
    yield "class,school,teacher_email,name,grade,students,room,lessons"
    for school in range(SCHOOLS):
        for number in range(CLASSES_EACH):
            lessons = ";".join(
                f"{weekday} {random.choice(PERIODS)[0]}" for weekday in random.sample(WEEKDAYS, 3)
            )
            teacher = f"t{school}-{number}@river.example"
            yield (
                f"c{school}-{number},s{school},{teacher},Class {number},{random.randrange(1, 9)},"
                f"24,{school}-{number},{lessons}"
            )


def _volunteers(random: Random) -> Iterator[str]:
    yield (
        "email,name,topics,grades,languages,formats,latitude,longitude,max_km,max_per_week,adult"
    )
    for number in range(VOLUNTEERS):
        topics = ";".join(f"{topic}:{1 + number % 3}" for topic in (_a_topic(random), "field-0"))
        yield (
            f"v{number}@river.example,Volunteer {number},{topics},K-8,en;fr,in_person;virtual,"
            f"{_point(random)},{random.randrange(5, 60)},2,yes"
        )


def _availability(random: Random) -> Iterator[str]:
    yield "volunteer_email,weekday,start,end"
    for number in range(VOLUNTEERS):
        for weekday in WEEKDAYS[:BLOCKS_EACH]:
            first = random.randrange(8, 13)
            yield f"v{number}@river.example,{weekday},{first:02}:00,{first + 4:02}:30"


def _clearances() -> Iterator[str]:
    yield "volunteer_email,kind,approved,expires,state"
    for number in range(VOLUNTEERS):
        yield f"v{number}@river.example,police_check,2026-01-12,2028-01-12,approved"


def _requests(random: Random) -> Iterator[str]:
    yield "request,teacher_email,class,title,topic,kind,speakers,windows,priority"
    for number in range(REQUESTS):
        school, turn = number % SCHOOLS, number % CLASSES_EACH
        day = MONDAY + timedelta(weeks=random.randrange(8), days=random.randrange(5))
        windows = f"{day} {random.choice(PERIODS)[0]};{day}/{day + timedelta(days=18)}"
        yield (
            f"r{number},t{school}-{turn}@river.example,c{school}-{turn},Visit {number},"
            f"{_a_topic(random)},talk,{1 + number % 2},{windows},{1 + number % 3}"
        )
