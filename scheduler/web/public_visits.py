"""What the public calendar shows, chosen by a coordinator, request by request."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.public_visits import choose_public, public_choices
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only

bp = Blueprint("public_visits", __name__)


@bp.get("/calendars/public")
@coordinators_only
def page() -> ResponseReturnValue:
    """Show what is to come, and what of it is public."""
    choices = public_choices(desk().store, actor=actor(), now=desk().now)
    return render_template("calendars/public.html", choices=choices)


@bp.post("/calendars/public")
@coordinators_only
def save() -> ResponseReturnValue:
    """Keep what is ticked."""
    choose_public(
        desk().store,
        request.form.getlist("public"),
        shown=request.form.getlist("shown"),
        actor=actor(),
        now=desk().now,
    )
    tell_done(_("Saved. The public calendar shows what you ticked once everyone has said yes."))
    return redirect(url_for("public_visits.page"), HTTPStatus.SEE_OTHER)
