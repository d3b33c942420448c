"""How the calendars that a volunteer lent stand, in words; of the volunteer's own, or of another's.

An address is a secret of its owner, so only its computer's name is shown, and to the owner
alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.calendar_addresses import read_address
from scheduler.domain.periods import Period
from scheduler.web.languages import in_their_language
from scheduler.web.phrasing import ago, clock, day, day_with_year, local_day

SOON = timedelta(days=30)


def busy_lines(
    calendars: Iterable[BusyCalendar], *, now: datetime, timezone: str, is_own: bool
) -> list[dict[str, object]]:
    """Return ``{title, meta, note, tag, key, is_on_web}`` of each calendar, in order."""
    return [_line(each, now=now, timezone=timezone, is_own=is_own) for each in calendars]


def soon_busy(calendar: BusyCalendar, now: datetime) -> str:
    """Return how much a calendar tells: ``3 busy times in the next 30 days``."""
    coming = Period(now, now + SOON)
    count = sum(period.overlaps(coming) for period in calendar.busy)
    if not count:
        return _("no busy time in the next %(days)s days", days=SOON.days)
    return ngettext(
        "%(num)s busy time in the next %(days)s days",
        "%(num)s busy times in the next %(days)s days",
        count,
        days=SOON.days,
    )


def _line(
    calendar: BusyCalendar, *, now: datetime, timezone: str, is_own: bool
) -> dict[str, object]:
    trust = calendar.trust(now, timezone)
    words = {Trust.FRESH: _fresh, Trust.STALE: _stale, Trust.UNKNOWN: _unknown}[trust]
    tag, meta, note = words(calendar, now, timezone)
    tones = {Trust.FRESH: "ok", Trust.STALE: "wait", Trust.UNKNOWN: "stop"}
    return {
        "title": _title(calendar, is_own=is_own),
        "tag": {"words": tag, "tone": tones[trust]},
        "meta": meta,
        "note": note,
        "key": calendar.key,
        "is_on_web": bool(calendar.address),
    }


def _title(calendar: BusyCalendar, *, is_own: bool) -> str:
    if not calendar.address:
        return _("A calendar file")
    return read_address(calendar.address).host if is_own else _("A calendar on the web")


def _fresh(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    told = {"ago": ago(calendar.read_at, now), "amount": soon_busy(calendar, now)}
    if calendar.address:
        return _("Up to date"), _("Last checked %(ago)s: %(amount)s.", **told), ""
    last = day_with_year(calendar.known_until)
    note = _("It tells us about the time until %(day)s.", day=last)
    return _("Read"), _("Given %(ago)s: %(amount)s.", **told), note


def _stale(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    read_at = calendar.read_at
    read = _(
        "Not read since %(day)s, %(time)s",
        day=day(local_day(read_at, timezone)),
        time=clock(read_at, timezone),
    )
    meta = _("What it said then still counts. What changed since, we do not know.")
    trying = ""
    if calendar.next_check and calendar.next_check > now:
        trying = _("We try again %(when)s.", when=ago(calendar.next_check, now))
    return read, meta, f"{in_their_language(calendar.problem)} {trying}".strip()


def _unknown(calendar: BusyCalendar, now: datetime, timezone: str) -> tuple[str, str, str]:
    meta = _(
        "It told us about the time until %(day)s. We propose no visit for later days.",
        day=day_with_year(calendar.known_until),
    )
    note = (
        in_their_language(calendar.problem)
        if calendar.address
        else _("A newer file takes its place.")
    )
    return _("Out of date"), meta, note
