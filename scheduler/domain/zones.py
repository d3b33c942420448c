"""The school's clock: wall times of an IANA zone, turned into UTC and back.

Zone rules come from the ``tzdata`` package alone: a system's own copy may be years old.
A wall time in the repeated autumn hour means the first of the two; one in the spring gap
does not exist and is moved forward by the length of the gap.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time

from scheduler.domain.errors import UnknownZone
from scheduler.domain.periods import Period

zoneinfo.reset_tzpath(to=[])
# A zone that another library loaded earlier may have come from the system's copy.
zoneinfo.ZoneInfo.clear_cache()


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of that IANA name.

    Raises:
        UnknownZone: if the database has no such name.
    """
    if len(name) > 60:
        raise UnknownZone(name)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def at_wall_time(day: date, wall: time, zone_name: str) -> datetime:
    """Return the UTC moment when that clock shows that time on that day."""
    shown = datetime.combine(day, wall.replace(fold=0), tzinfo=zone(zone_name))
    return shown.astimezone(UTC)


def is_wall_time(day: date, wall: time, zone_name: str) -> bool:
    """Tell whether that clock shows that time on that day at all (the spring gap lacks some)."""
    back = at_wall_time(day, wall, zone_name).astimezone(zone(zone_name))
    return back.replace(tzinfo=None) == datetime.combine(day, wall)


def local(moment: datetime, zone_name: str) -> datetime:
    """Return the moment as that clock shows it."""
    return moment.astimezone(zone(zone_name))


def day_period(day: date, zone_name: str) -> Period:
    """Return the whole day, midnight to midnight of that clock (23 to 25 hours), in UTC."""
    following = date.fromordinal(day.toordinal() + 1)
    return Period(
        at_wall_time(day, time(0), zone_name),
        at_wall_time(following, time(0), zone_name),
    )
