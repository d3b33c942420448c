"""One visit: its facts, who comes, what was done and told; moved or called off by those who may."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import ConstraintViolated, DoubleBooked
from scheduler.domain.visits import Visit
from scheduler.domain.zones import at_wall_time
from scheduler.services import visits
from scheduler.services.asking import reference_of
from scheduler.services.moves import move_sheet
from scheduler.services.visit_pages import VisitPage, visit_page
from scheduler.web.deed_words import deed_words
from scheduler.web.desk import desk
from scheduler.web.languages import present_district
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import clock, day_tile, local_day, long_day
from scheduler.web.signed_in import actor, coordinators_only, signed_in_only
from scheduler.web.visit_words import answer_words, mail_state_words, purpose_words, state_words

bp = Blueprint("visit", __name__)

LONGEST_REASON = 300


@bp.get("/visits/<uid>")
@signed_in_only
def show(uid: str) -> ResponseReturnValue:
    """Show one visit to whoever it concerns."""
    return _page(uid)


@bp.post("/visits/<uid>/cancel")
@signed_in_only
def cancel(uid: str) -> ResponseReturnValue:
    """Call the visit off, with a reason that everyone is told."""
    page = visit_page(desk().store, uid, actor=actor(), now=desk().now)
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if page.may_cancel and not reason:
        flaw = _("Say in a few words why. Everyone who knew of the visit is told")
        return _page(uid, flaw=flaw), HTTPStatus.UNPROCESSABLE_ENTITY
    visits.cancel(desk().store, uid, reason=reason, actor=actor(), now=desk().now)
    flash(_("The visit is called off. Everyone who knew of it is told now."), "done")
    return redirect(url_for("visit.show", uid=uid), HTTPStatus.SEE_OTHER)


@bp.get("/visits/<uid>/move")
@coordinators_only
def choose(uid: str) -> ResponseReturnValue:
    """Show the lessons to which the visit could move."""
    return _choices(uid)


@bp.post("/visits/<uid>/move")
@coordinators_only
def move(uid: str) -> ResponseReturnValue:
    """Move the visit to the lesson that was picked, or to another day and time."""
    page = visit_page(desk().store, uid, actor=actor(), now=desk().now)
    start = _start(page)
    if start is None:
        flaw = _("Pick a lesson, or give a day and a time")
        return _choices(uid, flaw=flaw), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        moved = visits.move(
            desk().store,
            uid,
            start=start,
            actor=actor(),
            now=desk().now,
            gazetteer=desk().gazetteer,
        )
    except (ConstraintViolated, DoubleBooked):
        flaw = _("The visit cannot be held then: a rule would be broken. Pick another lesson")
        return _choices(uid, flaw=flaw), HTTPStatus.UNPROCESSABLE_ENTITY
    _tell_moved(moved, to=start)
    return redirect(url_for("visit.show", uid=uid), HTTPStatus.SEE_OTHER)


def _tell_moved(moved: Visit, *, to: datetime) -> None:
    """Say where the visit is now; a move that nobody heard of yet can be taken back."""
    zone = moved.timezone
    day, time = long_day(local_day(to, zone)), clock(to, zone)
    if moved.pending_move is None:
        tell_done(_("Moved to %(day)s, %(time)s.", day=day, time=time))
        return
    words = _(
        "Moves to %(day)s, %(time)s. Everyone is told at %(until)s.",
        day=day,
        time=time,
        until=clock(moved.pending_move.release_at, zone),
    )
    undo, former = url_for("visit.move", uid=moved.uid), moved.period.start
    tell_done(words, undo=undo, start=former.isoformat())


def _page(uid: str, *, flaw: str = "") -> str:
    page = visit_page(desk().store, uid, actor=actor(), now=desk().now)
    district = present_district()
    return render_template(
        "calendar/visit.html",
        page=page,
        flaw=flaw,
        states=state_words(),
        answers=answer_words(),
        mail_states=mail_state_words(),
        purposes=purpose_words(),
        deed_words=deed_words,
        reference_of=reference_of,
        tile=day_tile(local_day(page.line.period.start, page.line.timezone)),
        zone=district.timezone if district else page.line.timezone,
        now=desk().now,
    )


def _choices(uid: str, *, flaw: str = "") -> str:
    sheet = move_sheet(
        desk().store,
        uid,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    return render_template("calendar/move.html", sheet=sheet, flaw=flaw, tile_of=day_tile)


def _start(page: VisitPage) -> datetime | None:
    """Return the start sent: a tile's moment, else a day and a time on the school's clock."""
    day, time = request.form.get("day", ""), request.form.get("time", "")
    try:
        if day and time:
            wall = datetime.fromisoformat(f"{day}T{time}")
            return at_wall_time(wall.date(), wall.time(), page.line.timezone)
        moment = datetime.fromisoformat(request.form.get("start", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
