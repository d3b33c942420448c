"""Dates as the date tile and the lesson weeks show them, for days that have no hour."""

from __future__ import annotations

from datetime import date

from scheduler.domain.periods import DateRange
from scheduler.web.phrasing import MONTH_NAMES, WEEKDAY_NAMES, Tile


def day_tile(when: date) -> Tile:
    """Return what the date tile of a day shows."""
    return Tile(
        weekday=WEEKDAY_NAMES[when.weekday()][:3],
        day=str(when.day),
        month=short_month(when),
        date=when.isoformat(),
    )


def short_range(days: DateRange) -> str:
    """Return ``7–11 Dec`` or ``28 Dec–1 Jan``."""
    first, last = days.first, days.last
    if short_month(first) == short_month(last):
        return f"{first.day}–{last.day} {short_month(last)}"
    return f"{first.day} {short_month(first)}–{last.day} {short_month(last)}"


def short_month(when: date) -> str:
    """Return ``Dec``."""
    return MONTH_NAMES[when.month - 1][:3]
