"""Dates as the lesson weeks show them, for days that have no hour."""

from __future__ import annotations

from scheduler.domain.periods import DateRange
from scheduler.web.formats import write_days
from scheduler.web.phrasing import day_tile

__all__ = ["day_tile", "short_range"]


def short_range(days: DateRange) -> str:
    """Return ``7–11 Dec`` or ``28 Dec–1 Jan``."""
    return write_days(days.first, days.last, has_short_months=True)
