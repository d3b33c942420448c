"""The volunteers, for those who oversee: find one, and see how they are."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.services.directory import Care, volunteer, volunteers
from scheduler.web.busy_lines import busy_lines
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("volunteers", __name__)


@bp.get("/volunteers")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the volunteers that the address asks for, by name."""
    text, care = request.args.get("text", "").strip(), request.args.get("care", "")
    page = volunteers(
        desk().store,
        actor=actor(),
        now=desk().now,
        text=text,
        care=Care(care) if care in set(Care) else None,
        number=max(1, request.args.get("page", 1, type=int)),
    )
    return render_template("volunteers/every.html", page=page, text=text, care=care)


@bp.get("/volunteers/<reference>")
@overseers_only
def one(reference: str) -> ResponseReturnValue:
    """Show one volunteer."""
    profile = volunteer(desk().store, reference, actor=actor(), now=desk().now)
    calendars = busy_lines(
        profile.calendars, now=desk().now, timezone=profile.timezone, is_own=False
    )
    return render_template("volunteers/one.html", profile=profile, calendars=calendars)
