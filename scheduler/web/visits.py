"""A volunteer's own visits: answer invitations, see what comes and what has been, take it along."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.zones import local
from scheduler.services.agenda import MyVisit, MyVisits, answer_own, my_visits
from scheduler.services.busy_calendars import my_old_calendars
from scheduler.web.answer_forms import REASONS, ReplyForm
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer
from scheduler.web.signed_in import actor, volunteers_only
from scheduler.web.visit_words import state_words

bp = Blueprint("visits", __name__)


@bp.get("/visits")
@volunteers_only
def own() -> ResponseReturnValue:
    """Show open invitations, the next visits and the past ones."""
    return _page(ReplyForm(formdata=None))


@bp.post("/visits/<uid>/answer")
@volunteers_only
def answer(uid: str) -> ResponseReturnValue:
    """Enter yes or no to a visit and to the other days of the same request."""
    form = ReplyForm()
    if not form.validate():
        return _page(form, refused=uid), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        answer_own(
            desk().store,
            uid,
            says_yes=form.says_yes,
            actor=actor(),
            now=desk().now,
            reason=form.why,
        )
    except IllegalTransition:
        flash(_("It is too late to answer here. Nothing was changed."), "problem")
    else:
        flash(_("Thank you!") if form.says_yes else _("Thank you for telling us."), "done")
    return redirect(url_for("visits.own"), HTTPStatus.SEE_OTHER)


@bp.get("/visits.csv")
@volunteers_only
def own_file() -> ResponseReturnValue:
    """Hand out what the page shows as a table to take along."""
    mine = _mine()
    lines = sorted((*mine.asked, *mine.coming, *mine.past), key=_begin)
    return csv_answer("visits", _columns(), lines)


def _page(form: ReplyForm, *, refused: str = "") -> str:
    old = my_old_calendars(desk().store, actor=actor(), now=desk().now)
    return render_template(
        "visits/own.html",
        mine=_mine(),
        reasons=REASONS,
        form=form,
        refused=refused,
        old_calendars=old,
    )


def _mine() -> MyVisits:
    return my_visits(desk().store, actor=actor(), now=desk().now, key=desk().secret_key)


def _columns() -> tuple[Column[MyVisit], ...]:
    states = state_words()
    return (
        Column(_("Day"), lambda each: _begin(each).date()),
        Column(_("From"), lambda each: f"{_begin(each):%H:%M}"),
        Column(_("Minutes"), lambda each: each.sheet.visit.period.minutes),
        Column(_("School"), lambda each: each.sheet.school_name),
        Column(_("Class"), lambda each: each.sheet.class_name),
        Column(_("About"), lambda each: each.sheet.title),
        Column(_("State"), lambda each: states[each.sheet.visit.state].words),
    )


def _begin(mine: MyVisit) -> datetime:
    visit = mine.sheet.visit
    return local(visit.period.start, visit.timezone)
