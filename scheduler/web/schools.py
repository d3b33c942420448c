"""The schools, for those who oversee: bells, closures, classes, visits and the calendar."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.services.school_pages import make_feed, renew_feed, school, schools
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("schools", __name__)


@bp.get("/schools")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the schools by name, or those with the fewest visits first."""
    lines = schools(desk().store, actor=actor(), now=desk().now)
    text = request.args.get("text", "").strip()
    order = "visits" if request.args.get("order") == "visits" else "name"
    found = [line for line in lines if text.casefold() in line.school.name.casefold()]
    if order == "visits":
        found.sort(key=lambda line: line.visits)
    return render_template("schools/every.html", lines=found, text=text, order=order)


@bp.get("/schools/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show one school."""
    profile = school(desk().store, key, actor=actor(), now=desk().now, settings=desk().feeds)
    return render_template(
        "schools/one.html", profile=profile, may_act=actor().is_coordinator, now=desk().now
    )


@bp.post("/schools/<key>/calendar")
@coordinators_only
def make_calendar(key: str) -> ResponseReturnValue:
    """Make the school's calendar address."""
    make_feed(desk().store, key, actor=actor(), settings=desk().feeds)
    return redirect(url_for("schools.one", key=key, _anchor="feed-title"), 303)


@bp.post("/schools/<key>/calendar/new-link")
@coordinators_only
def renew_calendar(key: str) -> ResponseReturnValue:
    """Replace the school's calendar address."""
    renew_feed(desk().store, key, actor=actor(), settings=desk().feeds, now=desk().now)
    tell_done("The school has a new calendar link. The old one has stopped.")
    return redirect(url_for("schools.one", key=key, _anchor="feed-title"), 303)
