"""My visits in my own calendar: the private addresses, how to add them, how to replace them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField

from scheduler.services.calendar_links import calendar_links, make_link, renew_link
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("calendars", __name__)

GOOGLE = "https://calendar.google.com/calendar/r?cid="
OUTLOOK = "https://outlook.live.com/calendar/0/addfromweb?url="


class CalendarForm(FlaskForm):  # type: ignore[misc]
    """Which of my calendars is meant."""

    kind = HiddenField()
    owner = HiddenField()


@bp.get("/calendars")
@signed_in_only
def mine() -> ResponseReturnValue:
    """Show the addresses of my calendars, and how to add them."""
    links = calendar_links(desk().store, actor=actor(), settings=desk().feeds)
    return render_template("calendars/mine.html", links=links, apps=apps)


@bp.post("/calendars")
@signed_in_only
def make() -> ResponseReturnValue:
    """Make the address of one of my calendars."""
    form = CalendarForm()
    make_link(
        desk().store,
        form.kind.data or "",
        form.owner.data or "",
        actor=actor(),
        settings=desk().feeds,
    )
    return redirect(url_for("calendars.mine"), 303)


@bp.post("/calendars/new-link")
@signed_in_only
def renew() -> ResponseReturnValue:
    """Replace the address of one of my calendars."""
    form = CalendarForm()
    renew_link(
        desk().store,
        form.kind.data or "",
        form.owner.data or "",
        actor=actor(),
        settings=desk().feeds,
        now=desk().now,
    )
    flash("You have a new link. Add it to your calendar again: the old one has stopped.", "done")
    return redirect(url_for("calendars.mine"), 303)


def apps(address: str) -> dict[str, str]:
    """Return the addresses that add a feed to each calendar program in one tap.

    Google takes the ``webcal:`` form alone in ``cid``, Outlook on the web the ``https:`` form.
    """
    webcal = f"webcal:{address.removeprefix(urlsplit(address).scheme + ':')}"
    return {
        "apple": webcal,
        "google": GOOGLE + quote(webcal, safe=""),
        "outlook": OUTLOOK + quote(address, safe=""),
    }
