"""A teacher's requests: ask for a speaker, see what is happening, take one back; and, for those
who oversee, everybody's.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Length

from scheduler.domain.errors import ConstraintViolated
from scheduler.services import requests as asking_for
from scheduler.services.asking import AskSheet, ask_sheet
from scheduler.services.drafts import discard_draft, find_draft, keep_draft
from scheduler.services.following import (
    Filter,
    Followed,
    all_requests,
    every_request,
    follow,
    follow_with_messages,
    own_requests,
)
from scheduler.services.ports import Draft
from scheduler.web.asking import (
    AskForm,
    Flaw,
    answers_of,
    begun_at,
    flaws_of,
    flaws_told,
    other_picks,
    texts_of,
)
from scheduler.web.desk import desk
from scheduler.web.lesson_tiles import lesson_weeks
from scheduler.web.lists import csv_answer, page_asked, word_asked
from scheduler.web.notices import back_or, tell_done
from scheduler.web.phrasing import local_day
from scheduler.web.progress import OVER, steps_of, tag_of
from scheduler.web.request_columns import all_columns, own_columns
from scheduler.web.signed_in import (
    actor,
    overseers_only,
    signed_in_only,
    teachers_only,
)
from scheduler.web.tiles import day_tile
from scheduler.web.topic_names import topic_label, topic_labels, topic_options
from scheduler.web.visit_words import state_tag
from scheduler.web.window_words import asked_times, picked_days

bp = Blueprint("requests", __name__)


bp.add_app_template_filter(asked_times)
bp.add_app_template_filter(day_tile)
bp.add_app_template_filter(state_tag)
bp.add_app_template_filter(tag_of)
bp.add_app_template_filter(topic_label)
bp.add_app_template_filter(topic_labels)
bp.add_app_template_filter(topic_options)

OFTEN_ASKED = (
    lazy_gettext("Jobs in health care"),
    lazy_gettext("Coding in real life"),
    lazy_gettext("Climate and weather"),
)
RUNNING, FINISHED = "running", "over"


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """Why a visit is called off, in the teacher's own words."""

    reason = StringField(
        validators=[Length(max=500, message=lazy_gettext("Use at most 500 letters"))]
    )


@bp.get("/requests/new")
@teachers_only
def ask() -> ResponseReturnValue:
    """Show the four questions; what the address or a draft already answers is filled in."""
    if request.args:
        return _ask_page(AskForm(formdata=MultiDict(request.args)), ())
    draft = find_draft(desk().store, actor=actor())
    kept = {name: list(texts) for name, texts in draft.answers.items()} if draft else {}
    return _ask_page(AskForm(formdata=MultiDict(kept) if kept else None), (), draft=draft)


@bp.route("/requests/new/free", methods=["GET", "POST"])
@teachers_only
def free() -> ResponseReturnValue:
    """Show who is free for answers given so far; what is sent here is kept as the draft."""
    if request.method == "POST":
        form = AskForm()
        _keep(form)
    else:
        form = AskForm(formdata=MultiDict(request.args))
    return render_template("requests/free.html", **_so_far(form, _sheet(form)))


@bp.post("/requests/new")
@teachers_only
def send() -> ResponseReturnValue:
    """Store the request, keep it for later, or show the questions again with what is wrong."""
    form = AskForm()
    if "keep" in request.form:
        _keep(form)
        tell_done(_("We kept your answers. They wait here for you."))
        return redirect(url_for("requests.own"), 303)
    sheet = _sheet(form)
    if "show" in request.form:
        return _ask_page(form, (), sheet=sheet)
    answers = answers_of(form, sheet=sheet)
    if not form.validate() or not answers.topic:
        return _ask_page(form, flaws_of(form, topic=answers.topic), sheet=sheet), 422
    try:
        made = asking_for.submit(desk().store, answers, actor=actor(), now=desk().now)
    except ConstraintViolated as refusal:
        return _ask_page(form, flaws_told(refusal.findings, form), sheet=sheet), 422
    undo = url_for("requests.withdraw", key=made.key)
    tell_done(_("We have your request. Now we look for a speaker."), undo=undo)
    return redirect(url_for("requests.one", key=made.key), 303)


@bp.post("/requests/new/discard")
@teachers_only
def discard() -> ResponseReturnValue:
    """Forget the draft and begin anew."""
    discard_draft(desk().store, actor=actor(), now=desk().now)
    return redirect(url_for("requests.ask"), 303)


@bp.get("/requests")
@teachers_only
def own() -> ResponseReturnValue:
    """Show a teacher what is happening, one class or one state alone where the address says so."""
    found = own_requests(desk().store, actor=actor())
    return render_template(
        "requests/own.html",
        requests=_passing(found),
        has_any=bool(found),
        classes=_classes(found),
        wanted=_wanted(found),
        draft=find_draft(desk().store, actor=actor()),
        over=OVER,
    )


@bp.get("/requests.csv")
@teachers_only
def own_file() -> ResponseReturnValue:
    """Send the same list as a table."""
    found = own_requests(desk().store, actor=actor())
    return csv_answer("requests", own_columns(), _passing(found))


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
    tell_done(_("Your request is open again."))
    return redirect(back_or(url_for("requests.one", key=key)), 303)


@bp.get("/all-requests")
@overseers_only
def every() -> ResponseReturnValue:
    """Show every request in every state."""
    wanted = _filter()
    page = all_requests(desk().store, actor=actor(), wanted=wanted, number=page_asked())
    return render_template("requests/every.html", page=page, wanted=wanted)


@bp.get("/all-requests.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Send everything that passes the filter as a table."""
    lines = every_request(desk().store, actor=actor(), wanted=_filter())
    return csv_answer("all-requests", all_columns(), lines)


def _filter() -> Filter:
    return Filter(*(word_asked(name) for name in ("state", "school", "text")))


def _classes(found: Sequence[Followed]) -> dict[str, str]:
    return {each.request.classroom: each.class_name for each in found if each.class_name}


def _wanted(found: Sequence[Followed]) -> dict[str, str]:
    return {
        "classroom": word_asked("classroom", among=_classes(found)),
        "state": word_asked("state", among=(RUNNING, FINISHED)),
    }


def _passing(found: Sequence[Followed]) -> tuple[Followed, ...]:
    wanted = _wanted(found)
    return tuple(
        each
        for each in found
        if wanted["classroom"] in ("", each.request.classroom)
        and wanted["state"] in ("", FINISHED if each.stage in OVER else RUNNING)
    )


def _one_page(key: str, form: WithdrawForm) -> str:
    followed, thread = follow_with_messages(desk().store, key, actor=actor())
    return render_template(
        "requests/one.html",
        followed=followed,
        steps=steps_of(followed, now=desk().now),
        thread=thread,
        form=form,
        now=desk().now,
        oversees=actor().oversees,
        is_own=followed.request.teacher_email == actor().email,
    )


def _tell_withdrawn(key: str, *, with_visits: bool) -> None:
    if with_visits:
        tell_done(_("The visit is called off. Everyone who knew of it gets an e-mail."))
    else:
        tell_done(_("You took your request back."), undo=url_for("requests.reopen", key=key))


def _keep(form: AskForm) -> None:
    keep_draft(desk().store, texts_of(form), actor=actor(), now=desk().now, begun=begun_at(form))


def _sheet(form: AskForm) -> AskSheet:
    return ask_sheet(
        desk().store,
        answers_of(form),
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )


def _ask_page(
    form: AskForm,
    flaws: Sequence[Flaw],
    *,
    sheet: AskSheet | None = None,
    draft: Draft | None = None,
) -> str:
    return render_template(
        "requests/ask.html",
        **_so_far(form, sheet or _sheet(form)),
        errors=tuple(flaws),
        error_by_field={flaw["field"]: flaw["message"] for flaw in flaws},
        suggestions=OFTEN_ASKED,
        draft=draft,
        begun=desk().now.isoformat(),
    )


def _so_far(form: AskForm, sheet: AskSheet) -> dict[str, object]:
    answers = answers_of(form, sheet=sheet)
    weeks = lesson_weeks(
        sheet, chosen=form.lessons.data or (), today=local_day(desk().now, sheet.timezone)
    )
    return {
        "form": form,
        "sheet": sheet,
        "topic": answers.topic,
        "weeks": weeks,
        "other_picks": other_picks(form, weeks, bells=sheet.bells),
        "days": picked_days(answers.windows),
    }
