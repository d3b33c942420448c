"""Small snapshots for the rules: readable defaults, nothing that surprises.

The clock starts on a Monday at midnight; a month is four weeks.
"""

from __future__ import annotations

from typing import Any

from scheduler.domain.assignments import (
    ClearanceSpan,
    Demand,
    Engagement,
    Geography,
    Option,
    Place,
    Session,
    Speaker,
)

DAY = 1440
WEEK = 7 * DAY
NINE = 9 * 60
PLANE = Geography("plane", road_factor=1.0, speed_km_per_minute=1.0)
HOME = Place(0.0, 0.0)


def a_session(start: int = NINE, minutes: int = 50) -> Session:
    day = start // DAY
    return Session(start, start + minutes, day, day // 7, day // 28)


def an_option(*starts: int, minutes: int = 50, preference: int = 3) -> Option:
    return Option(preference, tuple(a_session(start, minutes) for start in starts or (NINE,)))


def a_speaker(**changes: Any) -> Speaker:
    facts: dict[str, Any] = {
        "id": "ana",
        "name": "Ana Silva",
        "level_by_topic": {"robotics": 2},
        "grades": frozenset(range(13)),
        "languages": frozenset({"en"}),
        "formats": frozenset({"in_person", "virtual"}),
        "home": HOME,
        "max_km": 30.0,
        "free": ((0, 8 * WEEK),),
        "clearances": (ClearanceSpan(0),),
    }
    return Speaker(**{**facts, **changes})


def a_demand(**changes: Any) -> Demand:
    facts: dict[str, Any] = {
        "id": "r1",
        "title": "Robots in class",
        "school": "north",
        "place": Place(3.0, 4.0),
        "hosts": frozenset({"teacher:kim"}),
        "topic": "robotics",
        "grade": 5,
        "language": "en",
        "options": (an_option(NINE),),
    }
    return Demand(**{**facts, **changes})


def an_engagement(start: int = NINE, **changes: Any) -> Engagement:
    facts: dict[str, Any] = {
        "demand_id": "r9",
        "school": "north",
        "place": Place(3.0, 4.0),
        "session": a_session(start, changes.pop("minutes", 50)),
        "format": "in_person",
    }
    return Engagement(**{**facts, **changes})
