"""A volunteer's week read back in whole sentences: when they may be asked, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from scheduler.services.availability import MyWeek
from scheduler.services.week_boxes import Span, UsualTime
from scheduler.web.formats import weekday_name, write_clock, write_day, write_range
from scheduler.web.phrasing import joined

SAID_WITHOUT_YEAR = timedelta(days=270)
EVERY_WEEKDAY = (
    lazy_gettext("Mondays"),
    lazy_gettext("Tuesdays"),
    lazy_gettext("Wednesdays"),
    lazy_gettext("Thursdays"),
    lazy_gettext("Fridays"),
    lazy_gettext("Saturdays"),
    lazy_gettext("Sundays"),
)


def in_words(mine: MyWeek) -> str:
    """Return all that a volunteer told us about their time, as sentences."""
    return " ".join((*_when(mine), *(_how_often(mine) if mine.usual else ())))


def boxes_in_words(boxes: int, minutes: int) -> str:
    """Return ``12 boxes, about 24 hours a week``."""
    hours = ngettext("%(num)s hour", "%(num)s hours", (minutes + 30) // 60)
    return ngettext(
        "%(num)s box, about %(hours)s a week",
        "%(num)s boxes, about %(hours)s a week",
        boxes,
        hours=hours,
    )


def _when(mine: MyWeek) -> Iterator[str]:
    if len(mine.usual) == 1 and not (mine.usual[0].first or mine.usual[0].last):
        yield _one_time(mine)
    elif mine.usual:
        yield from (_asked(each, mine.today) for each in mine.usual)
        yield from _how_long(mine)
    else:
        yield _("You have given us no times yet, so we never ask you.")


def _one_time(mine: MyWeek) -> str:
    """One sentence says it all: the days, the hours, how long, and except when."""
    told = {"days": _days(mine.usual[0]), "hours": _hours(mine.usual[0].spans)}
    last, away = _day(mine.holds_until, mine.today), _away(mine)
    if last and away:
        return _(
            "You may be asked on %(days)s from %(hours)s, until %(last)s, except %(away)s.",
            **told,
            last=last,
            away=away,
        )
    if last:
        return _("You may be asked on %(days)s from %(hours)s, until %(last)s.", **told, last=last)
    if away:
        return _("You may be asked on %(days)s from %(hours)s, except %(away)s.", **told, away=away)
    return _("You may be asked on %(days)s from %(hours)s.", **told)


def _asked(usual: UsualTime, today: date) -> str:
    """One of several times, with the days between which it holds."""
    told = {"days": _days(usual), "hours": _hours(usual.spans)}
    first, last = _day(usual.first, today), _day(usual.last, today)
    if first and last:
        return _(
            "From %(first)s until %(last)s, you may be asked on %(days)s from %(hours)s.",
            **told,
            first=first,
            last=last,
        )
    if first:
        return _(
            "From %(first)s, you may be asked on %(days)s from %(hours)s.", **told, first=first
        )
    if last:
        return _("Until %(last)s, you may be asked on %(days)s from %(hours)s.", **told, last=last)
    return _("You may be asked on %(days)s from %(hours)s.", **told)


def _how_long(mine: MyWeek) -> Iterator[str]:
    last, away = _day(mine.holds_until, mine.today), _away(mine)
    if last and away:
        yield _("This holds until %(last)s, except %(away)s.", last=last, away=away)
    elif last:
        yield _("This holds until %(last)s.", last=last)
    elif away:
        yield _("We leave out %(away)s.", away=away)


def _how_often(mine: MyWeek) -> Iterator[str]:
    limits = mine.limits
    yield ngettext(
        "At most %(num)s visit a day, %(week)s a week and %(month)s a month.",
        "At most %(num)s visits a day, %(week)s a week and %(month)s a month.",
        limits.max_per_day,
        week=limits.max_per_week,
        month=limits.max_per_month,
    )
    if limits.max_km is None:
        yield _("It does not matter how far it is.")
    else:
        yield _("Up to %(km)s km from you.", km=f"{limits.max_km:g}")
    if limits.buffer_minutes:
        yield ngettext(
            "We leave you %(num)s free minute before and after, besides the way there.",
            "We leave you %(num)s free minutes before and after, besides the way there.",
            limits.buffer_minutes,
        )
    if limits.notice_days:
        yield ngettext(
            "You hear of a visit at least %(num)s day ahead.",
            "You hear of a visit at least %(num)s days ahead.",
            limits.notice_days,
        )


def _days(usual: UsualTime) -> str:
    first, last = usual.weekdays[0], usual.weekdays[-1]
    is_run = len(usual.weekdays) > 2 and last - first == len(usual.weekdays) - 1
    if is_run:
        # The plural stands in the sentence: other languages say a run of single weekdays.
        return _("%(first)ss to %(last)ss", first=weekday_name(first), last=weekday_name(last))
    return joined(str(EVERY_WEEKDAY[weekday]) for weekday in usual.weekdays)


def _hours(spans: tuple[Span, ...]) -> str:
    return joined(
        _("%(start)s to %(end)s", start=_clock(start), end=_clock(end)) for start, end in spans
    )


def _clock(wall: time) -> str:
    return write_clock(datetime.combine(date(2000, 1, 1), wall))


def _away(mine: MyWeek) -> str:
    return joined(
        write_range(days.first, days.last, has_year=_needs_year(days.last, mine.today))
        for days in mine.away
    )


def _day(day: date | None, today: date) -> str:
    return write_day(day, has_year=_needs_year(day, today)) if day else ""


def _needs_year(day: date, today: date) -> bool:
    return day > today + SAID_WITHOUT_YEAR
