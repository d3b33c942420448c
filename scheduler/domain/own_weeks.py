"""A volunteer's usual week over time: since when it holds, and how it was before.

Somebody's week is right for ninety days; then we ask. What it was at the end of the last term
can be had back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.districts import Term
from scheduler.domain.zones import local

RIGHT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class WeekCheck:
    """Since when a volunteer's week is known to be right, and when we last asked."""

    email: str
    right_since: datetime
    asked_at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Tell whether it is time to ask whether the week still holds."""
        return now >= self.right_since + RIGHT_FOR

    def must_be_asked(self, now: datetime) -> bool:
        """Tell whether to ask now: it is stale, and the last question is as old."""
        was_asked = self.asked_at is not None and now < self.asked_at + RIGHT_FOR
        return self.is_stale(now) and not was_asked


@dataclass(frozen=True, slots=True)
class FormerWeek:
    """A usual week that held until that moment."""

    email: str
    ended_at: datetime
    weekly: tuple[WeeklyAvailability, ...]


def last_term(terms: Iterable[Term], today: date) -> Term | None:
    """Return the latest term that is over."""
    over = (term for term in terms if term.days.last < today)
    return max(over, key=lambda term: term.days.last, default=None)


def week_on(
    former: Iterable[FormerWeek], day: date, *, timezone: str
) -> tuple[WeeklyAvailability, ...] | None:
    """Return the usual week that held at the end of that day, None if it is the present one."""
    later = (week for week in former if local(week.ended_at, timezone).date() > day)
    found = min(later, key=lambda week: week.ended_at, default=None)
    return found.weekly if found else None
