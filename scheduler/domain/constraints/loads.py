"""Judge what a speaker would carry in all.

Every rule takes the engagements about to be ``added`` and those that
``standing`` already. Only days, weeks, months and pairs touched by an added
engagement are judged: a cap lowered after the fact breaks no new plan that
leaves that week alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain

from scheduler.domain.assignments import (
    IN_PERSON,
    Engagement,
    Fact,
    Finding,
    Geography,
    Place,
    Session,
    Speaker,
)


def max_per_day(
    speaker: Speaker, added: Iterable[Engagement], *, standing: Iterable[Engagement] = ()
) -> Finding:
    """Keep within the sessions the speaker takes on one day."""
    counts = _counts(added, standing, key=lambda session: session.day)
    return _within("max_per_day", speaker.max_per_day, counts=counts, unit="day")


def max_per_week(
    speaker: Speaker, added: Iterable[Engagement], *, standing: Iterable[Engagement] = ()
) -> Finding:
    """Keep within the sessions the speaker takes in one week."""
    counts = _counts(added, standing, key=lambda session: session.week)
    return _within("max_per_week", speaker.max_per_week, counts=counts, unit="week")


def max_per_month(
    speaker: Speaker, added: Iterable[Engagement], *, standing: Iterable[Engagement] = ()
) -> Finding:
    """Keep within the sessions the speaker takes in one calendar month."""
    counts = _counts(added, standing, key=lambda session: session.month)
    return _within("max_per_month", speaker.max_per_month, counts=counts, unit="month")


def budget_minutes(
    speaker: Speaker,
    added: Iterable[Engagement],
    *,
    standing: Iterable[Engagement] = (),
    geography: Geography,
) -> Finding:
    """Keep within the minutes the speaker gives in one calendar month."""
    new = tuple(added)
    minutes: Counter[int] = Counter()
    for each in chain(new, standing):
        minutes[each.session.month] += engaged_minutes(speaker, each, geography=geography)
    touched = {each.session.month for each in new}
    kept_minutes = {month: minutes[month] for month in touched}
    return _within("budget_minutes", speaker.budget_minutes, counts=kept_minutes, unit="month")


def travel_time(
    speaker: Speaker,
    added: Iterable[Engagement],
    *,
    standing: Iterable[Engagement] = (),
    geography: Geography,
) -> Finding:
    """Leave time between two sessions of a day for the buffer and the way.

    Sessions of different local days must still not overlap. Of several broken
    pairs the earliest is reported.
    """
    clashes = [
        (first, second)
        for first, second in _pairs(tuple(added), tuple(standing))
        if not _far_enough(speaker, first, second=second, geography=geography)
    ]
    if not clashes:
        return Finding("travel_time", True, {"buffer_minutes": speaker.buffer_minutes})
    first, second = min(clashes, key=lambda pair: (pair[0].session, pair[1].session))
    way = way_minutes(speaker, first, second=second, geography=geography)
    facts: dict[str, Fact] = {
        "gap_minutes": second.session.start - first.session.end,
        "needed_minutes": speaker.buffer_minutes + way,
        "way_minutes": way,
        "demands": (first.demand_id, second.demand_id),
        "starts": (first.session.start, second.session.start),
    }
    return Finding("travel_time", False, facts)


def engaged_minutes(speaker: Speaker, engagement: Engagement, *, geography: Geography) -> int:
    """Return the minutes an engagement takes from the monthly budget."""
    extra = engagement.pair_minutes
    if extra is None:
        at_school = engagement.format == IN_PERSON
        extra = 2 * _minutes(speaker.home, engagement.place, geography) if at_school else 0
    return engagement.session.minutes + extra


def way_minutes(
    speaker: Speaker, first: Engagement, *, second: Engagement, geography: Geography
) -> int:
    """Return travel minutes between two engagements.

    School to school if both are in person, home to school if one is, nothing
    if neither is. A place nobody knows counts as no way.
    """
    ends = [each.place if each.format == IN_PERSON else speaker.home for each in (first, second)]
    if IN_PERSON not in (first.format, second.format):
        return 0
    return _minutes(ends[0], ends[1], geography)


def _minutes(a: Place | None, b: Place | None, geography: Geography) -> int:
    return 0 if a is None or b is None else geography.travel_minutes(a, b)


def _counts(
    added: Iterable[Engagement],
    standing: Iterable[Engagement],
    *,
    key: Callable[[Session], int],
) -> dict[int, int]:
    new = tuple(added)
    count = Counter(key(each.session) for each in chain(new, standing))
    return {period: count[period] for period in {key(each.session) for each in new}}


def _within(rule: str, limit: int | None, *, counts: dict[int, int], unit: str) -> Finding:
    if not counts or limit is None:
        return Finding(rule, True, {})
    worst = max(sorted(counts), key=lambda period: counts[period])
    facts = {unit: worst, "count": counts[worst], "limit": limit}
    return Finding(rule, counts[worst] <= limit, facts)


def _pairs(
    added: tuple[Engagement, ...], standing: tuple[Engagement, ...]
) -> Iterable[tuple[Engagement, Engagement]]:
    for place, one in enumerate(added):
        for other in chain(added[place + 1 :], standing):
            if other.session.start < one.session.start:
                yield other, one
            else:
                yield one, other


def _far_enough(
    speaker: Speaker, first: Engagement, *, second: Engagement, geography: Geography
) -> bool:
    gap = second.session.start - first.session.end
    if first.session.day != second.session.day:
        return gap >= 0
    way = way_minutes(speaker, first, second=second, geography=geography)
    return gap >= speaker.buffer_minutes + way
