"""Who changed what, newest first, with the way back where there still is one."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from scheduler.services.deeds import recent as recent_deeds
from scheduler.web.desk import desk
from scheduler.web.phrasing import local_day
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("activity", __name__)


@bp.get("/activity")
@overseers_only
def recent() -> ResponseReturnValue:
    """Show what was done lately, day by day."""
    deeds = recent_deeds(desk().store, actor=actor(), now=desk().now)
    days = groupby(deeds.lines, key=lambda deed: local_day(deed.entry.at, deeds.timezone))
    return render_template(
        "activity/recent.html",
        days=tuple((day, tuple(lines)) for day, lines in days),
        zone=deeds.timezone,
        today=local_day(desk().now, deeds.timezone),
    )
