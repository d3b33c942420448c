"""Those who join, for coordinators: accept, decline, and see what each still needs."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.joining import SENSIBLE_TEXT
from scheduler.services import onboarding
from scheduler.services.onboarding import Newcomer, newcomers
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("joining", __name__)


@bp.get("/joining")
@overseers_only
def every() -> ResponseReturnValue:
    """Show who waits, who is on the way, and who was declined lately."""
    found = newcomers(desk().store, actor=actor(), now=desk().now)
    return render_template(
        "join/every.html", found=found, may_decide=actor().is_coordinator, now=desk().now
    )


@bp.post("/joining/<key>/accept")
@coordinators_only
def accept(key: str) -> ResponseReturnValue:
    """Make a volunteer of somebody who waits."""
    organization = request.form.get("organization", "")
    try:
        joining = onboarding.accept(
            desk().store, key, actor=actor(), now=desk().now, organization=organization
        )
    except IllegalTransition:
        return _decided_before()
    words = _("%(name)s is a volunteer now. We have written to them.", name=joining.name)
    flash(words, "done")
    return redirect(url_for("joining.every"), HTTPStatus.SEE_OTHER)


@bp.post("/joining/<key>/decline")
@coordinators_only
def decline(key: str) -> ResponseReturnValue:
    """Say a kind no."""
    reason = request.form.get("reason", "").strip()[:SENSIBLE_TEXT]
    try:
        joining = onboarding.decline(
            desk().store, key, reason=reason, actor=actor(), now=desk().now
        )
    except IllegalTransition:
        return _decided_before()
    flash(_("We have written to %(name)s.", name=joining.name), "done")
    return redirect(url_for("joining.every"), HTTPStatus.SEE_OTHER)


@bp.get("/joining.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out who joins as a table."""
    found = newcomers(desk().store, actor=actor(), now=desk().now)
    lines = (*found.waiting, *found.on_the_way, *found.declined)
    columns: tuple[Column[Newcomer], ...] = (
        Column(_("Name"), lambda each: each.joining.name),
        Column(_("E-mail"), lambda each: each.joining.email),
        Column(_("Works at"), lambda each: each.organization),
        Column(_("Asked on"), lambda each: each.joining.asked_at.date()),
        Column(_("State"), lambda each: str(each.joining.state)),
        Column(_("Days since the last step"), lambda each: each.age_days),
    )
    return csv_answer("joining", columns, lines)


def _decided_before() -> ResponseReturnValue:
    flash(_("Somebody decided on this before. Nothing was changed."), "problem")
    return redirect(url_for("joining.every"), HTTPStatus.SEE_OTHER)
