"""When a request asks for a visit, in words: a lesson, a time of a day, a range of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from flask_babel import gettext as _

from scheduler.domain.requests import PeriodWindow, RangeWindow, TimeWindow, Window
from scheduler.services.following import Followed
from scheduler.web.formats import write_span
from scheduler.web.phrasing import date_range, day, unbroken


def asked_times(followed: Followed) -> tuple[str, ...]:
    """Return when a request asks for a visit, in words, in its order."""
    hours, windows = followed.hours_by_window, followed.request.windows
    return tuple(unbroken(window_words(each, hours=hours.get(each))) for each in windows)


def window_words(window: Window, *, hours: tuple[time, time] | None = None) -> str:
    """Return ``Tue 8 December, 10:35–11:20 (P3)``, the same without a name, or a range of days.

    ``hours`` are those of a lesson that is asked for by name; unknown ones go unsaid.
    """
    if isinstance(window, RangeWindow):
        return date_range(window.days)
    if isinstance(window, TimeWindow):
        hours = window.start, window.end
        return _("%(day)s, %(hours)s", day=day(window.day), hours=_span(window, *hours))
    period = "–".join(filter(None, (window.period, window.last_period)))
    if hours is None:
        return _("%(day)s, %(hours)s", day=day(window.day), hours=period)
    return _(
        "%(day)s, %(hours)s (%(period)s)",
        day=day(window.day),
        hours=_span(window, *hours),
        period=period,
    )


def picked_days(windows: Sequence[Window]) -> tuple[date, ...]:
    """Return the days asked for, in order, each once."""
    days = {window.day for window in windows if not isinstance(window, RangeWindow)}
    return tuple(sorted(days))


def _span(window: PeriodWindow | TimeWindow, start: time, end: time) -> str:
    return write_span(datetime.combine(window.day, start), datetime.combine(window.day, end))
