"""Other times that volunteers offered, for coordinators: move the visit, or keep it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition
from scheduler.services import other_times
from scheduler.web.answer_forms import moments_of
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("other_times", __name__)


@bp.get("/other-times")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the offers that wait."""
    lines = other_times.offers(desk().store, actor=actor(), now=desk().now)
    return render_template(
        "other_times/every.html", lines=lines, may_decide=actor().is_coordinator, now=desk().now
    )


@bp.post("/other-times/<key>/take")
@coordinators_only
def take(key: str) -> ResponseReturnValue:
    """Move the visit to an offered time."""
    try:
        (start,) = moments_of((request.form.get("start", ""),))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        other_times.take(
            desk().store,
            key,
            start=start,
            actor=actor(),
            now=desk().now,
            gazetteer=desk().gazetteer,
        )
    except (ConstraintViolated, DoubleBooked):
        flash(_("That time does not work any more. Nothing was changed."), "problem")
    except IllegalTransition:
        flash(_("Somebody decided on this before. Nothing was changed."), "problem")
    else:
        flash(_("Moved. Everyone concerned hears of it in ten minutes."), "done")
    return redirect(url_for("other_times.every"), HTTPStatus.SEE_OTHER)


@bp.post("/other-times/<key>/keep")
@coordinators_only
def keep(key: str) -> ResponseReturnValue:
    """Keep the visit where it is."""
    try:
        other_times.keep(desk().store, key, actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("Somebody decided on this before. Nothing was changed."), "problem")
    else:
        flash(_("The time stays. We ask the volunteer again."), "done")
    return redirect(url_for("other_times.every"), HTTPStatus.SEE_OTHER)
