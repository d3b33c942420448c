"""The day sheet: who comes today, to which room, to whom, and where to sign; made to be printed."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.day_sheets import DaySheet, day_sheet
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer, word_asked
from scheduler.web.phrasing import clock
from scheduler.web.signed_in import actor, for_role
from scheduler.web.visit_words import state_words

bp = Blueprint("day", __name__)

keepers_only = for_role(lambda who: who.oversees or bool(who.office_of))


@bp.get("/day")
@keepers_only
def sheet() -> ResponseReturnValue:
    """Show who comes on the day of the address, today by default."""
    found = _found()
    return render_template(
        "day/sheet.html",
        found=found,
        before=found.day - timedelta(days=1),
        after=found.day + timedelta(days=1),
    )


@bp.get("/day.csv")
@keepers_only
def sheet_file() -> ResponseReturnValue:
    """Hand the day out."""
    sheets = tuple(each for day in _found().days for each in day.sheets)
    words = state_words()
    columns: tuple[Column[VisitSheet], ...] = (
        Column(_("School"), lambda sheet: sheet.school_name),
        Column(_("From"), lambda sheet: clock(sheet.visit.period.start, sheet.visit.timezone)),
        Column(_("To"), lambda sheet: clock(sheet.visit.period.end, sheet.visit.timezone)),
        Column(_("Who"), lambda sheet: "; ".join(s.name for s in sheet.speakers if not s.removed)),
        Column(_("Room"), lambda sheet: sheet.visit.room),
        Column(_("Host"), lambda sheet: sheet.teacher_name),
        Column(_("Class"), lambda sheet: sheet.class_name),
        Column(_("About"), lambda sheet: sheet.title),
        Column(_("State"), lambda sheet: words[sheet.visit.state].words),
    )
    return csv_answer("day", columns, sheets)


def _found() -> DaySheet:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    return day_sheet(desk().store, day, school=word_asked("school"), actor=actor(), now=desk().now)
