"""Mail that needs a person: read it, enter the answer it gives, and mark it done."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.incoming import IncomingState, Why
from scheduler.domain.zones import local
from scheduler.services import inbox as desk_of_mail
from scheduler.services.asking import reference_of
from scheduler.services.inbox import InboxLine
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("inbox", __name__)

YES, NO = "yes", "no"
LONGEST_REASON = 300


@bp.get("/inbox")
@overseers_only
def every() -> ResponseReturnValue:
    """Show what waits, or what was dealt with."""
    state, number = _state_asked(), page_asked()
    page = desk_of_mail.inbox(desk().store, actor=actor(), state=state, number=number)
    return render_template(
        "inbox/every.html", page=page, state=state, number=number, why=why_words(), zone=zone_here()
    )


@bp.get("/inbox.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out what waits, or what was dealt with."""
    lines = desk_of_mail.every_incoming(desk().store, actor=actor(), state=_state_asked())
    why, zone = why_words(), zone_here()
    columns: tuple[Column[InboxLine], ...] = (
        Column(_("Subject"), lambda line: line.mail.subject),
        Column(pgettext("sender", "From"), lambda line: line.name),
        Column(_("Received"), lambda line: local(line.mail.received_at, zone)),
        Column(_("Reason"), lambda line: why[line.mail.why]),
        Column(_("Visit"), lambda line: line.sheet.title if line.sheet else None),
        Column(_("Done"), lambda line: line.mail.done_by),
    )
    return csv_answer("inbox", columns, lines)


@bp.get("/inbox/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show one mail, with what can be done about it."""
    return _page(key)


@bp.post("/inbox/<key>/done")
@coordinators_only
def done(key: str) -> ResponseReturnValue:
    """Mark the mail as dealt with."""
    try:
        desk_of_mail.mark_done(desk().store, key, actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("Somebody dealt with this e-mail before. Nothing was changed."), "note")
    else:
        tell_done(_("Done. The e-mail is off the list."), undo=url_for("inbox.back", key=key))
    return redirect(url_for("inbox.every"), HTTPStatus.SEE_OTHER)


@bp.post("/inbox/<key>/back")
@coordinators_only
def back(key: str) -> ResponseReturnValue:
    """Put the mail back on the list."""
    desk_of_mail.mark_open(desk().store, key, actor=actor())
    tell_done(_("The e-mail is back on the list."))
    return redirect(url_for("inbox.every"), HTTPStatus.SEE_OTHER)


@bp.post("/inbox/<key>/answer")
@coordinators_only
def answer(key: str) -> ResponseReturnValue:
    """Enter what the mail says as its writer's answer to a visit."""
    said, visit = request.form.get("answer", ""), request.form.get("visit", "")
    if said not in (YES, NO) or not visit:
        flaw = _("Pick the visit that the e-mail is about")
        return _page(key, flaw=flaw), HTTPStatus.UNPROCESSABLE_ENTITY
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    try:
        desk_of_mail.enter_answer(
            desk().store,
            key,
            visit=visit,
            says_yes=said == YES,
            reason=reason,
            actor=actor(),
            now=desk().now,
        )
    except IllegalTransition:
        flash(_("Somebody dealt with this e-mail before. Nothing was changed."), "note")
        return redirect(url_for("inbox.every"), HTTPStatus.SEE_OTHER)
    tell_done(_("The answer is entered. Everyone concerned is told."))
    return redirect(url_for("visit.show", uid=visit), HTTPStatus.SEE_OTHER)


def why_words() -> Mapping[str, str]:
    """Return why a mail needs a person, as one sentence each."""
    return {
        Why.WORDS: _("It is written in words. We can’t tell whether it is a yes or a no."),
        Why.WITH_WORDS: _("The answer is entered. It brings a message for you."),
        Why.UNKNOWN_SENDER: _("Nobody we know writes from this address."),
        Why.NOT_THEIRS: _("It answers an invitation that we did not send to this address."),
        Why.NO_VISIT: _("We can’t tell which visit it is about."),
        Why.OTHER_TIME: _("It asks for another time."),
        Why.TOO_LATE: _(
            "It answers what no longer holds. The visit was moved or called off, has begun, "
            "or somebody else has the place."
        ),
        Why.CAME_BACK: _("An e-mail of ours came back. The address may have ended."),
        Why.UNDELIVERED: _("An e-mail of ours did not arrive. The other mail server had trouble."),
    }


def _state_asked() -> IncomingState:
    return IncomingState(word_asked("state", among=IncomingState) or IncomingState.OPEN)


def _page(key: str, *, flaw: str = "") -> str:
    opened = desk_of_mail.opened(desk().store, key, actor=actor(), now=desk().now)
    return render_template(
        "inbox/one.html",
        opened=opened,
        flaw=flaw,
        why=why_words(),
        zone=zone_here(),
        reference_of=reference_of,
        may_act=actor().is_coordinator,
    )
