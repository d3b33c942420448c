"""Step in or say no by the link from a mail, and see and steer the searches for stand-ins."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, NumberRange

from scheduler.domain.errors import (
    ChangedMeanwhile,
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    Unknown,
)
from scheduler.domain.stand_ins import LONGEST_PLAN_B, MOST_AT_A_TIME, Rules
from scheduler.domain.zones import local
from scheduler.services import stand_ins
from scheduler.services.stand_in_answers import (
    ANSWERABLE,
    AskStanding,
    enter_yes,
    open_ask,
    say_no,
    step_in,
)
from scheduler.services.stand_ins import SearchLine
from scheduler.services.versions import version_of
from scheduler.web.desk import desk
from scheduler.web.error_words import faster_words, sentence_of
from scheduler.web.lists import Column, csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import joined
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("stand_ins", __name__)

YES, NO = "yes", "no"
STILL_OPEN = ANSWERABLE | {AskStanding.COMING}


class StepInForm(FlaskForm):  # type: ignore[misc]
    """A yes or a no."""

    answer = StringField(validators=[AnyOf((YES, NO))])


class RulesForm(FlaskForm):  # type: ignore[misc]
    """How many are asked at a time, and the plan B."""

    at_a_time = IntegerField(
        validators=[
            NumberRange(1, MOST_AT_A_TIME, message=lazy_gettext("Pick a number from 1 to 10"))
        ]
    )
    plan_b = TextAreaField(
        validators=[Length(max=LONGEST_PLAN_B, message=lazy_gettext("Use at most 1,000 letters"))]
    )
    version = StringField()

    @property
    def rules(self) -> Rules:
        """Return what was decided."""
        return Rules(self.at_a_time.data or 1, (self.plan_b.data or "").strip())


@bp.get("/s/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Show the visit and the present answer; mail scanners may open this as often as they like."""
    try:
        found = open_ask(desk().store, token, now=desk().now, key=desk().secret_key)
    except Unknown:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    page = render_template(
        "stand_ins/ask.html",
        found=found,
        token=token,
        sheet=found.sheet,
        sheets=(found.sheet,),
        reader={"email": found.person.email, "role": "volunteer"},
    )
    return page, HTTPStatus.OK if found.standing in STILL_OPEN else HTTPStatus.GONE


@bp.post("/s/<token>")
def answer(token: str) -> ResponseReturnValue:
    """Enter the yes or no; the first yes has the place."""
    form = StepInForm()
    if form.validate():
        try:
            _enter(token, says_yes=form.answer.data == YES)
        except Unknown:
            return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    return redirect(url_for("stand_ins.ask", token=token), HTTPStatus.SEE_OTHER)


@bp.get("/stand-ins")
@overseers_only
def every() -> ResponseReturnValue:
    """Show every search that goes on, and the rules."""
    return _page(None)


@bp.get("/stand-ins.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out every search that goes on."""
    found = stand_ins.stand_ins(desk().store, actor=actor(), now=desk().now)
    columns: tuple[Column[SearchLine], ...] = (
        Column(_("About"), lambda line: line.sheet.title),
        Column(_("School"), lambda line: line.sheet.school_name),
        Column(_("When"), lambda line: _by_its_clock(line, line.sheet.visit.period.start)),
        Column(_("Not coming"), lambda line: line.story.dropped_name),
        Column(_("Asked"), lambda line: joined(name for _ask, name in line.story.asks)),
        Column(_("Looking until"), lambda line: _by_its_clock(line, line.story.gives_up_at)),
    )
    return csv_answer("stand-ins", columns, found.lines)


@bp.post("/stand-ins/rules")
@coordinators_only
def keep_rules() -> ResponseReturnValue:
    """Keep the rules."""
    form = RulesForm()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    seen = form.version.data or ""
    try:
        stand_ins.keep_rules(desk().store, form.rules, actor=actor(), now=desk().now, version=seen)
    except ChangedMeanwhile as error:
        flash(faster_words(error, now=desk().now), "problem")
        form.version.data = ""
        return _page(form), HTTPStatus.CONFLICT
    tell_done(_("Saved."))
    return redirect(url_for("stand_ins.every"), HTTPStatus.SEE_OTHER)


@bp.post("/stand-ins/<key>/stop")
@coordinators_only
def stop(key: str) -> ResponseReturnValue:
    """Ask nobody else, so that a coordinator finds somebody by hand."""
    try:
        stopped = stand_ins.stop_search(desk().store, key, actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("The search had ended already."), "problem")
        return _back()
    tell_done(_("We ask nobody else. The visit waits for you."))
    # There the coordinator enters whom they find.
    return redirect(url_for("visit.show", uid=stopped.visit), HTTPStatus.SEE_OTHER)


@bp.post("/stand-ins/<key>/found")
@coordinators_only
def enter_found(key: str) -> ResponseReturnValue:
    """Enter somebody who told a coordinator that they step in."""
    email = request.form.get("email", "").strip()
    try:
        enter_yes(
            desk().store, key, email, actor=actor(), now=desk().now, gazetteer=desk().gazetteer
        )
    except Unknown as error:
        if error.kind == "search":
            raise
        flash(_("No volunteer has this address. Nothing was changed."), "problem")
    except ConstraintViolated as error:
        flash(sentence_of(error), "problem")
    except (IllegalTransition, DoubleBooked):
        flash(_("The place is taken, or they are busy then. Nothing was changed."), "problem")
    else:
        tell_done(_("The stand-in is entered. Everyone concerned is told."))
    return _back()


@bp.post("/stand-ins/<key>/more")
@coordinators_only
def further(key: str) -> ResponseReturnValue:
    """Ask the next people at once, without waiting for those who were asked."""
    try:
        stand_ins.ask_further(desk().store, key, actor=actor(), now=desk().now)
    except IllegalTransition:
        flash(_("The search had ended already."), "problem")
    else:
        tell_done(_("The next people who fit are asked within a minute."))
    return _back()


def _by_its_clock(line: SearchLine, moment: datetime) -> datetime:
    return local(moment, line.sheet.visit.timezone)


def _back() -> ResponseReturnValue:
    """Return to the visit's page if the button stood there, else to the list."""
    uid = request.form.get("back", "")
    where = url_for("visit.show", uid=uid) if uid else url_for("stand_ins.every")
    return redirect(where, HTTPStatus.SEE_OTHER)


def _enter(token: str, *, says_yes: bool) -> None:
    store, now, key = desk().store, desk().now, desk().secret_key
    if not says_yes:
        say_no(store, token, now=now, key=key)
        return
    try:
        step_in(store, token, now=now, key=key, gazetteer=desk().gazetteer)
    except (IllegalTransition, DoubleBooked):
        flash(_("Somebody else was faster. Nothing was changed."), "problem")
    except ConstraintViolated:
        flash(_("Something else of yours is in the way by now. Nothing was changed."), "problem")


def _page(form: RulesForm | None) -> str:
    found = stand_ins.stand_ins(desk().store, actor=actor(), now=desk().now)
    rules = found.rules
    return render_template(
        "stand_ins/every.html",
        found=found,
        form=form or RulesForm(formdata=None, at_a_time=rules.at_a_time, plan_b=rules.plan_b),
        version=version_of(rules),
        now=desk().now,
        may_act=actor().is_coordinator,
    )
