"""Yes, no or another time, by the link from a mail and without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import (
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    LinkEnded,
    Unknown,
)
from scheduler.services import coming_back, invitations, other_times
from scheduler.services.invitations import Invitation, Standing, open_invitation
from scheduler.services.sign_in import ask_for_link
from scheduler.web.answer_forms import NO, REASONS, ReplyForm, TimesForm, moments_of
from scheduler.web.desk import desk

bp = Blueprint("answers", __name__)

STILL_OPEN = frozenset({Standing.ASKED, Standing.ACCEPTED, Standing.DECLINED})
TAKEN_MEANWHILE = (IllegalTransition, ConstraintViolated, DoubleBooked)


@bp.get("/r/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the visit and the present answer; mail scanners may open this as often as they like."""
    return _page(token, ReplyForm(formdata=None))


@bp.post("/r/<token>")
def reply(token: str) -> ResponseReturnValue:
    """Enter the answer."""
    form = ReplyForm()
    try:
        invitation = _invitation(token)
    except Unknown:
        return _page(token, form)
    days = form.days_of(invitation)
    if not form.validate() or (invitation.open_sheets and not days):
        return _page(token, form, no_day=not days)
    if form.says_yes and invitation.standing is Standing.DECLINED:
        _come_back(token)
    else:
        enter(token, says_yes=form.says_yes, reason=form.why, days=days)
    return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)


@bp.get("/r/<token>/times")
def ask_times(token: str) -> ResponseReturnValue:
    """Show the other times that would suit the class; nothing is changed."""
    return _times_page(token, TimesForm(formdata=None))


@bp.post("/r/<token>/times")
def offer(token: str) -> ResponseReturnValue:
    """Pass other times on; nothing else changes until a coordinator decides."""
    form = TimesForm()
    is_sound = form.validate()
    try:
        if is_sound:
            other_times.offer_times(
                desk().store,
                token,
                starts=moments_of(form.starts.data or ()),
                words=form.other.data or "",
                now=desk().now,
                key=desk().secret_key,
            )
    except ValueError:
        form.other.errors = (_("Pick a time, or tell us when you could come"),)
        is_sound = False
    except IllegalTransition:
        return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)
    except Unknown:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if not is_sound:
        return _times_page(token, form)
    flash(_("Thank you. We pass it on, and write to you as soon as it is decided."), "done")
    return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)


@bp.post("/r/<token>/again")
def again(token: str) -> ResponseReturnValue:
    """Send the person of a link that has ended a new way in; the page shows no address."""
    try:
        email = _invitation(token).person.email
    except LinkEnded as ended:
        email = ended.email
    except Unknown:
        return _page(token, ReplyForm(formdata=None))
    ask_for_link(desk().store, email, now=desk().now, following="/visits")
    flash(_("A new link is on its way to your e-mail address."), "done")
    return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)


def enter(token: str, *, says_yes: bool, reason: str, days: frozenset[str]) -> None:
    """Enter a yes or no by the link; what was called off meanwhile is left for the page to say."""
    try:
        left = invitations.reply(
            desk().store,
            token,
            says_yes=says_yes,
            only=days,
            reason=reason,
            now=desk().now,
            key=desk().secret_key,
        )
    except IllegalTransition:
        return
    if left.standing in STILL_OPEN:
        flash(_("Thank you!") if says_yes else _("Thank you for telling us."), "done")


def seen() -> int:
    """Return the version of the visit that the mail with this link told of."""
    return request.args.get("s", 0, type=int)


def _come_back(token: str) -> None:
    try:
        coming_back.come_back(
            desk().store,
            token,
            now=desk().now,
            key=desk().secret_key,
            gazetteer=desk().gazetteer,
        )
    except TAKEN_MEANWHILE:
        flash(_("Somebody else was faster. Nothing was changed."), "problem")
        return
    flash(_("Thank you! You are coming after all."), "done")


def _invitation(token: str) -> Invitation:
    return open_invitation(desk().store, token, now=desk().now, key=desk().secret_key, seen=seen())


def _page(
    token: str,
    form: ReplyForm,
    *,
    no_day: bool = False,
) -> ResponseReturnValue:
    try:
        invitation, can_come_back = coming_back.invitation_with_way_back(
            desk().store,
            token,
            warm=desk().warm,
            now=desk().now,
            key=desk().secret_key,
            gazetteer=desk().gazetteer,
            seen=seen(),
        )
    except Unknown:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if invitation.standing not in STILL_OPEN:
        page = render_template("answers/ended.html", invitation=invitation, token=token)
        return page, HTTPStatus.GONE
    is_refused = request.method == "POST"
    page = render_template(
        "answers/show.html",
        invitation=invitation,
        form=form,
        token=token,
        reasons=REASONS,
        errors=_errors(form, no_day=no_day) if is_refused else [],
        says_no=is_refused or request.args.get("a") == NO,
        sheet=invitation.sheet,
        sheets=invitation.open_sheets or (invitation.sheet,),
        reader={"email": invitation.person.email, "role": "volunteer"},
        can_come_back=can_come_back,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


def _times_page(token: str, form: TimesForm) -> ResponseReturnValue:
    try:
        invitation = _invitation(token)
    except Unknown:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if invitation.standing not in STILL_OPEN - {Standing.DECLINED}:
        return redirect(url_for("answers.show", token=token), HTTPStatus.SEE_OTHER)
    is_refused = request.method == "POST"
    page = render_template(
        "answers/times.html",
        invitation=invitation,
        form=form,
        token=token,
        errors=_times_errors(form) if is_refused else [],
        sheet=invitation.sheet,
        sheets=(invitation.sheet,),
        reader={"email": invitation.person.email, "role": "volunteer"},
        times=other_times.times_for(desk().store, token, now=desk().now, key=desk().secret_key),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


def _errors(form: ReplyForm, *, no_day: bool) -> list[Mapping[str, str]]:
    errors = [{"field": name, "message": told[0]} for name, told in form.errors.items() if told]
    if no_day:
        errors.append({"field": "days", "message": _("Pick the days you can’t come")})
    return [*errors]


def _times_errors(form: TimesForm) -> list[Mapping[str, str]]:
    told = ((field.name, field.errors) for field in (form.starts, form.other))
    return [{"field": name, "message": str(words[0])} for name, words in told if words]
