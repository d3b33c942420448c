"""Choose your e-mails: signed in, by the link from a mail, or by one click of a mail program."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from scheduler.domain.errors import Unknown
from scheduler.domain.mail_choices import ENDED_BY_ONE_CLICK, PACES_BY_KIND, MailKind, Pace
from scheduler.services import mail_choices
from scheduler.services.mail_choices import MyMail
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.security import csrf
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("mail_choices", __name__)

KINDS = {
    MailKind.INVITATION: (
        lazy_gettext("Invitations"),
        lazy_gettext("A class asks whether you can come."),
    ),
    MailKind.CHANGE: (
        lazy_gettext("Changes and cancellations"),
        lazy_gettext("What changes a visit of yours comes at once, so that nobody waits in vain."),
    ),
    MailKind.TASK: (
        lazy_gettext("Decisions that wait for you"),
        lazy_gettext("Visits were proposed, and somebody has to approve them."),
    ),
    MailKind.CONFIRMATION: (
        lazy_gettext("Confirmations"),
        lazy_gettext("Everyone has said yes: the visit is certain."),
    ),
    MailKind.REMINDER: (
        lazy_gettext("Reminders"),
        lazy_gettext("Some days before a visit."),
    ),
    MailKind.ROSTER: (
        lazy_gettext("Lists of next week’s visits"),
        lazy_gettext("Once a week, if there are any."),
    ),
    MailKind.QUESTION: (
        lazy_gettext("Questions"),
        lazy_gettext("Are you still coming? Is your week still right? How was the visit?"),
    ),
    MailKind.DIGEST: (
        lazy_gettext("The day’s news in one e-mail"),
        lazy_gettext("Everything that can wait, together."),
    ),
}
PACE_WORDS = {
    Pace.AT_ONCE: lazy_gettext("At once"),
    Pace.DAILY: lazy_gettext("Once a day"),
    Pace.NEVER: lazy_gettext("Never"),
}


@bp.get("/mail-choices")
@signed_in_only
def own() -> ResponseReturnValue:
    """Show my choices."""
    mine = mail_choices.my_mail(desk().store, actor=actor())
    return _page(mine, action=url_for("mail_choices.save"), is_own=True)


@bp.post("/mail-choices")
@signed_in_only
def save() -> ResponseReturnValue:
    """Keep my choices."""
    before = mail_choices.choose(desk().store, _chosen(), now=desk().now, actor=actor())
    fields = {str(kind): str(before.pace(kind)) for kind in MailKind}
    tell_done(_("Saved."), undo=url_for("mail_choices.save"), **fields)
    return redirect(url_for("mail_choices.own"), HTTPStatus.SEE_OTHER)


@bp.get("/m/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the choices that the link opens; mail scanners may open this as often as they like."""
    try:
        mine = mail_choices.mail_behind(desk().store, token)
    except Unknown:
        return render_template("mail_choices/unknown.html"), HTTPStatus.NOT_FOUND
    return _page(mine, action=url_for("mail_choices.save_by_link", token=token))


@bp.post("/m/<token>")
def save_by_link(token: str) -> ResponseReturnValue:
    """Keep what was chosen by the link."""
    try:
        before = mail_choices.choose(desk().store, _chosen(), now=desk().now, token=token)
    except Unknown:
        return render_template("mail_choices/unknown.html"), HTTPStatus.NOT_FOUND
    fields = {str(kind): str(before.pace(kind)) for kind in MailKind}
    tell_done(_("Saved."), undo=url_for("mail_choices.save_by_link", token=token), **fields)
    return redirect(url_for("mail_choices.show", token=token), HTTPStatus.SEE_OTHER)


@bp.get("/m/<token>/<kind>")
def ask_to_end(token: str, kind: str) -> ResponseReturnValue:
    """Show the one button that ends mails of a kind, for whoever opens the link by hand."""
    try:
        wanted = _ended(kind)
        is_over = mail_choices.is_ended(desk().store, token, wanted)
    except Unknown:
        return render_template("mail_choices/unknown.html"), HTTPStatus.NOT_FOUND
    return _end_page(token, kind, is_over=is_over)


@bp.post("/m/<token>/<kind>")
@csrf.exempt  # type: ignore[untyped-decorator]
def end(token: str, kind: str) -> ResponseReturnValue:
    """End mails of a kind at one click; a mail program has no cookie, the link is the proof.

    It is answered at once, since it may follow no redirect; a person at a browser is led on.

    Source: RFC 8058 section 3.1.
    """
    is_program = request.form.get("List-Unsubscribe") == "One-Click"
    if not is_program:
        csrf.protect()
    try:
        mail_choices.end_by_one_click(desk().store, token, _ended(kind), now=desk().now)
    except Unknown:
        return render_template("mail_choices/unknown.html"), HTTPStatus.NOT_FOUND
    if is_program:
        return _end_page(token, kind, is_over=True)
    return redirect(
        url_for("mail_choices.ask_to_end", token=token, kind=kind), HTTPStatus.SEE_OTHER
    )


def _end_page(token: str, kind: str, *, is_over: bool) -> str:
    words = KINDS[MailKind(kind)][0]
    return render_template(
        "mail_choices/end.html", token=token, kind=kind, words=words, is_over=is_over
    )


def _ended(kind: str) -> MailKind:
    if kind not in ENDED_BY_ONE_CLICK:
        raise Unknown("kind of mail", kind)
    return MailKind(kind)


def _chosen() -> dict[MailKind, Pace]:
    """What is no choice of a kind is left as it was."""
    return {
        kind: Pace(said)
        for kind, allowed in PACES_BY_KIND.items()
        if (said := request.form.get(str(kind), "")) in allowed
    }


def _concerns(mine: MyMail, kind: MailKind) -> bool:
    match kind:
        case MailKind.INVITATION:
            return mine.is_volunteer
        case MailKind.TASK:
            return mine.is_coordinator
    return True


def _page(mine: MyMail, *, action: str, is_own: bool = False) -> str:
    kinds = [
        {
            "name": str(kind),
            "title": KINDS[kind][0],
            "hint": KINDS[kind][1],
            "choices": [{"value": str(pace), "label": PACE_WORDS[pace]} for pace in allowed],
            "chosen": str(mine.choices.pace(kind)),
        }
        for kind, allowed in PACES_BY_KIND.items()
        if _concerns(mine, kind)
    ]
    return render_template(
        "mail_choices/choose.html", mine=mine, kinds=kinds, action=action, is_own=is_own
    )
