"""How a visit was: three taps by the link from a mail, or the same signed in."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.feedback import CHANGED_FOR, MOST_STUDENTS, Impression
from scheduler.services.feedback import (
    FeedbackSheet,
    Said,
    feedback_by_link,
    feedback_on,
    say,
    say_by_link,
)
from scheduler.web.desk import desk
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("feedback", __name__)

YES, NO = "yes", "no"


class FeedbackForm(FlaskForm):  # type: ignore[misc]
    """Did it happen, how was it, how many listened, and words if there are any."""

    happened = StringField(
        validators=[
            InputRequired(lazy_gettext("Say whether the visit took place")),
            AnyOf((YES, NO), lazy_gettext("Say whether the visit took place")),
        ]
    )
    impression = StringField(
        validators=[
            Optional(),
            AnyOf(tuple(Impression), lazy_gettext("Pick one of the three")),
        ]
    )
    students = IntegerField(
        validators=[
            Optional(),
            NumberRange(0, MOST_STUDENTS, lazy_gettext("Give a number from 0 to 2,000")),
        ]
    )
    words = TextAreaField(
        validators=[Length(max=1000, message=lazy_gettext("Use at most 1,000 letters"))]
    )

    @property
    def said(self) -> Said:
        """Return what the form says."""
        impression = Impression(self.impression.data) if self.impression.data else None
        return Said(
            happened=self.happened.data == YES,
            impression=impression,
            students=self.students.data,
            words=self.words.data or "",
        )


@bp.get("/f/<token>")
def by_link(token: str) -> ResponseReturnValue:
    """Show the questions, or what was said; a scanner may open this as often as it likes."""
    return _by_link(token, FeedbackForm(formdata=None))


@bp.post("/f/<token>")
def say_by_token(token: str) -> ResponseReturnValue:
    """Keep what the teacher says."""
    form = FeedbackForm()
    if not form.validate():
        return _by_link(token, form)
    try:
        say_by_link(desk().store, token, form.said, now=desk().now, key=desk().secret_key)
    except (Unknown, IllegalTransition):
        return _by_link(token, form)
    _thank()
    return redirect(url_for("feedback.by_link", token=token), 303)


@bp.get("/requests/<key>/feedback")
@signed_in_only
def on_request(key: str) -> ResponseReturnValue:
    """Show the same questions to the teacher who is signed in."""
    return _signed_in(key, FeedbackForm(formdata=None))


@bp.post("/requests/<key>/feedback")
@signed_in_only
def say_on_request(key: str) -> ResponseReturnValue:
    """Keep what the teacher says who is signed in."""
    form, session = FeedbackForm(), request.args.get("session", 0, type=int)
    if not form.validate():
        return _signed_in(key, form)
    try:
        said = say(desk().store, key, form.said, actor=actor(), now=desk().now, session=session)
    except IllegalTransition:
        return _signed_in(key, form)
    _thank()
    number = said.sheet.visit.session
    return redirect(url_for("feedback.on_request", key=key, session=number), 303)


def _by_link(token: str, form: FeedbackForm) -> ResponseReturnValue:
    try:
        sheet = feedback_by_link(desk().store, token, now=desk().now, key=desk().secret_key)
    except Unknown:
        return render_template("feedback/unknown.html"), HTTPStatus.NOT_FOUND
    return _page(sheet, form, action=url_for("feedback.say_by_token", token=token), key="")


def _signed_in(key: str, form: FeedbackForm) -> ResponseReturnValue:
    session = request.args.get("session", 0, type=int)
    sheet = feedback_on(desk().store, key, actor=actor(), now=desk().now, session=session)
    number = sheet.sheet.visit.session
    action = url_for("feedback.say_on_request", key=key, session=number)
    may_say = actor().is_coordinator or actor().email == sheet.sheet.teacher_email
    if request.method == "POST" and not may_say:
        abort(HTTPStatus.NOT_FOUND)
    return _page(sheet, form, action=action, key=key, may_say=may_say)


def _page(
    sheet: FeedbackSheet, form: FeedbackForm, *, action: str, key: str, may_say: bool = True
) -> ResponseReturnValue:
    if not sheet.standing.is_open or not may_say:
        code = HTTPStatus.OK if may_say and sheet.given else HTTPStatus.GONE
        page = render_template("feedback/ended.html", feedback=sheet, key=key, may_say=may_say)
        return page, code if may_say else HTTPStatus.OK
    is_refused = request.method == "POST"
    errors = [
        {"field": name, "message": str(told[0])} for name, told in form.errors.items() if told
    ]
    page = render_template(
        "feedback/ask.html",
        feedback=sheet,
        form=form,
        action=action,
        key=key,
        errors=errors if is_refused else [],
        is_refused=is_refused,
        last_change=sheet.given.given_at + CHANGED_FOR if sheet.given else None,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


def _thank() -> None:
    flash(_("Thank you. We kept what you said."), "done")
