"""The usual week as boxes to tick: five days in parts, and whatever does not fit them.

A box is ticked when the whole of its time is free in every week. Time outside the boxes, parts
of a box, and time with a first or last day stand beside them as exact times; ticking and
clearing boxes never loses those, nor does a district that cuts its days anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import groupby

from scheduler.domain.availability import WEEKDAYS, WeeklyAvailability
from scheduler.domain.day_parts import DayPart

Span = tuple[time, time]
Dates = tuple[date | None, date | None]
Blocks = Mapping[str, WeeklyAvailability]

DAYS = ("mon", "tue", "wed", "thu", "fri")
MORNINGS, CLEAR = "mornings", "clear"
LAST_TERM = "last_term"


@dataclass(frozen=True, slots=True)
class UsualTime:
    """Weekdays that are free at the same times; every week, or between two days, both included."""

    weekdays: tuple[int, ...]
    spans: tuple[Span, ...]
    first: date | None = None
    last: date | None = None


def blocks_of(parts: Iterable[DayPart]) -> Blocks:
    """Return the time of each box, by day and then by part; its name is ``mon-0800-1000``."""
    parts = tuple(parts)
    return {
        f"{day}-{part.key}": WeeklyAvailability(weekday, part.start, part.end)
        for weekday, day in enumerate(DAYS)
        for part in parts
    }


def lines_of(parts: Iterable[DayPart]) -> tuple[str, ...]:
    """Return everything that ``filled`` fills or clears."""
    parts = tuple(parts)
    mornings = (MORNINGS,) if any(part.is_before_noon for part in parts) else ()
    return (*DAYS, *(part.key for part in parts), *mornings, CLEAR)


def ticked(weekly: Iterable[WeeklyAvailability], blocks: Blocks) -> frozenset[str]:
    """Return the boxes whose whole time is free in every week."""
    spans = _spans_by_weekday(weekly)
    return frozenset(
        box
        for box, block in blocks.items()
        if any(start <= block.start and block.end <= end for start, end in spans[block.weekday])
    )


def exact_times(
    weekly: Iterable[WeeklyAvailability], blocks: Blocks
) -> tuple[WeeklyAvailability, ...]:
    """Return what is free beside the ticked boxes, in order."""
    weekly = tuple(weekly)
    cuts = _spans_by_weekday(blocks[box] for box in ticked(weekly, blocks))
    spans = _spans_by_weekday(weekly)
    rest = (
        WeeklyAvailability(weekday, *span)
        for weekday in range(len(WEEKDAYS))
        for span in _minus(spans[weekday], cuts[weekday])
    )
    return _in_order((*rest, *_dated(weekly)))


def with_ticked(
    weekly: Iterable[WeeklyAvailability], boxes: Iterable[str], *, blocks: Blocks
) -> tuple[WeeklyAvailability, ...]:
    """Return the week with exactly these boxes ticked, and its exact times as they were."""
    kept = exact_times(weekly, blocks)
    return _tidy((*kept, *(blocks[box] for box in boxes)))


def with_block(
    weekly: Iterable[WeeklyAvailability], block: WeeklyAvailability
) -> tuple[WeeklyAvailability, ...]:
    """Return the week with one more free time."""
    return _tidy((*weekly, block))


def without_block(
    weekly: Iterable[WeeklyAvailability], block: WeeklyAvailability
) -> tuple[WeeklyAvailability, ...]:
    """Return the week without that time; a time with dates is taken out as a whole."""
    weekly = tuple(weekly)
    if block.first or block.last:
        return _tidy(each for each in weekly if each != block)
    spans = _spans_by_weekday(weekly)
    spans[block.weekday] = _minus(spans[block.weekday], ((block.start, block.end),))
    return _in_order((*_blocks(spans), *_dated(weekly)))


def filled(boxes: Collection[str], line: str, *, parts: Iterable[DayPart]) -> frozenset[str]:
    """Return the boxes after a day, a part, ``mornings`` or ``clear`` was asked for.

    A day or part that is full already is cleared; mornings are the parts that end by noon.
    """
    if line == CLEAR:
        return frozenset()
    parts = tuple(parts)
    wanted = {part.key for part in parts if part.is_before_noon} if line == MORNINGS else {line}
    lines_by_box = {f"{day}-{part.key}": {day, part.key} for day in DAYS for part in parts}
    concerned = {box for box, lines in lines_by_box.items() if lines & wanted}
    if line != MORNINGS and concerned <= set(boxes):
        return frozenset(boxes) - concerned
    return frozenset(boxes) | concerned


def usual_times(weekly: Iterable[WeeklyAvailability], *, today: date) -> tuple[UsualTime, ...]:
    """Return the free times from today on, weekdays with the same ones together.

    What holds every week comes first, then what begins or ends on a day; a first day that is
    past is left out.
    """
    blocks_by_dates: defaultdict[Dates, list[WeeklyAvailability]] = defaultdict(list)
    for block in weekly:
        first = block.first if block.first and block.first > today else None
        if not block.last or block.last >= today:
            always = replace(block, first=None, last=None)
            blocks_by_dates[first, block.last].append(always)
    return tuple(
        replace(group, first=first, last=last)
        for first, last in sorted(blocks_by_dates, key=_always_first)
        for group in _alike(blocks_by_dates[first, last])
    )


def weekly_minutes(weekly: Iterable[WeeklyAvailability]) -> int:
    """Return how many minutes of every week are free."""
    spans = (span for spans in _spans_by_weekday(weekly).values() for span in spans)
    return sum(_minute(end) - _minute(start) for start, end in spans)


def _alike(weekly: Iterable[WeeklyAvailability]) -> tuple[UsualTime, ...]:
    spans = _spans_by_weekday(weekly)
    free = [weekday for weekday in range(len(WEEKDAYS)) if spans[weekday]]
    alike = sorted(free, key=lambda weekday: (spans[weekday], weekday))
    groups = (
        UsualTime(tuple(weekdays), times)
        for times, weekdays in groupby(alike, key=spans.__getitem__)
    )
    return tuple(sorted(groups, key=lambda group: group.weekdays))


def _always_first(dates: Dates) -> tuple[bool, date, date]:
    first, last = dates
    return (dates != (None, None), first or date.min, last or date.max)


def _spans_by_weekday(weekly: Iterable[WeeklyAvailability]) -> dict[int, tuple[Span, ...]]:
    found: dict[int, list[Span]] = {weekday: [] for weekday in range(len(WEEKDAYS))}
    for block in sorted((b for b in weekly if not (b.first or b.last)), key=_place):
        spans = found[block.weekday]
        if spans and block.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], block.end))
        else:
            spans.append((block.start, block.end))
    return {weekday: tuple(spans) for weekday, spans in found.items()}


def _minus(spans: Iterable[Span], cuts: Iterable[Span]) -> tuple[Span, ...]:
    left = list(spans)
    for first, last in cuts:
        pieces = [
            piece
            for start, end in left
            for piece in ((start, min(end, first)), (max(start, last), end))
        ]
        left = [(start, end) for start, end in pieces if start < end]
    return tuple(left)


def _tidy(weekly: Iterable[WeeklyAvailability]) -> tuple[WeeklyAvailability, ...]:
    weekly = tuple(weekly)
    return _in_order((*_blocks(_spans_by_weekday(weekly)), *_dated(weekly)))


def _blocks(spans: Mapping[int, tuple[Span, ...]]) -> tuple[WeeklyAvailability, ...]:
    return tuple(WeeklyAvailability(day, *span) for day in spans for span in spans[day])


def _dated(weekly: Iterable[WeeklyAvailability]) -> frozenset[WeeklyAvailability]:
    return frozenset(block for block in weekly if block.first or block.last)


def _in_order(weekly: Iterable[WeeklyAvailability]) -> tuple[WeeklyAvailability, ...]:
    return tuple(sorted(weekly, key=_place))


def _place(block: WeeklyAvailability) -> tuple[int, time, time, date, date]:
    """Open ends have no date to compare, so they stand first."""
    first, last = block.first or date.min, block.last or date.min
    return (block.weekday, block.start, block.end, first, last)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
