"""Every mail that was written, how it stands, and what to do about one that did not arrive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.zones import local
from scheduler.services.asking import reference_of
from scheduler.services.mail_log import (
    STATES_BY_NAME,
    MailAsked,
    MailLine,
    every_mail,
    mail_log,
    send_again,
)
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only
from scheduler.web.visit_words import mail_state_words, purpose_words

bp = Blueprint("mail_log", __name__)


@bp.get("/mail")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the mail that the address asks for, the latest first."""
    asked, number = _asked(), page_asked()
    page = mail_log(desk().store, asked, actor=actor(), number=number)
    return render_template(
        "mail_pages/every.html",
        page=page,
        asked=asked,
        filters={name: value for name, value in asdict(asked).items() if value},
        number=number,
        states=mail_state_words(),
        purposes=purpose_words(),
        reference_of=reference_of,
        may_act=actor().is_coordinator,
    )


@bp.get("/mail.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out the mail that the address asks for, the latest first."""
    lines = every_mail(desk().store, _asked(), actor=actor())
    purposes, states, zone = purpose_words(), mail_state_words(), zone_here()
    columns: tuple[Column[MailLine], ...] = (
        Column(_("What"), lambda line: purposes.get(line.mail.row.purpose, line.mail.row.purpose)),
        Column(pgettext("recipient", "To"), lambda line: line.mail.name or line.mail.row.recipient),
        Column(_("When"), lambda line: local(_moment_of(line), zone)),
        Column(_("State"), lambda line: states[line.mail.row.state].words),
        Column(_("Attempts"), lambda line: line.mail.row.attempts),
        Column(_("About"), lambda line: line.title),
    )
    return csv_answer("mail", columns, lines)


@bp.post("/mail/send-again")
@coordinators_only
def again() -> ResponseReturnValue:
    """Send a mail that failed once more."""
    key = request.form.get("key", "")
    try:
        send_again(desk().store, key, actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("This e-mail did not fail, or is on its way again. Nothing was changed."), "note")
    else:
        tell_done(_("It goes out again in a few minutes."))
    asked = {name: value for name, value in asdict(_asked()).items() if value}
    return redirect(url_for("mail_log.every", **asked), HTTPStatus.SEE_OTHER)


def _moment_of(line: MailLine) -> datetime:
    return line.mail.row.sent_at or line.mail.row.due_at


def _asked() -> MailAsked:
    return MailAsked(
        state=word_asked("state", among=STATES_BY_NAME),
        visit=word_asked("visit"),
        text=word_asked("text"),
    )
