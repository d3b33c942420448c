"""The first page: two ways in for everybody, and what needs a coordinator in the morning."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.services.access import Actor
from scheduler.services.today import today as needed_today
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, overseers_only, person
from scheduler.web.visit_words import purpose_words

bp = Blueprint("home", __name__)


@bp.get("/")
def start() -> ResponseReturnValue:
    """Take who is signed in to their own start page; show everyone else two ways in."""
    present = person()
    if present is None:
        return render_template("home/start.html")
    return redirect(url_for(start_of(Actor.of(present))), 303)


@bp.get("/today")
@overseers_only
def today() -> ResponseReturnValue:
    """Show what needs a coordinator now."""
    needed = needed_today(
        desk().store,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    return render_template(
        "home/today.html",
        today=needed,
        may_act=actor().is_coordinator,
        purposes=purpose_words(),
    )


def start_of(who: Actor) -> str:
    """Return the endpoint of the page on which this person's work begins."""
    if who.oversees:
        return "home.today"
    if who.is_teacher:
        return "requests.own"
    if who.is_volunteer:
        return "visits.own"
    return "day.sheet" if who.office_of else "calendars.mine"
