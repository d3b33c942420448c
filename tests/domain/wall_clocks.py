"""The clock on the wall, read minute by minute: slow, plain, and no part of the product.

What the product works out by rule is compared with what somebody would see who stood before
the clock and wrote down each minute. Only UTC is turned into wall time here, never the other
way, so that nothing has to be decided about hours that come twice or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2033, 1, 1, tzinfo=UTC)
STRIDE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WallClock:
    """Every minute of a few days: its moment in UTC and what the clock then shows."""

    readings: tuple[tuple[datetime, datetime], ...]
    first_moment_by_wall: dict[datetime, datetime]

    def moment_of(self, wall: datetime) -> datetime:
        """Return the first minute that shows this; in a gap, as much later as the gap is long."""
        if wall in self.first_moment_by_wall:
            return self.first_moment_by_wall[wall]
        for (_, before), (_, after) in pairwise(self.readings):
            if before < wall < after:
                return self.first_moment_by_wall[wall + (after - before - MINUTE)]
        raise LookupError(wall)


@lru_cache(maxsize=4)
def wall_clock(zone_name: str, first: date, last: date) -> WallClock:
    """Read the clock from the day before the first to the day after the last, and a little on."""
    moment = datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=1)
    end = datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=3)
    readings: list[tuple[datetime, datetime]] = []
    seen: dict[datetime, datetime] = {}
    while moment < end:
        wall = moment.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None, fold=0)
        readings.append((moment, wall))
        seen.setdefault(wall, moment)
        moment += MINUTE
    return WallClock(tuple(readings), seen)


@lru_cache
def changes(zone_name: str) -> tuple[datetime, ...]:
    """Return the first minute after each clock change from 2024 to 2032."""
    return tuple(_changes(ZoneInfo(zone_name)))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    before = BEGIN
    while before < END:
        after = before + STRIDE
        if _offset(before, zone) != _offset(after, zone):
            yield _bisect(before, after, zone)
        before = after


def _bisect(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = _offset(before, zone)
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
