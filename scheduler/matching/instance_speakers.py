"""Read the volunteers of an instance: weekly blocks and exceptions become free time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scheduler.domain.assignments import (
    IN_PERSON,
    VIRTUAL,
    ClearanceSpan,
    Place,
    Span,
    Speaker,
    merged,
)
from scheduler.matching.records import Record, Wrong, array, integer, key_of, shown

DAY_MINUTES = 1440


class SpeakerReader:
    """Reads volunteers of a horizon of whole days.

    ``grades`` are those worth knowing: a range is kept as the grades in it.
    """

    def __init__(self, *, days: int, grades: Iterable[int]) -> None:
        self._days = days
        self._grades = frozenset(grades)

    def read(self, record: Record) -> Speaker:
        """Return the speaker of one record; raise ``Wrong`` for the first thing wrong."""
        low, high = _grade_range(record)
        optional = {
            name: record.integer(key, low=0) if record.has(key) else None
            for name, key in (("max_per_day", "max_day"), ("budget_minutes", "budget_minutes"))
        }
        return Speaker(
            id=record.identifier("id"),
            name=f"Volunteer {record.identifier('id')}",
            level_by_topic=_levels(record),
            grades=frozenset(grade for grade in self._grades if low <= grade <= high),
            languages=frozenset(_texts(record, "langs")),
            formats=frozenset(
                read_format(text, name=record.name) for text in _texts(record, "formats")
            ),
            home=Place(record.number("x"), record.number("y")),
            max_km=record.number("radius", low=0),
            free=self._free(record),
            busy=merged(_spans(record, "busy")),
            earliest_day=record.integer("notice_days", low=0),
            clearances=(ClearanceSpan(0, record.integer("clearance_until")),),
            buffer_minutes=record.integer("buffer", low=0, high=10**6),
            min_minutes=record.integer("min_minutes", low=0, default=0),
            min_online_minutes=0,
            max_per_day=optional["max_per_day"],
            max_per_week=record.integer("max_week", low=0),
            max_per_month=record.integer("max_month", low=0),
            budget_minutes=optional["budget_minutes"],
            history=record.integer("history", low=0, high=10**6),
        )

    def _free(self, record: Record) -> tuple[Span, ...]:
        weekly: defaultdict[int, list[Span]] = defaultdict(list)
        for place, row in enumerate(record.rows("avail", length=3)):
            name = f"{record.name}.avail[{place}]"
            weekday = integer(row[0], name=name, low=0, high=6)
            weekly[weekday].append(_day_span(row[1], row[2], name=name))
        changed = self._exceptions(record, weekly)
        blocks_by_day = [
            (day, blocks)
            for weekday, blocks in weekly.items()
            for day in range(weekday, self._days, 7)
            if day not in changed
        ]
        blocks_by_day += [(day, blocks) for day, blocks in changed.items() if day < self._days]
        return merged(
            (day * DAY_MINUTES + start, day * DAY_MINUTES + end)
            for day, blocks in blocks_by_day
            for start, end in blocks
        )

    def _exceptions(
        self, record: Record, weekly: defaultdict[int, list[Span]]
    ) -> dict[int, list[Span]]:
        blocks_by_day: dict[int, list[Span]] = {}
        for place, value in enumerate(record.array("exceptions", is_needed=False)):
            each = Record(value, name=f"{record.name}.exceptions[{place}]")
            day = each.integer("day", low=0)
            kind = each.text("kind")
            if kind not in ("off", "extra"):
                raise Wrong(f"{each.name}.kind must be off or extra, not {shown(kind)}.")
            blocks = blocks_by_day.setdefault(day, list(weekly[day % 7]))
            if kind == "off":
                blocks.clear()
            else:
                start, end = each.integer("start"), each.integer("end")
                blocks.append(_day_span(start, end, name=each.name))
        return blocks_by_day


def read_format(text: str, *, name: str, allowed: Iterable[str] = ()) -> str:
    """Return a format in our spelling; both spellings of in person are read."""
    read = text.replace("-", "_")
    if read not in {IN_PERSON, VIRTUAL, *allowed}:
        raise Wrong(f"{name} has the format {shown(text)}, which is unknown.")
    return read


def _texts(record: Record, key: str) -> list[str]:
    values = record.array(key)
    for value in values:
        if not isinstance(value, str):
            raise Wrong(f"{record.name}.{key} must hold texts, not {shown(value)}.")
    return [str(value) for value in values]


def _levels(record: Record) -> dict[str, int]:
    level_by_topic: dict[str, int] = {}
    for row in record.rows("topics", length=2):
        topic = key_of(row[0], name=f"{record.name}.topics")
        level = integer(row[1], name=f"{record.name}.topics", low=0, high=1000)
        level_by_topic[topic] = max(level, level_by_topic.get(topic, level))
    return level_by_topic


def _grade_range(record: Record) -> tuple[int, int]:
    pair = array(record.array("grades"), name=f"{record.name}.grades", length=2)
    low, high = (integer(each, name=f"{record.name}.grades") for each in pair)
    if low > high:
        raise Wrong(f"{record.name}.grades ends before it begins.")
    return low, high


def _spans(record: Record, key: str) -> list[Span]:
    spans = []
    for row in record.rows(key, length=2, is_needed=False):
        start, end = (integer(each, name=f"{record.name}.{key}") for each in row)
        if start >= end:
            raise Wrong(f"{record.name}.{key} holds {start} to {end}, which is no time at all.")
        spans.append((start, end))
    return spans


def _day_span(start: object, end: object, *, name: str) -> Span:
    first = integer(start, name=name, low=0, high=DAY_MINUTES)
    last = integer(end, name=name, low=0, high=DAY_MINUTES)
    if first >= last:
        raise Wrong(f"{name} runs from {first} to {last}, which is no time at all.")
    return first, last
