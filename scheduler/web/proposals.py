"""The coordinator's board: approve what is ready, choose where a person must, see why nobody."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition, Unknown
from scheduler.domain.people import reference_of
from scheduler.domain.visits import APPROVAL_HOLD
from scheduler.services.applying import apply_remedy, can_be_applied
from scheduler.services.approvals import Approval, approve, undo
from scheduler.services.board import undo_at
from scheduler.services.deciding_otherwise import choose, override
from scheduler.services.proposals import reject
from scheduler.services.unapplying import take_remedy_back
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.notices import back_or, tell_done
from scheduler.web.phrasing import clock, joined
from scheduler.web.queue_page import (
    KEYS_COOKIE,
    KEYS_OFF,
    ChooseForm,
    OverrideForm,
    RejectForm,
    here,
    moment_of,
    named_options,
    onwards,
    page,
    queue_file,
    staying_at,
    tell,
    was_decided,
)
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("proposals", __name__)
bp.add_app_template_test(can_be_applied)
bp.add_app_template_filter(named_options)
bp.add_app_template_filter(reference_of)

A_YEAR = 366 * 24 * 60 * 60


@bp.get("/proposals")
@overseers_only
def board() -> ResponseReturnValue:
    """Show the queue with its first request open."""
    return page("")


@bp.get("/proposals.csv")
@overseers_only
def board_file() -> ResponseReturnValue:
    """Hand out the queue as the address filters and sorts it."""
    return queue_file()


@bp.get("/proposals/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show the queue with this request open."""
    return page(key)


@bp.post("/proposals/approve")
@coordinators_only
def approve_ticked() -> ResponseReturnValue:
    """Approve everything that is ticked; what no longer holds stays behind with its reason."""
    keys = tuple(dict.fromkeys(request.form.getlist("proposal")))
    if not keys:
        flash(_("Nothing was ticked, so nothing was approved."), "note")
    return _approved(keys)


@bp.post("/proposals/<key>/approve")
@coordinators_only
def approve_one(key: str) -> ResponseReturnValue:
    """Approve one proposal."""
    return _approved((key,))


@bp.post("/proposals/undo")
@coordinators_only
def take_back() -> ResponseReturnValue:
    """Take approvals back: those of one moment, or one request's."""
    who, now = actor(), desk().now
    try:
        if key := request.form.get("request", ""):
            undone = undo(desk().store, (key,), actor=who, now=now)
        else:
            undone = undo_at(desk().store, moment_of("at"), actor=who, now=now)
    except IllegalTransition:
        flash(_("The ten minutes are over, and the e-mails are out. Nothing was changed."), "note")
        return redirect(back_or(here("proposals.board")), 303)
    many = len(undone)
    if many:
        tell_done(
            ngettext(
                "%(num)s approval taken back. Nobody was told.",
                "%(num)s approvals taken back. Nobody was told.",
                many,
            )
        )
    else:
        flash(_("There was nothing left to take back."), "note")
    board = staying_at(undone[0], just=undone) if many else here("proposals.board")
    return redirect(back_or(board), 303)


@bp.post("/proposals/<key>/reject")
@coordinators_only
def turn_down(key: str) -> ResponseReturnValue:
    """Turn a proposal down, with the reason."""
    form = RejectForm()
    if not form.validate():
        return page(key, form=form), 422
    try:
        reject(desk().store, key, reason=form.reason.data or "", actor=actor(), now=desk().now)
    except IllegalTransition:
        return was_decided((key,))
    tell_done(_("You said no. The next check looks for somebody else."))
    return redirect(staying_at(key), 303)


@bp.post("/proposals/<key>/choose")
@coordinators_only
def choose_other(key: str) -> ResponseReturnValue:
    """Book somebody else for the same lesson."""
    form = ChooseForm()
    if not form.validate():
        return page(key, flaw=_("Pick a person")), 422
    now = desk().now
    try:
        choose(
            desk().store,
            key,
            reference=form.alternative.data or "",
            instead_of=form.instead_of.data or "",
            warm=desk().warm,
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
        )
    except IllegalTransition:
        return was_decided((key,))
    except (ConstraintViolated, DoubleBooked, Unknown):
        words = _("This person can no longer come then. Pick somebody else")
        return page(key, flaw=words), 422
    tell(Approval((key,), release_at=now + APPROVAL_HOLD), at=now)
    return onwards((key,))


@bp.post("/proposals/<key>/override")
@coordinators_only
def set_aside(key: str) -> ResponseReturnValue:
    """Approve although a rule that may be set aside is not kept; the reason is written down."""
    form = OverrideForm()
    if not form.validate():
        return page(key, override_form=form), 422
    now = desk().now
    try:
        override(
            desk().store,
            key,
            reason=form.override.data or "",
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
        )
    except IllegalTransition:
        return was_decided((key,))
    except (ConstraintViolated, DoubleBooked):
        flash(_("Another rule stands in the way, and that one stays. Nothing was changed."), "note")
        return redirect(staying_at(key), 303)
    tell(Approval((key,), release_at=now + APPROVAL_HOLD), at=now)
    return onwards((key,))


@bp.post("/proposals/<key>/solve")
@coordinators_only
def solve(key: str) -> ResponseReturnValue:
    """Carry out a remedy; show who is proposed then."""
    now = desk().now
    try:
        done = apply_remedy(
            desk().store,
            key,
            kind=request.form.get("kind", ""),
            start=moment_of("start"),
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
        )
    except (ConstraintViolated, IllegalTransition):
        return page(key, remedy_flaw=_("This no longer helps. Here is what does now")), 409
    many = len(done.proposal.speakers)
    words = ngettext(
        "Done. %(num)s speaker could come now.", "Done. %(num)s speakers could come now.", many
    )
    told = (
        _(
            "We tell %(names)s at %(time)s.",
            names=joined(done.told),
            time=clock(done.told_at, zone_here()),
        )
        if done.told
        else ""
    )
    undo_there = here("proposals.unsolve", key=key)
    tell_done(" ".join(filter(None, (words, told))), undo=undo_there, at=now.isoformat())
    return redirect(staying_at(key), 303)


@bp.post("/proposals/<key>/unsolve")
@coordinators_only
def unsolve(key: str) -> ResponseReturnValue:
    """Take a remedy back: everything is as it was before."""
    try:
        take_remedy_back(desk().store, key, at=moment_of("at"), actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("It is too late to take this back. Nothing was changed."), "note")
    else:
        tell_done(_("Taken back. Everything is as it was, and nobody was told."))
    return redirect(staying_at(key), 303)


@bp.post("/proposals/keys")
@overseers_only
def switch_keys() -> ResponseReturnValue:
    """Turn single keys on or off in this browser."""
    answer = redirect(here("proposals.board"), 303)
    value = KEYS_OFF if request.form.get("keys") == KEYS_OFF else "on"
    answer.set_cookie(
        KEYS_COOKIE,
        value,
        max_age=A_YEAR,
        secure=desk().base_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _approved(keys: tuple[str, ...]) -> ResponseReturnValue:
    if not keys:
        return redirect(here("proposals.board"), 303)
    now = desk().now
    try:
        done = approve(
            desk().store,
            keys,
            actor=actor(),
            now=now,
            gazetteer=desk().gazetteer,
            all_or_nothing=False,
        )
    except IllegalTransition:
        return was_decided(keys)
    except DoubleBooked:
        flash(_("Somebody else was faster. Nothing was changed. Try again."), "problem")
        return redirect(here("proposals.board"), 303)
    tell(done, at=now)
    return onwards(done.approved, staying=next(iter(done.stale), ""))
