"""Book a request by hand: pick a lesson, pick who comes, book."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition
from scheduler.domain.visits import APPROVAL_HOLD
from scheduler.domain.zones import at_wall_time
from scheduler.services.approvals import Approval
from scheduler.services.by_hand_pages import ByHand, book_by_hand
from scheduler.services.by_hand_pages import by_hand as look
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.queue_page import moment_of, tell
from scheduler.web.signed_in import actor, coordinators_only

bp = Blueprint("booking", __name__)
MOST_PICKED = 20


@bp.get("/requests/<key>/book")
@coordinators_only
def by_hand(key: str) -> ResponseReturnValue:
    """Show the lessons, who is picked and who could come."""
    return _page(key)


@bp.post("/requests/<key>/book")
@coordinators_only
def book(key: str) -> ResponseReturnValue:
    """Book those who were picked."""
    now = desk().now
    picked = request.form.getlist("person")[:MOST_PICKED]
    reason = request.form.get("reason", "")
    if "reason" in request.form and not reason.strip():
        return _page(key, unsaid=_("Say in a few words why you set the rule aside")), 422
    try:
        book_by_hand(
            desk().store,
            key,
            team=picked,
            start=moment_of("start"),
            reason=reason,
            warm=desk().warm,
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
        )
    except IllegalTransition:
        flash(_("Somebody was booked for this meanwhile. Nothing was changed."), "note")
        return redirect(url_for("requests.one", key=key), 303)
    except (ConstraintViolated, DoubleBooked):
        return _page(key, flaw=_("This cannot be booked as it is. See why below")), 422
    tell(Approval((key,), release_at=now + APPROVAL_HOLD), at=now)
    return redirect(url_for("proposals.board", just=key), 303)


def _page(key: str, *, flaw: str = "", unsaid: str = "") -> str | Response:
    given = request.values
    found = look(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        start=_start(),
        team=given.getlist("person")[:MOST_PICKED],
        text=given.get("text", ""),
    )
    if not found.is_open:
        return redirect(url_for("requests.one", key=key), 303)
    return render_template(
        "booking/by_hand.html", found=found, flaw=flaw, unsaid=unsaid, address=_address(found)
    )


def _start() -> datetime | None:
    """Return the start asked for: a moment, or a day and a time on the district's clock."""
    given = request.values
    if given.get("day") and given.get("time"):
        try:
            wall = datetime.fromisoformat(f"{given['day']}T{given['time']}")
        except ValueError:
            return None
        return at_wall_time(wall.date(), wall.time(), zone_here())
    try:
        moment = datetime.fromisoformat(given.get("start", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else abort(400)


def _address(found: ByHand) -> dict[str, object]:
    """Return what every link of the page keeps: the lesson and who is picked."""
    kept: dict[str, object] = {"key": found.request.key}
    if found.start:
        kept["start"] = found.start.isoformat()
    return {**kept, "person": [each.reference for each in found.team]}
