"""A teacher's requests: ask for a speaker, see what is happening, take one back; and, for those
who oversee, everybody's.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Length

from scheduler.domain.errors import ConstraintViolated
from scheduler.services import requests as asking_for
from scheduler.services.asking import AskSheet, ask_sheet
from scheduler.services.following import Filter, all_requests, follow, own_requests
from scheduler.web.asking import (
    AskForm,
    Flaw,
    answers_of,
    flaws_of,
    flaws_told,
    lesson_weeks,
    picked_days,
)
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import local_day
from scheduler.web.progress import steps_of, tag_of
from scheduler.web.signed_in import (
    actor,
    overseers_only,
    signed_in_only,
    teachers_only,
)
from scheduler.web.tiles import day_tile

bp = Blueprint("requests", __name__)
bp.add_app_template_filter(day_tile)
bp.add_app_template_filter(tag_of)

OFTEN_ASKED = ("Jobs in health care", "Coding in real life", "Climate and weather")


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """Why a visit is called off, in the teacher's own words."""

    reason = StringField(validators=[Length(max=500, message="Use at most 500 letters")])


@bp.get("/requests/new")
@teachers_only
def ask() -> ResponseReturnValue:
    """Show the four questions; what the address already answers is filled in."""
    form = AskForm(formdata=MultiDict(request.args) if request.args else None)
    return _ask_page(form, ())


@bp.get("/requests/new/free")
@teachers_only
def free() -> ResponseReturnValue:
    """Show who is free for answers given so far: the parts of the form's page that tell it."""
    form = AskForm(formdata=MultiDict(request.args))
    return render_template("requests/free.html", **_so_far(form))


@bp.post("/requests/new")
@teachers_only
def send() -> ResponseReturnValue:
    """Store the request, or show the questions again with what is wrong."""
    form = AskForm()
    if "show" in request.form:
        return _ask_page(form, ())
    if not form.validate():
        return _ask_page(form, flaws_of(form)), 422
    try:
        made = asking_for.submit(
            desk().store, answers_of(form, sheet=_sheet(form)), actor=actor(), now=desk().now
        )
    except ConstraintViolated as refusal:
        return _ask_page(form, flaws_told(refusal.findings, form)), 422
    undo = url_for("requests.withdraw", key=made.key)
    tell_done("We have your request. Now we look for a speaker.", undo=undo)
    return redirect(url_for("requests.one", key=made.key), 303)


@bp.get("/requests")
@teachers_only
def own() -> ResponseReturnValue:
    """Show a teacher what is happening."""
    return render_template("requests/own.html", requests=own_requests(desk().store, actor=actor()))


@bp.get("/requests/<key>")
@signed_in_only
def one(key: str) -> ResponseReturnValue:
    """Show how far one request has come."""
    return _one_page(key, WithdrawForm(formdata=None))


@bp.post("/requests/<key>/withdraw")
@signed_in_only
def withdraw(key: str) -> ResponseReturnValue:
    """Take a request back, visits and all."""
    form = WithdrawForm()
    if not form.validate():
        return _one_page(key, form), 422
    before = follow(desk().store, key, actor=actor())
    asking_for.withdraw(
        desk().store, key, actor=actor(), now=desk().now, reason=form.reason.data or ""
    )
    _tell_withdrawn(key, with_visits=bool(before.present_sheets or before.release_at))
    return redirect(url_for("requests.one", key=key), 303)


@bp.post("/requests/<key>/reopen")
@signed_in_only
def reopen(key: str) -> ResponseReturnValue:
    """Take a withdrawal back."""
    asking_for.reopen(desk().store, key, actor=actor(), now=desk().now)
    tell_done("Your request is open again.")
    return redirect(url_for("requests.one", key=key), 303)


@bp.get("/all-requests")
@overseers_only
def every() -> ResponseReturnValue:
    """Show every request in every state."""
    names = ("state", "school", "text")
    wanted = Filter(**{name: request.args.get(name, "").strip() for name in names})
    number = max(1, request.args.get("page", 1, type=int))
    page = all_requests(desk().store, actor=actor(), wanted=wanted, number=number)
    return render_template("requests/every.html", page=page, wanted=wanted)


def _one_page(key: str, form: WithdrawForm) -> str:
    followed = follow(desk().store, key, actor=actor())
    return render_template(
        "requests/one.html",
        followed=followed,
        steps=steps_of(followed),
        form=form,
        oversees=actor().oversees,
        is_own=followed.request.teacher_email == actor().email,
    )


def _tell_withdrawn(key: str, *, with_visits: bool) -> None:
    if with_visits:
        tell_done("The visit is called off. Everyone who knew of it gets a mail.")
    else:
        tell_done("You took your request back.", undo=url_for("requests.reopen", key=key))


def _sheet(form: AskForm) -> AskSheet:
    answers = answers_of(form)
    return ask_sheet(
        desk().store,
        answers,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )


def _ask_page(form: AskForm, flaws: Sequence[Flaw]) -> str:
    return render_template(
        "requests/ask.html",
        **_so_far(form),
        errors=tuple(flaws),
        error_by_field={flaw["field"]: flaw["message"] for flaw in flaws},
        suggestions=OFTEN_ASKED,
    )


def _so_far(form: AskForm) -> dict[str, object]:
    sheet = _sheet(form)
    return {
        "form": form,
        "sheet": sheet,
        "weeks": lesson_weeks(
            sheet,
            chosen=form.lessons.data or (),
            today=local_day(desk().now, sheet.timezone),
        ),
        "days": picked_days(answers_of(form, sheet=sheet).windows),
    }
