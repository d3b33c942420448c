"""Two that want the same person or class: side by side, with a button for each way out."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.services.conflicts import conflicts
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("conflicts", __name__)


@bp.get("/conflicts")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the next conflicts."""
    found = conflicts(
        desk().store,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    return render_template("conflicts/every.html", found=found, may_act=actor().is_coordinator)
