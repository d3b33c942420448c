"""A day closed at short notice: which schools, what it means, one button, and the way back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, Length

from scheduler.domain.closings import Afterwards
from scheduler.services.closing_days import close_day, undo
from scheduler.services.closing_pages import choices, preview
from scheduler.web.desk import desk
from scheduler.web.notices import back_or, tell_done
from scheduler.web.signed_in import actor, coordinators_only

bp = Blueprint("closing", __name__)

SCHOOL, ZONE = "school:", "zone:"
AFTERWARDS = {
    str(Afterwards.NEW_TIME): lazy_gettext("Look for a new time"),
    str(Afterwards.CANCEL): lazy_gettext("Call them off for good"),
}


class ClosingForm(FlaskForm):  # type: ignore[misc]
    """Which schools, which day, what to call it, and what becomes of the visits."""

    scope = HiddenField()
    day = HiddenField()
    name = StringField(validators=[Length(max=80)])
    afterwards = StringField(validators=[AnyOf(AFTERWARDS)], default=str(Afterwards.NEW_TIME))


@bp.get("/closing")
@coordinators_only
def ask() -> ResponseReturnValue:
    """Say what closing the schools of the address on its day would mean: all of them today."""
    return _page(ClosingForm(formdata=None), request.args.get("scope", ""), _day_asked())


@bp.post("/closing")
@coordinators_only
def close() -> ResponseReturnValue:
    """Close the day, call its visits off and tell everyone."""
    form = ClosingForm()
    day = _day(form.day.data or "") or abort(400)
    if not form.validate():
        return _page(form, form.scope.data or "", day), 422
    schools, zone = _meant(form.scope.data or "")
    closing = close_day(
        desk().store,
        day,
        schools,
        zone=zone,
        name=" ".join((form.name.data or "").split()) or _("School closed"),
        afterwards=Afterwards(form.afterwards.data or ""),
        actor=actor(),
        now=desk().now,
    )
    words = ngettext(
        "The day is closed. %(num)s visit is off.",
        "The day is closed. %(num)s visits are off.",
        len(closing.before),
    )
    tell_done(words)
    return redirect(url_for("home.today"), 303)


@bp.post("/closing/<key>/undo")
@coordinators_only
def take_back(key: str) -> ResponseReturnValue:
    """Open the day again."""
    undo(desk().store, key, actor=actor(), now=desk().now)
    tell_done(_("The day is open again, and its visits take place. Nobody was told."))
    return redirect(back_or(url_for("home.today")), 303)


def _page(form: ClosingForm, scope: str, day: date | None) -> str:
    known = choices(desk().store, actor=actor(), now=desk().now)
    schools, zone = _meant(scope)
    day = day or known.today
    found = preview(desk().store, day, schools, zone=zone, actor=actor(), now=desk().now)
    return render_template(
        "closing/ask.html",
        known=known,
        found=found,
        form=form,
        scope=scope,
        afterwards=AFTERWARDS,
        is_past=day < known.today,
    )


def _meant(scope: str) -> tuple[tuple[str, ...], str]:
    """Return the schools and the zone that a choice means; neither means every school."""
    if scope.startswith(SCHOOL):
        return (scope.removeprefix(SCHOOL),), ""
    return (), scope.removeprefix(ZONE) if scope.startswith(ZONE) else ""


def _day_asked() -> date | None:
    return _day(request.args.get("day", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
