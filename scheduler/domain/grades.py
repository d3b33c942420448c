"""School grades: pre-K is −1, K is 0, then 1 to 13; read and written as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

PRE_K = -1
LAST_GRADE = 13
_NUMBER = re.compile(r"-?[0-9]{1,2}")
_NAMES = {"PRE-K": PRE_K, "PREK": PRE_K, "PK": PRE_K, "K": 0}


def parse_grade(text: str) -> int:
    """Return the grade's number; ``K`` and ``0`` are both read.

    Raises:
        ValueError: if it is no grade.
    """
    name = text.strip().upper()
    if name in _NAMES:
        return _NAMES[name]
    if not _NUMBER.fullmatch(name) or not PRE_K <= int(name) <= LAST_GRADE:
        raise ValueError(f"“{text}” is not a grade: use pre-K, K or 1 to 13.")
    return int(name)


def parse_grades(parts: Iterable[str]) -> frozenset[int]:
    """Return every grade of ranges and single grades such as ``K-5`` and ``9``, ends included.

    Raises:
        ValueError: if a part is no grade or a range runs backwards.
    """
    grades: set[int] = set()
    for part in parts:
        grades.update(_range(part.strip()))
    return frozenset(grades)


def format_grade(grade: int) -> str:
    """Return ``pre-K``, ``K`` or the number."""
    return {PRE_K: "pre-K", 0: "K"}.get(grade, str(grade))


def format_grades(grades: Iterable[int]) -> tuple[str, ...]:
    """Return the fewest ranges in order: ``("K-5", "9")``."""
    runs: list[list[int]] = []
    for grade in sorted(set(grades)):
        if runs and grade == runs[-1][-1] + 1:
            runs[-1].append(grade)
        else:
            runs.append([grade])
    return tuple(
        format_grade(run[0]) if len(run) == 1 else f"{format_grade(run[0])}-{format_grade(run[-1])}"
        for run in runs
    )


def _range(part: str) -> range:
    upper = part.upper()
    try:
        grade = parse_grade(upper)
        return range(grade, grade + 1)
    except ValueError:
        cut = upper.rfind("-")
        if cut <= 0:
            raise
        first, last = parse_grade(upper[:cut]), parse_grade(upper[cut + 1 :])
    if last < first:
        raise ValueError(f"“{part}” runs backwards.")
    return range(first, last + 1)
