"""A volunteer's week read back in whole sentences: when they may be asked, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from scheduler.services.availability import MyWeek
from scheduler.services.week_boxes import Span, UsualTime
from scheduler.web.formats import write_clock, write_day
from scheduler.web.phrasing import date_range, joined

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
    return " ".join((*_when(mine), *(_how_often(mine) if _has_times(mine) else ())))


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
    dated = sum(1 for block in mine.exact if block.first or block.last)
    if len(mine.usual) == 1:
        yield _one_time(mine)
    elif mine.usual:
        for each in mine.usual:
            days, hours = _days(each), _hours(each.spans)
            yield _("You may be asked on %(days)s from %(hours)s.", days=days, hours=hours)
        yield from _how_long(mine)
    elif not dated:
        yield _("You have given us no times yet, so we never ask you.")
    if dated:
        yield ngettext(
            "There is %(num)s time that holds for some weeks only.",
            "There are %(num)s times that hold for some weeks only.",
            dated,
        )


def _one_time(mine: MyWeek) -> str:
    """One sentence says it all: the days, the hours, how long, and except when."""
    told = {"days": _days(mine.usual[0]), "hours": _hours(mine.usual[0].spans)}
    last, away = _last(mine.holds_until), joined(date_range(days) for days in mine.away)
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


def _how_long(mine: MyWeek) -> Iterator[str]:
    last, away = _last(mine.holds_until), joined(date_range(days) for days in mine.away)
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
    if limits.notice_days:
        yield ngettext(
            "You hear of a visit at least %(num)s day ahead.",
            "You hear of a visit at least %(num)s days ahead.",
            limits.notice_days,
        )


def _has_times(mine: MyWeek) -> bool:
    return bool(mine.usual or mine.exact)


def _days(usual: UsualTime) -> str:
    first, last = usual.weekdays[0], usual.weekdays[-1]
    is_run = len(usual.weekdays) > 2 and last - first == len(usual.weekdays) - 1
    if is_run:
        return _(
            "%(first)s to %(last)s",
            first=str(EVERY_WEEKDAY[first]),
            last=str(EVERY_WEEKDAY[last]),
        )
    return joined(str(EVERY_WEEKDAY[weekday]) for weekday in usual.weekdays)


def _hours(spans: tuple[Span, ...]) -> str:
    return joined(
        _("%(start)s to %(end)s", start=_clock(start), end=_clock(end)) for start, end in spans
    )


def _clock(wall: time) -> str:
    return write_clock(datetime.combine(date(2000, 1, 1), wall))


def _last(day: date | None) -> str:
    return write_day(day) if day else ""
