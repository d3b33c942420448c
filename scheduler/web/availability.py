"""When I can visit: the week as boxes, exact times, limits and days away."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.services import availability
from scheduler.services.availability import MyWeek
from scheduler.services.busy_calendars import my_calendars
from scheduler.services.week_boxes import (
    BLOCK_BY_BOX,
    CLEAR,
    DAYS,
    MORNINGS,
    PARTS,
    filled,
)
from scheduler.web.availability_forms import AwayForm, TimeForm, WeekForm
from scheduler.web.busy_lines import busy_lines
from scheduler.web.desk import desk
from scheduler.web.phrasing import MONTH_NAMES, WEEKDAY_NAMES, date_range, local_day
from scheduler.web.signed_in import actor, volunteers_only

bp = Blueprint("availability", __name__)

NO_ERRORS: Mapping[str, str] = MappingProxyType({})

PART_WORDS = {part.key: part.key.capitalize() for part in PARTS}
LINE_WORDS = {
    **dict(zip(DAYS, WEEKDAY_NAMES, strict=False)),
    **PART_WORDS,
    MORNINGS: "all mornings",
    CLEAR: "your week",
}


@bp.get("/availability")
@volunteers_only
def week() -> ResponseReturnValue:
    """Show my week."""
    return page()


@bp.post("/availability")
@volunteers_only
def save() -> ResponseReturnValue:
    """Save the boxes and limits; a button at the head of a line fills that line first."""
    form = WeekForm()
    if not form.validate():
        return page(week_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    before = frozenset(form.free.data or ())
    boxes = filled(before, form.fill.data) if form.fill.data else before
    limits = form.limits(_mine().limits)
    availability.save_week(desk().store, boxes, actor=actor(), now=desk().now, limits=limits)
    if not form.fill.data:
        return _done("Saved.")
    deed = "Filled" if boxes > before else "Cleared"
    undo = url_for("availability.put_back")
    return _done(f"{deed} {LINE_WORDS[form.fill.data]}.", undo, free=",".join(sorted(before)))


@bp.post("/availability/undo")
@volunteers_only
def put_back() -> ResponseReturnValue:
    """Tick the boxes again as they were before a line was filled or cleared."""
    boxes = set(request.form.get("free", "").split(",")) & set(BLOCK_BY_BOX)
    availability.save_week(desk().store, boxes, actor=actor(), now=desk().now)
    return _done("Your boxes are as they were.")


@bp.post("/availability/times")
@volunteers_only
def add_time() -> ResponseReturnValue:
    """Add an exact time."""
    form = TimeForm()
    if not form.validate():
        return page(time_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.add_time(desk().store, form.block, actor=actor(), now=desk().now)
    undo = url_for("availability.remove_time")
    return _done(f"Added {time_words(form.block)}.", undo, **time_fields(form.block))


@bp.post("/availability/times/remove")
@volunteers_only
def remove_time() -> ResponseReturnValue:
    """Take an exact time away."""
    form = TimeForm()
    if not form.validate():
        return page(time_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.remove_time(desk().store, form.block, actor=actor(), now=desk().now)
    undo = url_for("availability.add_time")
    return _done(f"Removed {time_words(form.block)}.", undo, **time_fields(form.block))


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
    return _done(f"Added {date_range(form.days)}.", undo, **away_fields(form.days))


@bp.post("/availability/away/remove")
@volunteers_only
def come_back() -> ResponseReturnValue:
    """Take days away back."""
    form = AwayForm()
    if not form.validate():
        return page(away_form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    availability.come_back(desk().store, form.days, actor=actor(), now=desk().now)
    undo = url_for("availability.go_away")
    return _done(f"Removed {date_range(form.days)}.", undo, **away_fields(form.days))


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
    return render_template(
        "availability/week.html",
        mine=mine,
        now=desk().now,
        week_form=week_form or WeekForm.of(mine.ticked, mine.limits),
        time_form=time_form or TimeForm(formdata=None),
        away_form=away_form or AwayForm(formdata=None),
        errors=_errors(week_form or time_form or away_form, calendar_errors),
        calendars=busy_lines(lent, now=desk().now, timezone=mine.timezone, is_own=True),
        calendar_errors=calendar_errors,
        calendar_address=calendar_address,
        grid=_grid(mine),
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
    hours = f"{WEEKDAY_NAMES[block.weekday]} {block.start:%H:%M}–{block.end:%H:%M}"
    if block.first and block.last:
        return f"{hours}, {date_range(DateRange(block.first, block.last))}"
    limit = block.first or block.last
    if limit is None:
        return hours
    return f"{hours}, {'from' if block.first else 'until'} {date_range(DateRange(limit, limit))}"


def time_fields(block: WeeklyAvailability) -> dict[str, str]:
    """Return the block as a form sends it."""
    return {
        "weekday": str(block.weekday),
        "start": f"{block.start:%H:%M}",
        "end": f"{block.end:%H:%M}",
        "first": block.first.isoformat() if block.first else "",
        "last": block.last.isoformat() if block.last else "",
    }


def away_fields(days: DateRange) -> dict[str, str]:
    """Return the days as a form sends them."""
    return {"away_first": days.first.isoformat(), "away_last": days.last.isoformat()}


def _mine() -> MyWeek:
    return availability.my_week(desk().store, actor=actor(), now=desk().now)


def _done(words: str, undo: str = "", **fields: str) -> ResponseReturnValue:
    message: object = {"words": words, "action": undo, "fields": fields} if undo else words
    flash(cast(str, message), "done")  # Flask keeps whatever JSON can hold.
    return redirect(url_for("availability.week"), HTTPStatus.SEE_OTHER)


def _line(words: str, action: str, **fields: str) -> dict[str, object]:
    return {"words": words, "action": action, "said": f"Remove {words}", "fields": fields}


def _grid(mine: MyWeek) -> dict[str, object]:
    return {
        "days": [
            {"key": key, "short": name[:3], "label": name}
            for key, name in zip(DAYS, WEEKDAY_NAMES, strict=False)
        ],
        "parts": [
            {
                "key": part.key,
                "label": PART_WORDS[part.key],
                "hours": f"{part.start.hour}–{part.end.hour}",
                "said": f"{part.start.hour} to {part.end.hour}",
            }
            for part in PARTS
        ],
        "booked": {
            box: {
                "day": day.day,
                "month": MONTH_NAMES[day.month - 1][:3],
                "said": f"visit booked on {date_range(DateRange(day, day))}",
            }
            for box, day in mine.day_by_booked_box.items()
        },
    }


def _errors(form: FlaskForm | None, others: Mapping[str, str]) -> list[dict[str, str]]:
    told = [(name, found[0]) for name, found in form.errors.items() if found] if form else []
    return [{"field": name, "message": words} for name, words in (*told, *others.items())]
