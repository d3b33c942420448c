"""Visit a school: the form for somebody we do not know yet, and the proof of their address."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.joining import SENSIBLE_TEXT, Joining, JoiningState
from scheduler.domain.people import normal_email
from scheduler.domain.topics import TopicTree
from scheduler.services import joining
from scheduler.services.joining import TooManyAsked
from scheduler.web.desk import desk
from scheduler.web.offer_fields import (
    formats_of,
    grade_choices,
    grades_of,
    language_choices,
    levels_of,
    topic_groups,
    way_choices,
)
from scheduler.web.phrasing import one_line

bp = Blueprint("join", __name__)

TOO_LONG = _("Use at most 100 letters")


class JoinForm(FlaskForm):  # type: ignore[misc]
    """Who somebody is, and what they could offer."""

    name = StringField(
        validators=[InputRequired(_("Tell us your name")), Length(max=100, message=TOO_LONG)]
    )
    email = EmailField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            InputRequired(_("Tell us your e-mail address")),
            Email(_("Write an address such as name@example.org")),
        ],
    )
    topics = SelectMultipleField(
        validate_choice=False, validators=[InputRequired(_("Pick at least one topic"))]
    )
    grades = SelectMultipleField(
        validate_choice=False, validators=[InputRequired(_("Pick at least one grade"))]
    )
    languages = SelectMultipleField(
        validate_choice=False, validators=[InputRequired(_("Pick at least one language"))]
    )
    formats = SelectMultipleField(
        validate_choice=False, validators=[InputRequired(_("Pick at least one way to visit"))]
    )
    postal_code = StringField(validators=[Length(max=12, message=_("Use at most 12 letters"))])
    organization = StringField(validators=[Length(max=100, message=TOO_LONG)])
    about = TextAreaField(
        validators=[Length(max=SENSIBLE_TEXT, message=_("Use at most 600 letters"))]
    )

    def joining(self, topics: TopicTree) -> Joining:
        """Return what was written; topics that do not exist are left out."""
        known = tuple(key for key in self.topics.data or () if key in topics)
        return Joining(
            key=joining.new_joining_key(),
            email=normal_email(self.email.data or ""),
            name=one_line(self.name.data or ""),
            level_by_topic=levels_of(known, request.form),
            grades=grades_of(self.grades.data or ()),
            languages=tuple(tag for tag in self.languages.data or () if tag.isprintable())[:10],
            formats=formats_of(self.formats.data or ()),
            asked_at=desk().now,
            postal_code=one_line(self.postal_code.data or ""),
            organization=one_line(self.organization.data or ""),
            words=(self.about.data or "").strip(),
            locale=str(get_locale() or ""),
            asked_from=joining.sender_of(request.remote_addr or "", key=desk().secret_key),
        )


@bp.get("/join")
def ask() -> ResponseReturnValue:
    """Show the form."""
    return _page(JoinForm(formdata=None, formats=["in_person"]))


@bp.post("/join")
def send() -> ResponseReturnValue:
    """Take the form; the answer tells nobody whether we know the address."""
    form = JoinForm()
    sheet = joining.join_sheet(desk().store)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        joining.ask_to_join(desk().store, form.joining(sheet.topics), now=desk().now)
    except TooManyAsked:
        return render_template("join/too_many.html"), HTTPStatus.TOO_MANY_REQUESTS
    return redirect(url_for("join.sent"), HTTPStatus.SEE_OTHER)


@bp.get("/join/sent")
def sent() -> ResponseReturnValue:
    """Say what to do now."""
    return render_template("join/sent.html")


@bp.get("/join/<token>")
def prove(token: str) -> ResponseReturnValue:
    """Show the one button; mail scanners may open this as often as they like."""
    try:
        found = joining.open_joining(desk().store, token, key=desk().secret_key)
    except Unknown:
        return render_template("join/ended.html"), HTTPStatus.GONE
    return _standing(found, token)


@bp.post("/join/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Enter that the address is theirs."""
    try:
        joining.confirm_address(desk().store, token, key=desk().secret_key, now=desk().now)
    except (Unknown, IllegalTransition):
        return render_template("join/ended.html"), HTTPStatus.GONE
    return redirect(url_for("join.prove", token=token), HTTPStatus.SEE_OTHER)


def _standing(found: Joining, token: str) -> ResponseReturnValue:
    if found.state is JoiningState.UNCONFIRMED:
        return render_template("join/prove.html", joining=found, token=token)
    return render_template("join/standing.html", joining=found)


def _page(form: JoinForm) -> str:
    sheet = joining.join_sheet(desk().store)
    chosen = tuple(form.languages.data or ())
    return render_template(
        "join/ask.html",
        form=form,
        errors=_errors(form),
        topics=topic_groups(sheet.topics),
        grades=grade_choices(),
        languages=language_choices(chosen),
        ways=way_choices(),
        district=sheet.district,
        present_languages=chosen or (sheet.language,),
    )


def _errors(form: JoinForm) -> list[Mapping[str, str]]:
    if request.method != "POST":
        return []
    told: list[Mapping[str, str]] = [
        {"field": name, "message": str(words[0])} for name, words in form.errors.items() if words
    ]
    return told or [{"field": "name", "message": gettext("Send the form again")}]
