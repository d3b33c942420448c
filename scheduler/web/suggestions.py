"""Who could come to one request: the best people with their reasons, each a tap from booked."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition, Unknown
from scheduler.services.who_could_come import book_suggested, who_could_come
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("suggestions", __name__)


@bp.get("/requests/<key>/people")
@overseers_only
def people(key: str) -> ResponseReturnValue:
    """Show the best people for a request, as of this moment."""
    found = who_could_come(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    return render_template(
        "suggestions/people.html", found=found, may_act=actor().is_coordinator and found.can_book
    )


@bp.post("/requests/<key>/people")
@coordinators_only
def choose(key: str) -> ResponseReturnValue:
    """Book one of them."""
    try:
        book_suggested(
            desk().store,
            key,
            reference=request.form.get("reference", ""),
            start=_start(),
            warm=desk().warm,
            actor=actor(),
            now=desk().now,
            gazetteer=desk().gazetteer,
        )
    except (ConstraintViolated, DoubleBooked, IllegalTransition, Unknown):
        flash(_("This person can no longer come then. Here is who can now."), "note")
        return redirect(url_for("suggestions.people", key=key), 303)
    tell_done(
        _("Booked. E-mails go out in ten minutes."),
        undo=url_for("proposals.take_back"),
        request=key,
    )
    return redirect(url_for("requests.one", key=key), 303)


def _start() -> datetime:
    try:
        moment = datetime.fromisoformat(request.form.get("start", ""))
    except ValueError:
        abort(400)
    return moment if moment.tzinfo else abort(400)
