"""The weeks ahead as lesson tiles: what can be ticked, what is closed, how many are free."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext, npgettext

from scheduler.services.asking import AskSheet
from scheduler.services.lessons import ClosedLesson, LessonAhead, LessonWeek
from scheduler.web.phrasing import clock, in_days, long_day, tile
from scheduler.web.tiles import day_tile, short_range


def lesson_weeks(
    sheet: AskSheet, *, chosen: Collection[str], today: date
) -> tuple[dict[str, object], ...]:
    """Return the weeks as the lesson tiles take them."""
    return tuple(_week(week, sheet, chosen=chosen, today=today) for week in sheet.weeks)


def _week(
    week: LessonWeek, sheet: AskSheet, *, chosen: Collection[str], today: date
) -> dict[str, object]:
    label = short_range(week.days)
    if week.closure:
        closed = _("%(holiday)s.", holiday=week.closure)
        if week.resumes:
            closed = _(
                "%(holiday)s. Lessons start again on %(day)s.",
                holiday=week.closure,
                day=long_day(week.resumes),
            )
        return {"label": label, "note": _("school closed"), "closed": closed, "lessons": ()}
    whole_weeks = (week.days.first - today) // timedelta(days=7)
    lessons = tuple(_lesson(each, sheet, chosen=chosen) for each in week.lessons)
    empty = {} if lessons else {"closed": _("No lessons of this class.")}
    return {"label": label, "note": in_days(7 * whole_weeks), "lessons": lessons, **empty}


def _lesson(
    lesson: LessonAhead | ClosedLesson, sheet: AskSheet, *, chosen: Collection[str]
) -> dict[str, object]:
    if isinstance(lesson, ClosedLesson):
        return {**day_tile(lesson.day), "closed": lesson.name, "note": _("No lessons")}
    free = sheet.free_at(lesson)
    start, end = (
        clock(moment, sheet.timezone) for moment in (lesson.period.start, lesson.period.end)
    )
    return {
        **tile(lesson.period.start, sheet.timezone),
        "value": str(lesson.window),
        "start": start,
        "end": end,
        "note": _("until %(time)s", time=end)
        if free is None
        else ngettext("%(num)s free", "%(num)s free", free),
        "said": "" if free is None else npgettext("free", "speaker", "speakers", free),
        "chosen": str(lesson.window) in chosen,
    }
