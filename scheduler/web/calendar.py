"""The calendar: who is where, by week, by month, as a list; each view has its own address."""

from __future__ import annotations

from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.languages import get_official_languages
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.periods import DateRange
from scheduler.domain.zones import local
from scheduler.services.calendar_spans import By, CalendarAsked, View
from scheduler.services.calendar_views import CalendarPage, calendar
from scheduler.services.ports import DiaryLine
from scheduler.web.desk import desk
from scheduler.web.languages import present_district, present_locale
from scheduler.web.lists import Column, csv_answer, word_asked
from scheduler.web.phrasing import WEEKDAY_NAMES, clock, date_range, day_tile, joined
from scheduler.web.signed_in import actor, for_role
from scheduler.web.visit_words import state_words

bp = Blueprint("calendar", __name__)

MOST_IN_A_DAY = 3
MONDAY = 0
readers_only = for_role(
    lambda who: who.oversees or who.is_teacher or who.is_volunteer or bool(who.office_of)
)


@bp.get("/calendar")
@readers_only
def show() -> ResponseReturnValue:
    """Show the visits around a day, this week's by school by default."""
    page = _page()
    return render_template(
        "calendar/show.html",
        page=page,
        kept=_kept(page.asked),
        span_words=_span_words(page),
        weekdays=WEEKDAY_NAMES,
        tile_of=day_tile,
        states=state_words(),
        most=MOST_IN_A_DAY,
        shows_people=actor().oversees,
    )


@bp.get("/calendar.csv")
@readers_only
def show_file() -> ResponseReturnValue:
    """Hand out the visits that the same address shows."""
    states = state_words()
    columns: tuple[Column[DiaryLine], ...] = (
        Column(_("Day"), lambda line: local(line.period.start, line.timezone).date()),
        Column(_("From"), lambda line: clock(line.period.start, line.timezone)),
        Column(_("To"), lambda line: clock(line.period.end, line.timezone)),
        Column(_("School"), lambda line: line.school_name),
        Column(_("Class"), lambda line: line.class_name),
        Column(_("Room"), lambda line: line.room),
        Column(_("Teacher"), lambda line: line.teacher_name),
        Column(_("Who"), lambda line: joined(guest.name for guest in line.present_guests)),
        Column(_("About"), lambda line: line.title),
        Column(_("State"), lambda line: states[line.state].words),
    )
    return csv_answer("calendar", columns, _page().lines)


def first_weekday(country: str) -> int:
    """Return the day on which a country's weeks begin, 0 for Monday. Source: CLDR."""
    for language in get_official_languages(country.upper()):
        try:
            return Locale(language, country.upper()).first_week_day
        except UnknownLocaleError:
            continue
    return MONDAY


def _page() -> CalendarPage:
    return calendar(desk().store, _asked(), actor=actor(), now=desk().now)


def _span_words(page: CalendarPage) -> str:
    if page.asked.view is View.MONTH:
        middle = page.asked.on or page.today
        return format_skeleton("yMMMM", middle, locale=present_locale())
    # A week without visits at its week-end is shown without it.
    return date_range(DateRange(page.days[0].day, page.days[-1].day))


def _asked() -> CalendarAsked:
    district = present_district()
    return CalendarAsked(
        view=View(word_asked("view", among=View) or View.WEEK),
        by=By(word_asked("by", among=By) or By.SCHOOL),
        on=_day_asked(),
        school=word_asked("school"),
        zone=word_asked("zone"),
        topic=word_asked("topic"),
        first_weekday=first_weekday(district.country if district else ""),
    )


def _day_asked() -> date | None:
    try:
        found = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None
    # The calendar's own end: a month further there are no days to count with.
    return found if date(1990, 1, 1) <= found <= date(2200, 1, 1) else None


def _kept(asked: CalendarAsked) -> dict[str, str]:
    """Return what every link of the page keeps, the day excepted."""
    chosen = {
        "view": str(asked.view),
        "by": str(asked.by) if asked.by is By.VOLUNTEER else "",
        "school": asked.school,
        "zone": asked.zone,
        "topic": asked.topic,
    }
    return {name: value for name, value in chosen.items() if value}
