"""A small instance, written by hand, as the JSON of its file.

Its best plan can be worked out on paper; see ``test_instances``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
MONDAY_TEN = 7 * 1440 + 600


def a_volunteer(number: int, **changes: Any) -> Json:
    volunteer: Json = {
        "id": number,
        "topics": [[0, 2]],
        "grades": [0, 12],
        "langs": ["en"],
        "formats": ["in-person", "virtual"],
        "x": 0,
        "y": 0,
        "radius": 20,
        "avail": [[0, 540, 720]],
        "exceptions": [],
        "busy": [],
        "max_week": 2,
        "max_month": 4,
        "notice_days": 3,
        "clearance_until": 9999,
        "buffer": 10,
        "history": 0,
    }
    return {**volunteer, **changes}


def a_request(number: int, **changes: Any) -> Json:
    request: Json = {
        "id": number,
        "school": 0,
        "teacher": number,
        "topic": 0,
        "grade": 5,
        "lang": "en",
        "format": "either",
        "duration": 50,
        "speakers": 1,
        "sessions": 1,
        "every_days": 7,
        "options": [[MONDAY_TEN, 3]],
        "priority": 1,
        "preferred": [],
        "excluded": [],
    }
    return {**request, **changes}


def an_instance(**changes: Any) -> Json:
    """Return one school, two volunteers, two requests at the same time."""
    instance: Json = {
        "meta": {"days": 28, "speed_km_per_min": 0.5, "version": 1},
        "month_of_day": [0] * 28,
        "schools": [{"id": 0, "x": 3, "y": 4, "need": 2, "bells": [600], "period": 50}],
        "volunteers": [a_volunteer(0), a_volunteer(1, topics=[[0, 3]], history=4)],
        "requests": [a_request(0, preferred=[0]), a_request(1, priority=3)],
        "previous": [],
    }
    return {**instance, **changes}


def written(folder: Path, content: object, *, name: str = "instance.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path
