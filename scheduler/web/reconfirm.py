"""Still right? One button, by the link from a mail; opening the link changes nothing."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.domain.errors import Unknown
from scheduler.services.availability import week_of
from scheduler.services.reconfirming import keep_week, week_behind
from scheduler.web.desk import desk
from scheduler.web.week_words import in_words

bp = Blueprint("reconfirm", __name__)


@bp.get("/keep/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Show the week read back, and the button that keeps it."""
    try:
        found = week_behind(desk().store, token, now=desk().now)
    except Unknown:
        return render_template("reconfirm/ended.html"), HTTPStatus.GONE
    mine = week_of(desk().store, found.email, now=desk().now)
    return render_template(
        "reconfirm/ask.html", found=found, mine=mine, sentence=in_words(mine), token=token
    )


@bp.post("/keep/<token>")
def keep(token: str) -> ResponseReturnValue:
    """Keep the week."""
    try:
        keep_week(desk().store, token, now=desk().now)
    except Unknown:
        return render_template("reconfirm/ended.html"), HTTPStatus.GONE
    return redirect(url_for("reconfirm.ask", token=token), HTTPStatus.SEE_OTHER)
