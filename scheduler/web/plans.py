"""The plan for the day, and the way out of it, by the link from a mail."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.domain.errors import Unknown
from scheduler.services.invitations import Standing
from scheduler.services.visit_plans import Plan, plan_for
from scheduler.web.answer_forms import REASONS, NoForm
from scheduler.web.answers import enter, seen
from scheduler.web.desk import desk

bp = Blueprint("plans", __name__)

COMING = frozenset({Standing.ASKED, Standing.ACCEPTED})
WITH_PLAN = COMING | {Standing.BEGUN}


@bp.get("/v/<token>")
def plan(token: str) -> ResponseReturnValue:
    """Show the plan for the day; what has ended says so, as the answer page does."""
    found = _plan(token)
    if found is None:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if found.invitation.standing not in WITH_PLAN:
        return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)
    return _rendered("answers/plan.html", found, token)


@bp.get("/v/<token>/cant")
def ask_out(token: str) -> ResponseReturnValue:
    """Show the one button that says "I can’t come"; nothing is changed."""
    return _way_out(token, NoForm(formdata=None))


@bp.post("/v/<token>/cant")
def drop_out(token: str) -> ResponseReturnValue:
    """Enter that the volunteer cannot come, with the reason where there is one."""
    form = NoForm()
    found = _plan(token)
    if found is None or found.invitation.standing not in COMING:
        return _way_out(token, form)
    days = form.days_of(found.invitation)
    if not form.validate() or not days:
        return _way_out(token, form, no_day=not days)
    enter(token, says_yes=False, reason=form.why, days=days)
    return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)


def _plan(token: str) -> Plan | None:
    try:
        return plan_for(desk().store, token, now=desk().now, key=desk().secret_key, seen=seen())
    except Unknown:
        return None


def _way_out(token: str, form: NoForm, *, no_day: bool = False) -> ResponseReturnValue:
    found = _plan(token)
    if found is None:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if found.invitation.standing not in COMING:
        return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)
    page = _rendered("answers/cant.html", found, token, form=form, no_day=no_day, reasons=REASONS)
    is_refused = request.method == "POST"
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


def _rendered(template: str, found: Plan, token: str, **more: object) -> str:
    invitation = found.invitation
    return render_template(
        template,
        plan=found,
        invitation=invitation,
        token=token,
        sheet=invitation.sheet,
        sheets=invitation.open_sheets or (invitation.sheet,),
        reader={"email": invitation.person.email, "role": "volunteer"},
        **more,
    )
