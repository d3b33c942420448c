"""What people of one request write to each other, on a page of its own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import TextAreaField
from wtforms.validators import Length

from scheduler.domain.errors import ConstraintViolated
from scheduler.domain.messages import MOST_LETTERS
from scheduler.services.messages import thread, write_message
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import one_line
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("messages", __name__)


@bp.app_template_filter()
def broken_lines(text: str) -> Markup:
    """Return somebody's words as they broke their lines; everything else of theirs is escaped."""
    return Markup("<br>").join(one_line(line) for line in text.splitlines())


class MessageForm(FlaskForm):  # type: ignore[misc]
    """A few plain words."""

    words = TextAreaField(
        validators=[
            Length(max=MOST_LETTERS, message=lazy_gettext("Use at most 2,000 letters")),
        ]
    )


@bp.get("/requests/<key>/messages")
@signed_in_only
def read(key: str) -> ResponseReturnValue:
    """Show what was written, to those who take part in the request."""
    return _page(key, MessageForm(formdata=None), "")


@bp.post("/requests/<key>/messages")
@signed_in_only
def write(key: str) -> ResponseReturnValue:
    """Send a message to the others."""
    form = MessageForm()
    if not form.validate():
        return _page(key, form, next(iter(form.words.errors), "")), 422
    try:
        write_message(desk().store, key, words=form.words.data or "", actor=actor(), now=desk().now)
    except ConstraintViolated as refusal:
        return _page(key, form, _refused(refusal)), 422
    tell_done(_("Your message is on its way."))
    return redirect(url_for("messages.read", key=key), 303)


def _refused(refusal: ConstraintViolated) -> str:
    broken = {finding.rule for finding in refusal.findings}
    if "words_given" in broken:
        return _("Write a few words first")
    if "few_letters" in broken:
        return _("Use at most 2,000 letters")
    return _("That was a lot of messages. Wait a while, then write again")


def _page(key: str, form: MessageForm, wrong: str) -> str:
    found = thread(desk().store, key, actor=actor())
    who = actor()
    return render_template(
        "messages/thread.html",
        thread=found,
        form=form,
        wrong=str(wrong),
        reads_request=who.oversees or found.is_teachers,
    )
