"""Spoil a file at random: one value somewhere inside becomes something nobody expects."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 1439, 1440, 10**6, -(10**9), 10**18, 10**400),
    *(0.5, -0.0, 5.0, 1e300, 1e-320, "", "0", "1", "a", "in-person", "virtual", "either"),
    *("off", "en", "\x00", "\ud800", "\u202e", "é" * 500, '"', "NaN", "-0", "007"),
    *([], {}, [[]], [{}], [None], {"id": 0}, [0, 0], [1, 2, 3], [0, 540, 720]),
)


def spoiled(content: Any, random: Random, *, times: int = 1) -> Any:
    """Return a copy with values replaced, doubled, dropped or swapped."""
    changed = copy.deepcopy(content)
    for _ in range(times):
        _spoil(changed, random)
    return changed


def _spoil(content: Any, random: Random) -> None:
    inner = content
    while True:
        if not isinstance(inner, dict | list) or not inner:
            return
        key = random.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        deeper = inner[key]
        if not isinstance(deeper, dict | list) or not deeper or random.random() < 0.15:
            break
        inner = deeper
    _change(inner, key, random)


def _change(inner: Any, key: Any, random: Random) -> None:
    way = random.choice(("junk", "junk", "junk", "drop", "double", "nudge", "swap"))
    if way == "drop":
        del inner[key]
    elif way == "double" and isinstance(inner, list):
        inner.append(copy.deepcopy(inner[key]))
    elif way == "nudge" and isinstance(inner[key], int | float):
        inner[key] = inner[key] * random.choice((-1, 2, 1000)) + random.choice((-1, 0, 1))
    elif way == "swap":
        other = random.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        inner[key], inner[other] = inner[other], inner[key]
    else:
        inner[key] = copy.deepcopy(random.choice(JUNK))
