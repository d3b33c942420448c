"""Two that want the same person or class: side by side, with a button for each way out."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.zones import local
from scheduler.services.conflicts import Conflict, Conflicts, Side, conflicts
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer
from scheduler.web.phrasing import joined
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("conflicts", __name__)


@bp.get("/conflicts")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the next conflicts."""
    return render_template("conflicts/every.html", found=_found(), may_act=actor().is_coordinator)


@bp.get("/conflicts.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out the next conflicts."""
    columns: tuple[Column[Conflict], ...] = (
        Column(_("Both want"), lambda each: each.name),
        Column(_("When"), lambda each: local(each.one.start, each.one.timezone)),
        Column(_("The one"), lambda each: _side(each.one)),
        Column(_("The other"), lambda each: _side(each.other)),
    )
    return csv_answer("conflicts", columns, _found().shown)


def _found() -> Conflicts:
    return conflicts(
        desk().store,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )


def _side(side: Side) -> str:
    booked = _("Booked") if side.is_booked else ""
    parts = (side.title, side.school_name, side.class_name, joined(side.names), booked)
    return " · ".join(filter(None, parts))
