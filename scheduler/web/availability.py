"""When I can visit: the week as boxes, exact times, limits and days away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from types import MappingProxyType

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Limits
from scheduler.services import availability
from scheduler.services.availability import MyWeek
from scheduler.services.busy_calendars import my_calendars
from scheduler.services.week_boxes import LAST_TERM, blocks_of, filled
from scheduler.web.availability_forms import AwayForm, TimeForm, WeekForm
from scheduler.web.busy_lines import busy_lines
from scheduler.web.desk import desk
from scheduler.web.formats import write_clock, write_day
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import WEEKDAY_NAMES, date_range, local_day
from scheduler.web.signed_in import actor, volunteers_only
from scheduler.web.week_grid import grid, line_words
from scheduler.web.week_words import boxes_in_words, in_words

bp = Blueprint("availability", __name__)

NO_ERRORS: Mapping[str, str] = MappingProxyType({})


@bp.get("/availability")
@volunteers_only
def week() -> ResponseReturnValue:
    """Show my week."""
    return page()


@bp.post("/availability")
@volunteers_only
def save() -> ResponseReturnValue:
    """Save the boxes and limits; a button at the head of a line fills that line first."""
    mine = _mine()
    form = WeekForm()
    form.parts = mine.parts
    if not form.validate():
        return page(week_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    ticked = frozenset(form.free.data or ())
    boxes = _boxes(ticked, form.fill.data or "", mine)
    limits = form.limits(mine.limits)
    availability.save_week(desk().store, boxes, actor=actor(), now=desk().now, limits=limits)
    if form.fill.data:
        words = _filled_words(form.fill.data, mine, is_more=boxes > ticked)
        before = ticked
    else:
        before, words = mine.ticked, _("Saved.")
    if (boxes, limits) == (before, mine.limits):
        return _done(words)
    fields = limit_fields(mine.limits)
    return _done(words, url_for("availability.put_back"), boxes=",".join(sorted(before)), **fields)


@bp.post("/availability/undo")
@volunteers_only
def put_back() -> ResponseReturnValue:
    """Tick the boxes again, and set the limits, as they were before a change."""
    mine = _mine()
    boxes = set(request.form.get("boxes", "").split(",")) & set(blocks_of(mine.parts))
    form = WeekForm()
    named = set(limit_fields(Limits())) <= set(request.form)
    limits = form.limits(mine.limits) if named and form.validate() else None
    availability.save_week(desk().store, boxes, actor=actor(), now=desk().now, limits=limits)
    return _done(_("Your week is as it was."))


@bp.post("/availability/keep")
@volunteers_only
def keep() -> ResponseReturnValue:
    """Say that the week still holds."""
    availability.keep_as_it_is(desk().store, actor=actor(), now=desk().now)
    return _done(_("Thank you. We ask again in three months."))


@bp.post("/availability/times")
@volunteers_only
def add_time() -> ResponseReturnValue:
    """Add an exact time."""
    form = TimeForm()
    if not form.validate():
        return page(time_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.add_time(desk().store, form.block, actor=actor(), now=desk().now)
    undo = url_for("availability.remove_time")
    return _done(_("Added %(time)s.", time=time_words(form.block)), undo, **time_fields(form.block))


@bp.post("/availability/times/remove")
@volunteers_only
def remove_time() -> ResponseReturnValue:
    """Take an exact time away."""
    form = TimeForm()
    if not form.validate():
        return page(time_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.remove_time(desk().store, form.block, actor=actor(), now=desk().now)
    undo = url_for("availability.add_time")
    return _done(
        _("Removed %(time)s.", time=time_words(form.block)), undo, **time_fields(form.block)
    )


@bp.post("/availability/away")
@volunteers_only
def go_away() -> ResponseReturnValue:
    """Add days away."""
    form = AwayForm()
    form.today = local_day(desk().now, _mine().timezone)
    if not form.validate():
        return page(away_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.go_away(desk().store, form.days, actor=actor(), now=desk().now)
    undo = url_for("availability.come_back")
    return _done(_("Added %(days)s.", days=date_range(form.days)), undo, **away_fields(form.days))


@bp.post("/availability/away/remove")
@volunteers_only
def come_back() -> ResponseReturnValue:
    """Take days away back."""
    form = AwayForm()
    if not form.validate():
        return page(away_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.come_back(desk().store, form.days, actor=actor(), now=desk().now)
    undo = url_for("availability.go_away")
    return _done(_("Removed %(days)s.", days=date_range(form.days)), undo, **away_fields(form.days))


def page(
    *,
    week_form: WeekForm | None = None,
    time_form: TimeForm | None = None,
    away_form: AwayForm | None = None,
    calendar_errors: Mapping[str, str] = NO_ERRORS,
    calendar_address: str = "",
) -> str:
    """Return the page, with the form that was refused as it was written."""
    mine = _mine()
    lent = my_calendars(desk().store, actor=actor())
    form = week_form or WeekForm.of(mine.ticked, mine.limits)
    return render_template(
        "availability/week.html",
        mine=mine,
        now=desk().now,
        week_form=form,
        time_form=time_form or TimeForm(formdata=None),
        away_form=away_form or AwayForm(formdata=None),
        errors=_errors(week_form or time_form or away_form, calendar_errors),
        calendars=busy_lines(lent, now=desk().now, timezone=mine.timezone, is_own=True),
        calendar_errors=calendar_errors,
        calendar_address=calendar_address,
        grid=grid(mine),
        sentence=in_words(mine),
        boxes=boxes_in_words(len(form.free.data or ()), mine.minutes_a_week),
        weekdays=WEEKDAY_NAMES,
        saved_in_place=bool(request.headers.get("HX-Request")),
        times=[
            _line(time_words(block), url_for("availability.remove_time"), **time_fields(block))
            for block in mine.exact
        ],
        away=[
            _line(date_range(days), url_for("availability.come_back"), **away_fields(days))
            for days in mine.away
        ],
    )


def time_words(block: WeeklyAvailability) -> str:
    """Return ``Monday 17:00–19:00`` with the block's first and last day where it has any."""
    start, end = (
        write_clock(datetime.combine(date(2000, 1, 1), t)) for t in (block.start, block.end)
    )
    hours = f"{WEEKDAY_NAMES[block.weekday]} {start}–{end}"
    if block.first and block.last:
        return f"{hours}, {date_range(DateRange(block.first, block.last))}"
    if block.first:
        return _("%(hours)s, from %(day)s", hours=hours, day=write_day(block.first))
    if block.last:
        return _("%(hours)s, until %(day)s", hours=hours, day=write_day(block.last))
    return hours


def time_fields(block: WeeklyAvailability) -> dict[str, str]:
    """Return the block as a form sends it."""
    return {
        "weekday": str(block.weekday),
        "start": f"{block.start:%H:%M}",
        "end": f"{block.end:%H:%M}",
        "first": block.first.isoformat() if block.first else "",
        "last": block.last.isoformat() if block.last else "",
    }


def limit_fields(limits: Limits) -> dict[str, str]:
    """Return the limits as the form sends them."""
    return {
        "max_per_day": str(limits.max_per_day),
        "max_per_week": str(limits.max_per_week),
        "max_per_month": str(limits.max_per_month),
        "max_km": "" if limits.max_km is None else f"{limits.max_km:g}",
        "buffer_minutes": str(limits.buffer_minutes),
        "notice_days": str(limits.notice_days),
    }


def away_fields(days: DateRange) -> dict[str, str]:
    """Return the days as a form sends them."""
    return {"away_first": days.first.isoformat(), "away_last": days.last.isoformat()}


def _boxes(ticked: frozenset[str], line: str, mine: MyWeek) -> frozenset[str]:
    if line == LAST_TERM:
        return ticked if mine.last_term is None else mine.last_term
    return filled(ticked, line, parts=mine.parts) if line else ticked


def _filled_words(line: str, mine: MyWeek, *, is_more: bool) -> str:
    if line == LAST_TERM:
        return _("Your week is as it was last term.")
    if is_more:
        return _("Filled %(line)s.", line=line_words(line, mine.parts))
    return _("Cleared %(line)s.", line=line_words(line, mine.parts))


def _mine() -> MyWeek:
    return availability.my_week(desk().store, actor=actor(), now=desk().now)


def _done(words: str, undo: str = "", **fields: str) -> ResponseReturnValue:
    tell_done(words, undo=undo, **fields)
    return redirect(url_for("availability.week"), HTTPStatus.SEE_OTHER)


def _line(words: str, action: str, **fields: str) -> dict[str, object]:
    return {
        "words": words,
        "action": action,
        "said": _("Remove %(words)s", words=words),
        "fields": fields,
    }


def _errors(form: FlaskForm | None, others: Mapping[str, str]) -> list[dict[str, str]]:
    told = [(name, found[0]) for name, found in form.errors.items() if found] if form else []
    return [{"field": name, "message": words} for name, words in (*told, *others.items())]
