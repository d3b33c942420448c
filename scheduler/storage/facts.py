"""Free-form facts as JSON and back, without loss.

Rules of a district and findings of a run hold whatever their author wrote: tuples, dates and
times among texts and numbers. JSON knows none of the former, so each becomes a dictionary with
one key that tells its kind. What has no such form is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

TUPLE, MOMENT, DATE, TIME, MAPPING = "$tuple", "$moment", "$date", "$time", "$mapping"
KINDS = frozenset({TUPLE, MOMENT, DATE, TIME, MAPPING})


def plain(value: object) -> object:
    """Return the value as lists, dictionaries, texts, numbers and truth values alone.

    Raises:
        TypeError: if it holds anything that has no such form.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [plain(part) for part in value]
        case tuple():
            return {TUPLE: [plain(part) for part in value]}
        case Mapping():
            return _plain_mapping(value)
        case datetime():
            return {MOMENT: value.isoformat()}
        case date():
            return {DATE: value.isoformat()}
        case time():
            return {TIME: value.isoformat()}
    raise TypeError(f"A {type(value).__name__} cannot be kept as a fact.")


def restored(value: object) -> object:
    """Return what ``plain`` was given."""
    if isinstance(value, list):
        return [restored(part) for part in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [(str(kind), content)] if kind in KINDS:
            return _restored_kind(kind, content)
    return {key: restored(part) for key, part in value.items()}


def _plain_mapping(mapping: Mapping[object, object]) -> dict[str, object]:
    if not all(isinstance(key, str) for key in mapping):
        raise TypeError("Facts are named by texts.")
    written = {str(key): plain(part) for key, part in mapping.items()}
    # A mapping of the author's own may look like one of our marks.
    return {MAPPING: written} if KINDS & written.keys() else written


def _restored_kind(kind: str, content: object) -> object:
    match kind, content:
        case "$tuple", list():
            return tuple(restored(part) for part in content)
        case "$mapping", dict():
            return {key: restored(part) for key, part in content.items()}
        case "$moment", str():
            return datetime.fromisoformat(content)
        case "$date", str():
            return date.fromisoformat(content)
        case "$time", str():
            return time.fromisoformat(content)
    raise ValueError(f"“{kind}” does not hold what it should.")
