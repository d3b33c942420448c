"""What a teacher was promised: by which day there is a name, or word that there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.schooldays import SATURDAY, SchoolTime

SCHOOL_DAYS = 3
_FURTHEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Promise:
    """When a request was made, and the day by which its teacher hears of a name."""

    request: str
    asked_at: datetime
    name_by: date


def promised_day(asked_on: date, *, school_time: SchoolTime) -> date:
    """Return the third day of school after the day of asking.

    Where no three such days come within two months, three weekdays are counted on.
    """
    days = [asked_on + timedelta(days=count) for count in range(1, _FURTHEST.days + 1)]
    taught = [day for day in days if school_time.has_lessons(day)]
    weekdays = [day for day in days if day.weekday() < SATURDAY]
    return (taught if len(taught) >= SCHOOL_DAYS else weekdays)[SCHOOL_DAYS - 1]
