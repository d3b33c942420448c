"""What if: try a change out, see what would have to give, and carry it out whole or not at all."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.batches import BatchState, WhatIfKind
from scheduler.domain.people import RoleName
from scheduler.domain.visits import APPROVAL_HOLD
from scheduler.services.batch_pages import choices, named, show, waiting
from scheduler.services.batches import approve, drop
from scheduler.services.repairs import try_out
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import clock
from scheduler.web.repair_forms import LIMITS, MOVES, WEIGHTS, ChangeForm, PersonForm, form_of
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("repairs", __name__)

ROLE_BY_KIND = {
    WhatIfKind.AWAY: RoleName.VOLUNTEER,
    WhatIfKind.LIMIT: RoleName.VOLUNTEER,
    WhatIfKind.ILL: RoleName.TEACHER,
}


@bp.get("/what-if")
@overseers_only
def every() -> ResponseReturnValue:
    """Show what can be tried out, and what waits for a decision."""
    return render_template(
        "repairs/every.html",
        batches=waiting(desk().store, actor=actor()),
        may_act=actor().is_coordinator,
        weights=WEIGHTS,
    )


@bp.get("/what-if/<kind>")
@coordinators_only
def ask(kind: str) -> ResponseReturnValue:
    """Show the form of one change; the address may say whom and when it is about."""
    return _form(_kind(kind), None)


@bp.post("/what-if/<kind>")
@coordinators_only
def find_out(kind: str) -> ResponseReturnValue:
    """Find out what a change would do, and keep it."""
    case = _kind(kind)
    form = form_of(case, choices(desk().store, actor=actor()))
    email = _email(form, case) if form.validate() else ""
    if form.errors:
        return _form(case, form), 422
    batch = try_out(
        desk().store,
        form.what_if(case, email=email),
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        most_moves=int(form.moves.data),
    )
    return redirect(url_for("repairs.one", key=batch.key), 303)


@bp.get("/what-if/changes/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show the difference a change would make."""
    shown = show(desk().store, key, actor=actor())
    return render_template(
        "repairs/one.html", shown=shown, may_act=actor().is_coordinator, weights=WEIGHTS
    )


@bp.post("/what-if/changes/<key>/approve")
@coordinators_only
def carry_out(key: str) -> ResponseReturnValue:
    """Carry a change out as a whole."""
    now = desk().now
    done = approve(desk().store, key, actor=actor(), now=now, gazetteer=desk().gazetteer)
    if done.state is BatchState.STALE:
        flash(_("Something changed in the meantime, so nothing was done."), "problem")
        return redirect(url_for("repairs.one", key=key), 303)
    has_new = any(entry.becomes and not entry.is_proposal for entry in done.entries)
    if has_new:
        tell_done(
            _("Done. Invitations go out at %(time)s.", time=clock(now + APPROVAL_HOLD, zone_here()))
        )
    else:
        tell_done(_("Done."))
    return redirect(url_for("repairs.every"), 303)


@bp.post("/what-if/changes/<key>/drop")
@coordinators_only
def leave(key: str) -> ResponseReturnValue:
    """Leave everything as it is."""
    drop(desk().store, key, actor=actor(), now=desk().now)
    tell_done(_("Nothing was changed."))
    return redirect(url_for("repairs.every"), 303)


def _form(kind: WhatIfKind, form: ChangeForm | None) -> str:
    known = choices(desk().store, actor=actor())
    return render_template(
        "repairs/ask.html",
        kind=str(kind),
        form=form or form_of(kind, known, given=request.args.to_dict()),
        known=known,
        moves=MOVES,
        limits=LIMITS,
        weights=WEIGHTS,
    )


def _kind(text: str) -> WhatIfKind:
    return WhatIfKind(text) if text in set(WhatIfKind) else abort(404)


def _email(form: ChangeForm, kind: WhatIfKind) -> str:
    """Return the address of whoever was named; else say in the form why it is nobody's."""
    if not isinstance(form, PersonForm):
        return ""
    found = named(desk().store, form.who.data or "", role=ROLE_BY_KIND[kind], actor=actor())
    if len(found) == 1:
        return found[0].email
    several = _("Several people have this name. Write the e-mail address")
    form.who.errors = [several if found else _("We know nobody of that name or address")]
    return ""
