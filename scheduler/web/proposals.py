"""The coordinator's board: approve what is ready, choose where a person must, see why nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from scheduler.domain.errors import ConstraintViolated, IllegalTransition
from scheduler.domain.visits import APPROVAL_HOLD
from scheduler.services.applying import apply_remedy, can_be_applied
from scheduler.services.approvals import Approval, approve, undo
from scheduler.services.board import Board, Group, Order, choose, undo_at
from scheduler.services.opened import review
from scheduler.services.picture import load_district
from scheduler.services.proposals import reject
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import clock, plural
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("proposals", __name__)
bp.add_app_template_test(can_be_applied)

SHOWN = 50


class RejectForm(FlaskForm):  # type: ignore[misc]
    """Why a proposal is turned down."""

    reason = TextAreaField(
        validators=[
            DataRequired("Say in a few words why not"),
            Length(max=500, message="Use at most 500 letters"),
        ]
    )


class ChooseForm(FlaskForm):  # type: ignore[misc]
    """Who is to come instead."""

    alternative = StringField(validators=[DataRequired("Pick a person")])


@bp.get("/proposals")
@overseers_only
def board() -> ResponseReturnValue:
    """Show the queue with its first request open."""
    return _page("")


@bp.get("/proposals/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show the queue with this request open."""
    return _page(key)


@bp.post("/proposals/approve")
@coordinators_only
def approve_ticked() -> ResponseReturnValue:
    """Approve everything that is ticked; what no longer holds stays behind with its reason."""
    _approve(tuple(dict.fromkeys(request.form.getlist("proposal"))))
    return redirect(_here("proposals.board"), 303)


@bp.post("/proposals/<key>/approve")
@coordinators_only
def approve_one(key: str) -> ResponseReturnValue:
    """Approve one proposal."""
    _approve((key,))
    return redirect(_here("proposals.board"), 303)


@bp.post("/proposals/undo")
@coordinators_only
def take_back() -> ResponseReturnValue:
    """Take approvals back: those of one moment, or one request's."""
    who, now = actor(), desk().now
    if key := request.form.get("request", ""):
        undone = undo(desk().store, (key,), actor=who, now=now)
    else:
        undone = undo_at(desk().store, _moment("at"), actor=who, now=now)
    words = plural(len(undone), "approval") if undone else "Nothing"
    tell_done(f"{words} taken back. Nobody was told.")
    return redirect(_here("proposals.board"), 303)


@bp.post("/proposals/<key>/reject")
@coordinators_only
def turn_down(key: str) -> ResponseReturnValue:
    """Turn a proposal down, with the reason."""
    form = RejectForm()
    if not form.validate():
        return _page(key, form=form), 422
    reject(desk().store, key, reason=form.reason.data or "", actor=actor(), now=desk().now)
    tell_done("You said no. The next check looks for somebody else.")
    return redirect(_here("proposals.one", key=key), 303)


@bp.post("/proposals/<key>/choose")
@coordinators_only
def choose_other(key: str) -> ResponseReturnValue:
    """Book somebody else for the same lesson."""
    form = ChooseForm()
    if not form.validate():
        return _page(key, flaw="Pick a person"), 422
    now, reference = desk().now, form.alternative.data or ""
    try:
        choose(
            desk().store,
            key,
            reference=reference,
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
        )
    except ConstraintViolated:
        return _page(key, flaw="This person can no longer come then. Pick somebody else"), 422
    _tell(Approval((key,), release_at=now + APPROVAL_HOLD), at=now)
    return redirect(_here("proposals.board"), 303)


@bp.post("/proposals/<key>/solve")
@coordinators_only
def solve(key: str) -> ResponseReturnValue:
    """Carry out a remedy that whoever it concerns agreed to; show who is proposed then."""
    if not request.form.get("agreed"):
        return _page(key, remedy_flaw="Tick that they agreed, or write to them first"), 422
    try:
        found = apply_remedy(
            desk().store,
            key,
            kind=request.form.get("kind", ""),
            start=_moment("start"),
            actor=actor(),
            now=desk().now,
            gazetteer=desk().gazetteer,
        )
    except (ConstraintViolated, IllegalTransition):
        return _page(key, remedy_flaw="This no longer helps. Here is what does now"), 409
    many = len(found.speakers)
    tell_done(f"Done. {plural(many, 'speaker')} could come now. Nobody was told yet.")
    return redirect(_here("proposals.one", key=key), 303)


def _approve(keys: tuple[str, ...]) -> None:
    if not keys:
        flash("Nothing was ticked, so nothing was approved.", "note")
        return
    now = desk().now
    done = approve(
        desk().store,
        keys,
        actor=actor(),
        now=now,
        gazetteer=desk().gazetteer,
        all_or_nothing=False,
    )
    _tell(done, at=now)


def _tell(done: Approval, *, at: datetime) -> None:
    """The undo takes back whatever was approved at this moment, however much it was."""
    if done.approved:
        when = f" E-mails go out at {clock(done.release_at, _zone())}." if done.release_at else ""
        words = f"{len(done.approved)} approved.{when}"
        undo_there = _here("proposals.take_back")
        tell_done(words, undo=undo_there, at=at.isoformat())
    if done.already:
        flash(f"{plural(len(done.already), 'request')} had been approved before.", "note")
    if done.stale:
        verbs = ("holds", "stays") if len(done.stale) == 1 else ("hold", "stay")
        words = f"{plural(len(done.stale), 'proposal')} no longer {verbs[0]} and {verbs[1]} behind."
        flash(words, "problem")


def _page(
    key: str, *, form: RejectForm | None = None, flaw: str = "", remedy_flaw: str = ""
) -> str | Response:
    filters = _filters()
    found = review(
        desk().store,
        key,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        order=Order(filters.get("order", Order.FAIREST)),
        text=filters.get("text", ""),
        person=request.args.get("person", "").strip() if key else "",
    )
    if key and found.opened is None:
        return redirect(url_for("requests.one", key=key), 303)
    return render_template(
        "proposals/board.html",
        board=found.board,
        opened=found.opened,
        following=_following(found.board, found.opened.request.key) if found.opened else "",
        filters=filters,
        shown=SHOWN,
        show=request.args.get("show", ""),
        form=form or RejectForm(formdata=None),
        flaw=flaw,
        remedy_flaw=remedy_flaw,
        may_act=actor().is_coordinator,
    )


def _following(found: Board, key: str) -> str:
    """Return the request below this one in the queue, else the first."""
    keys = [row.key for group in Group for row in found.of(group)]
    below = keys[keys.index(key) + 1 :] if key in keys else keys
    return next(iter(below or keys), "")


def _here(endpoint: str, **values: Any) -> str:
    """Return an address that keeps the queue filtered and sorted as it is."""
    return url_for(endpoint, **values, **_filters())


def _filters() -> dict[str, Any]:
    """Return what the address filters and sorts by, ready for the next address."""
    order, text = request.args.get("order", ""), request.args.get("text", "").strip()
    kept = {"order": order if order in set(Order) else "", "text": text}
    return {name: value for name, value in kept.items() if value}


def _moment(name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        abort(400)
    return moment if moment.tzinfo else abort(400)


def _zone() -> str:
    with desk().store.read() as work:
        return load_district(work).timezone
