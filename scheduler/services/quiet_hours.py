"""When a mail may go out: at once, by daylight, or with the day's mail.

What changes a visit within a day goes out at any hour, and so does what somebody waits for at
the screen. Other news keeps the night's peace. What can wait comes once a day, together, at
15:00 on the reader's own clock: then school is over, and a school can still act before the
next morning.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum

from scheduler.domain.mail_choices import Pace
from scheduler.domain.visits import AT_ONCE_WITHIN
from scheduler.domain.zones import at_wall_time, local
from scheduler.services import announcements as news
from scheduler.services.records import OutboxRow

DAYS_MAIL_AT = time(15)
NIGHT_FROM, NIGHT_TO = time(21), time(7)
AT_ANY_HOUR = frozenset(
    {
        *(news.SIGN_IN, news.JOIN_CONFIRM, news.ADDRESS_CHANGED),
        *(news.DECLINED, news.REOPENED, news.TAKEN_OUT),
    }
)
PRESSING_WHEN_NEAR = frozenset(
    {
        *(news.CHANGE, news.CANCELLATION, news.STAND_IN_ASK, news.STAND_IN_LOOKING),
        *(news.STAND_IN_FOUND, news.STAND_IN_ARRIVES, news.STAND_IN_PLAN_B),
    }
)
# What had to wait a day for company would reach its reader after the visit has begun.
LATEST_BEFORE_A_VISIT = timedelta(hours=1)


class Haste(StrEnum):
    """How long a mail may wait."""

    AT_ANY_HOUR = "at_any_hour"
    BY_DAYLIGHT = "by_daylight"
    WITH_THE_DAYS_MAIL = "with_the_days_mail"


def haste_of(row: OutboxRow, *, pace: Pace, starts: Iterable[datetime], zone: str) -> Haste:
    """Return how long this mail may wait; ``starts`` are those of the visits it tells of."""
    starts = tuple(starts)
    if row.purpose in AT_ANY_HOUR:
        return Haste.AT_ANY_HOUR
    is_near = any(_is_near(row.created_at, start) for start in (*starts, *_former(row)))
    if is_near and row.purpose in PRESSING_WHEN_NEAR:
        return Haste.AT_ANY_HOUR
    if pace is not Pace.DAILY:
        return Haste.BY_DAYLIGHT
    latest = days_mail_after(row.created_at, zone=zone) + LATEST_BEFORE_A_VISIT
    comes_too_late = any(row.created_at < start <= latest for start in starts)
    return Haste.BY_DAYLIGHT if comes_too_late else Haste.WITH_THE_DAYS_MAIL


def ready_at(written: datetime, haste: Haste, *, now: datetime, zone: str) -> datetime:
    """Return when a mail that was written then may go out: a moment that is past, or to come."""
    if haste is Haste.AT_ANY_HOUR:
        return written
    if haste is Haste.WITH_THE_DAYS_MAIL:
        written = days_mail_after(written, zone=zone)
    return max(written, _morning_of(max(now, written), zone=zone))


def reached_at(written: datetime, *, start: datetime, zone: str) -> datetime:
    """Return when pressing news of a visit is read: by night only if that begins soon."""
    return written if _is_near(written, start) else _morning_of(written, zone=zone)


def days_mail_after(moment: datetime, *, zone: str) -> datetime:
    """Return when the next day's mail goes out at or after that moment."""
    today = local(moment, zone).date()
    due = at_wall_time(today, DAYS_MAIL_AT, zone)
    return due if moment <= due else at_wall_time(today + timedelta(1), DAYS_MAIL_AT, zone)


def _is_near(written: datetime, start: datetime) -> bool:
    return written < start < written + AT_ONCE_WITHIN


def _morning_of(moment: datetime, *, zone: str) -> datetime:
    """The end of the night that the moment lies in, or the moment itself by day."""
    here = local(moment, zone)
    if NIGHT_TO <= here.time() < NIGHT_FROM:
        return moment
    day = here.date() + timedelta(here.time() >= NIGHT_FROM)
    return at_wall_time(day, NIGHT_TO, zone)


def _former(row: OutboxRow) -> tuple[datetime, ...]:
    old = row.facts.get("old_start")
    return (datetime.fromisoformat(str(old)),) if old else ()
