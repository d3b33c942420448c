"""Two that want the same person or class: side by side, with a button for each way out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.zones import local
from scheduler.services.conflicts import (
    KINDS,
    Conflict,
    ConflictFilter,
    Conflicts,
    Side,
    conflicts,
    every_conflict,
)
from scheduler.web.desk import desk
from scheduler.web.formats import write_number
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.phrasing import joined
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("conflicts", __name__)


@bp.get("/conflicts")
@overseers_only
def every() -> ResponseReturnValue:
    """Show one page of the conflicts that pass the filter, the soonest first."""
    who, wanted = actor(), _wanted()
    found = conflicts(desk().store, wanted, number=page_asked(), actor=who, **_around())
    asked = {"text": wanted.text, "kind": wanted.kind}
    return render_template(
        "conflicts/every.html",
        found=found,
        counts=_counts(found),
        asked=asked,
        filters={name: word for name, word in asked.items() if word},
        may_act=who.is_coordinator,
    )


@bp.get("/conflicts.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out every conflict that passes the filter."""
    columns: tuple[Column[Conflict], ...] = (
        Column(_("Both want"), lambda each: each.name),
        Column(_("When"), lambda each: local(each.one.start, each.one.timezone)),
        Column(_("The one"), lambda each: _side(each.one)),
        Column(_("The other"), lambda each: _side(each.other)),
    )
    found = every_conflict(desk().store, _wanted(), actor=actor(), **_around())
    return csv_answer("conflicts", columns, found)


def _counts(found: Conflicts) -> dict[str, str]:
    """Return how many there are of each kind, and of all, as they are written."""
    totals = {**dict.fromkeys(KINDS, 0), **found.total_by_kind}
    return {
        "": write_number(sum(totals.values())),
        **{k: write_number(n) for k, n in totals.items()},
    }


def _wanted() -> ConflictFilter:
    return ConflictFilter(word_asked("text"), word_asked("kind", among=KINDS))


def _around() -> dict[str, Any]:
    return {"warm": desk().warm, "now": desk().now, "gazetteer": desk().gazetteer}


def _side(side: Side) -> str:
    booked = _("Booked") if side.is_booked else ""
    parts = (side.title, side.school_name, side.class_name, joined(side.names), booked)
    return " · ".join(filter(None, parts))
