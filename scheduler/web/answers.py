"""Yes or no to an invitation, by the link from a mail and without signing in."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.services import invitations
from scheduler.services.invitations import Invitation, Standing, open_invitation
from scheduler.web.desk import desk

bp = Blueprint("answers", __name__)

YES, NO = "yes", "no"
REASONS = {
    "not_free": "I am not free then",
    "too_far": "It is too far",
    "topic": "The topic is not for me",
    "came_up": "Something came up",
}
STILL_OPEN = frozenset({Standing.ASKED, Standing.ACCEPTED, Standing.DECLINED})


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """A yes, or a no with the days it is about and a reason."""

    answer = StringField(validators=[InputRequired("Say yes or no"), AnyOf((YES, NO))])
    days = SelectMultipleField(validate_choice=False)
    reason = StringField(validators=[Optional(), AnyOf(tuple(REASONS))])
    words = StringField(validators=[Length(max=300, message="Use up to 300 letters")])

    @property
    def says_yes(self) -> bool:
        """Tell whether the answer is a yes."""
        return bool(self.answer.data == YES)

    @property
    def why(self) -> str:
        """Return the reason as one sentence, empty when none was given."""
        told = (REASONS.get(self.reason.data or "", ""), (self.words.data or "").strip())
        return ": ".join(filter(None, told))

    def days_of(self, invitation: Invitation) -> frozenset[str]:
        """Return the UIDs that the answer is about: all there are, unless a no picks some."""
        if self.says_yes or len(invitation.open_sheets) < 2:
            return frozenset(sheet.visit.uid for sheet in invitation.open_sheets)
        return frozenset(self.days.data or ())


@bp.get("/r/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the visit and the present answer; mail scanners may open this as often as they like."""
    return _page(token, ReplyForm(formdata=None))


@bp.post("/r/<token>")
def reply(token: str) -> ResponseReturnValue:
    """Enter the answer."""
    form = ReplyForm()
    try:
        invitation = open_invitation(desk().store, token, now=desk().now, key=desk().secret_key)
    except Unknown:
        return _page(token, form)
    days = form.days_of(invitation)
    if not form.validate() or (invitation.open_sheets and not days):
        return _page(token, form, no_day=not days)
    _enter(token, form, days=days)
    return redirect(url_for("answers.show", token=token), 303)


def _enter(token: str, form: ReplyForm, *, days: frozenset[str]) -> None:
    try:
        left = invitations.reply(
            desk().store,
            token,
            says_yes=form.says_yes,
            only=days,
            reason=form.why,
            now=desk().now,
            key=desk().secret_key,
        )
    except IllegalTransition:
        # Somebody called the visit off meanwhile; the page that follows says so.
        return
    if left.standing in STILL_OPEN:
        flash("Thank you for telling us." if not form.says_yes else "Thank you!", "done")


def _page(token: str, form: ReplyForm, *, no_day: bool = False) -> ResponseReturnValue:
    try:
        invitation = open_invitation(desk().store, token, now=desk().now, key=desk().secret_key)
    except Unknown:
        return render_template("answers/unknown.html"), HTTPStatus.NOT_FOUND
    if invitation.standing not in STILL_OPEN:
        return render_template("answers/ended.html", invitation=invitation), HTTPStatus.GONE
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
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK


def _errors(form: ReplyForm, *, no_day: bool) -> list[dict[str, str]]:
    errors = [{"field": name, "message": told[0]} for name, told in form.errors.items() if told]
    if no_day:
        errors.append({"field": "days", "message": "Pick the days you can't come"})
    return errors
