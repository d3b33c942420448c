"""Change a request that was sent: its answers, its times, or a yes to a time that was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Length

from scheduler.domain.errors import ConstraintViolated
from scheduler.domain.requests import ClassroomRequest
from scheduler.services import changing
from scheduler.services.asking import AskSheet, ask_sheet, reference_of
from scheduler.services.following import Followed, follow
from scheduler.services.requests import Answers
from scheduler.web.asking import (
    AskForm,
    Flaw,
    answers_of,
    flaws_of,
    flaws_told,
    other_picks,
    texts_asked,
)
from scheduler.web.desk import desk
from scheduler.web.lesson_tiles import lesson_weeks
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import local_day
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("changing", __name__)


class ChangeForm(AskForm):
    """The four questions again, and why the times change."""

    reason = StringField(
        validators=[Length(max=500, message=lazy_gettext("Use at most 500 letters"))]
    )


@bp.get("/requests/<key>/change")
@signed_in_only
def change(key: str) -> ResponseReturnValue:
    """Show the answers given, those that may still change open for it."""
    followed = _changeable(key)
    return _change_page(followed, _filled(followed), ())


@bp.post("/requests/<key>/change")
@signed_in_only
def keep_change(key: str) -> ResponseReturnValue:
    """Store the new answers; while a visit is to come, its words alone."""
    followed, form = _changeable(key), ChangeForm()
    if _has_visits(followed):
        form = _with_words_of(followed, form)
    sheet = _sheet(followed, form)
    if "show" in request.form:
        return _change_page(followed, form, (), sheet=sheet)
    answers = _as_before(followed.request, form, answers_of(form, sheet=sheet))
    if not form.validate() or not answers.topic:
        return _change_page(followed, form, flaws_of(form, topic=answers.topic), sheet=sheet), 422
    try:
        changing.change(desk().store, key, answers, actor=actor(), now=desk().now)
    except ConstraintViolated as refusal:
        flaws = flaws_told(refusal.findings, form)
        return _change_page(followed, form, flaws, sheet=sheet), 422
    tell_done(_("Your request is changed."))
    return redirect(url_for("requests.one", key=key), 303)


@bp.get("/requests/<key>/other-times")
@signed_in_only
def other_times(key: str) -> ResponseReturnValue:
    """Show the class's lessons once more, and what other times mean for whoever was asked."""
    followed = _changeable(key)
    form = _filled(followed)
    form.lessons.data = []
    return _times_page(followed, form, ())


@bp.post("/requests/<key>/other-times")
@signed_in_only
def offer_times(key: str) -> ResponseReturnValue:
    """Store the new times; what stood at the old ones is called off."""
    followed = _changeable(key)
    form = _with_words_of(followed, ChangeForm(), lessons=True)
    if not form.validate():
        return _times_page(followed, form, flaws_of(form, topic=followed.request.topic)), 422
    try:
        changing.offer_other_times(
            desk().store,
            key,
            answers_of(form).windows,
            reason=(form.reason.data or "").strip(),
            actor=actor(),
            now=desk().now,
        )
    except ConstraintViolated as refusal:
        return _times_page(followed, form, flaws_told(refusal.findings, form)), 422
    tell_done(_("We look again, at the times you offer now."))
    return redirect(url_for("requests.one", key=key), 303)


@bp.post("/requests/<key>/yes")
@signed_in_only
def agree(key: str) -> ResponseReturnValue:
    """Say yes to a time that was found outside those offered."""
    changing.say_yes(desk().store, key, actor=actor(), now=desk().now)
    tell_done(_("Thank you. You said yes to this time."))
    return redirect(url_for("requests.one", key=key), 303)


def _as_before(asked: ClassroomRequest, form: ChangeForm, answers: Answers) -> Answers:
    """Keep what the form cannot show: the order of the same picks, and who is not offered."""
    if frozenset(answers.windows) == frozenset(asked.windows):
        answers = replace(answers, windows=asked.windows)
    if form.preferred.data in {reference_of(email) for email in asked.preferred}:
        answers = replace(answers, preferred=asked.preferred)
    return answers


def _changeable(key: str) -> Followed:
    followed = follow(desk().store, key, actor=actor())
    if followed.request.teacher_email != actor().email and not actor().is_coordinator:
        abort(404)
    if not followed.can_change:
        abort(409)
    return followed


def _has_visits(followed: Followed) -> bool:
    return any(sheet.visit.occupies for sheet in followed.sheets) or bool(followed.release_at)


def _filled(followed: Followed) -> ChangeForm:
    texts = texts_asked(followed.request)
    return ChangeForm(formdata=MultiDict({name: list(each) for name, each in texts.items()}))


def _with_words_of(followed: Followed, form: ChangeForm, *, lessons: bool = False) -> ChangeForm:
    """Return the request's own answers with what this form may change, whatever it sends."""
    texts = {name: list(each) for name, each in texts_asked(followed.request).items()}
    names = (
        ("lessons", "other_day", "other_start", "other_end", "reason")
        if lessons
        else ("title", "note")
    )
    texts |= {name: request.form.getlist(name) for name in names}
    texts["csrf_token"] = request.form.getlist("csrf_token")
    return ChangeForm(formdata=MultiDict(texts))


def _sheet(followed: Followed, form: AskForm) -> AskSheet:
    return ask_sheet(
        desk().store,
        answers_of(form),
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        teacher=followed.request.teacher_email,
    )


def _change_page(
    followed: Followed,
    form: ChangeForm,
    flaws: Sequence[Flaw],
    *,
    sheet: AskSheet | None = None,
) -> str:
    sheet = sheet or _sheet(followed, form)
    return render_template(
        "requests/change.html",
        followed=followed,
        has_visits=_has_visits(followed),
        **_shown(form, sheet),
        **_told(flaws),
    )


def _times_page(followed: Followed, form: ChangeForm, flaws: Sequence[Flaw]) -> str:
    return render_template(
        "requests/other_times.html",
        followed=followed,
        has_visits=_has_visits(followed),
        **_shown(form, _sheet(followed, form)),
        **_told(flaws),
    )


def _shown(form: ChangeForm, sheet: AskSheet) -> dict[str, object]:
    today = local_day(desk().now, sheet.timezone)
    weeks = lesson_weeks(sheet, chosen=form.lessons.data or (), today=today)
    return {
        "form": form,
        "sheet": sheet,
        "topic": answers_of(form, sheet=sheet).topic,
        "weeks": weeks,
        "other_picks": other_picks(form, weeks, bells=sheet.bells),
    }


def _told(flaws: Sequence[Flaw]) -> dict[str, object]:
    return {
        "errors": tuple(flaws),
        "error_by_field": {flaw["field"]: flaw["message"] for flaw in flaws},
    }
