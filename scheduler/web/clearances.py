"""Clearances that end: who they are, the soonest first, and one button that asks all of them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import Field

from scheduler.services.clearances import ClearanceLine, ask_to_renew, clearances
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("clearances", __name__)


class TickedField(Field):
    """The values of all boxes of one name that are ticked."""

    def process_formdata(self, values: list[str]) -> None:
        """Take the values as they came."""
        self.data = tuple(values)


class TickedForm(FlaskForm):  # type: ignore[misc]
    """Who is ticked."""

    who = TickedField(default=())


@bp.get("/clearances")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the clearances that ended or end within 90 days."""
    page = clearances(desk().store, actor=actor(), now=desk().now)
    return render_template(
        "clearances/every.html", page=page, may_act=actor().is_coordinator, now=desk().now
    )


@bp.get("/clearances.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand the list out."""
    page = clearances(desk().store, actor=actor(), now=desk().now)
    columns: tuple[Column[ClearanceLine], ...] = (
        Column(_("Name"), lambda line: line.name),
        Column(_("E-mail"), lambda line: line.email),
        Column(_("Organization"), lambda line: line.organization),
        Column(_("Clearance"), lambda line: line.kind),
        Column(_("Last day"), lambda line: line.last_day),
    )
    return csv_answer("clearances", columns, page.lines)


@bp.post("/clearances/renew")
@coordinators_only
def renew() -> ResponseReturnValue:
    """Ask everyone who is ticked to renew."""
    asked = ask_to_renew(desk().store, TickedForm().who.data, actor=actor(), now=desk().now)
    if asked:
        words = ngettext(
            "We ask %(num)s volunteer to renew.", "We ask %(num)s volunteers to renew.", len(asked)
        )
        tell_done(words)
    else:
        flash(_("Nobody was ticked, so nobody was asked."), "note")
    return redirect(url_for("clearances.every"), 303)
