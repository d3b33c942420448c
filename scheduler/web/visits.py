"""A volunteer's own visits."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.services.agenda import my_visits
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, volunteers_only

bp = Blueprint("visits", __name__)


@bp.get("/visits")
@volunteers_only
def own() -> ResponseReturnValue:
    """Show open invitations, the next visits and the past ones."""
    mine = my_visits(desk().store, actor=actor(), now=desk().now, key=desk().secret_key)
    return render_template("visits/own.html", mine=mine)
