"""Other times that volunteers offered, for coordinators: move the visit, or keep it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition
from scheduler.domain.zones import local
from scheduler.services import other_times
from scheduler.services.other_times import OfferLine
from scheduler.web.answer_forms import moments_of
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer, harmless
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


@bp.get("/other-times.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out the offers that wait."""
    lines = other_times.offers(desk().store, actor=actor(), now=desk().now)
    columns: tuple[Column[OfferLine], ...] = (
        Column(_("About"), lambda line: line.sheet.title),
        Column(_("Who"), lambda line: line.name),
        Column(_("School"), lambda line: line.sheet.school_name),
        Column(_("When"), lambda line: _by_its_clock(line, line.sheet.visit.period.start)),
        Column(_("Other times"), _times),
        Column(_("In words"), lambda line: line.offer.words),
    )
    return csv_answer("other-times", columns, lines)


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


def _times(line: OfferLine) -> str:
    times = (_by_its_clock(line, start) for start in line.offer.starts)
    return "; ".join(map(harmless, times))


def _by_its_clock(line: OfferLine, moment: datetime) -> datetime:
    return local(moment, line.sheet.visit.timezone)
