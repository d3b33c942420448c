"""Signing in by a link from a mail, and signing out. Opening the link changes nothing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField
from wtforms.validators import Email, InputRequired

from scheduler.services.sign_in import WHOLE_LIMIT, ask_for_link, redeem, sign_out
from scheduler.web.desk import desk
from scheduler.web.signed_in import cookie_name, session_token

bp = Blueprint("sign_in", __name__)


class AddressForm(FlaskForm):  # type: ignore[misc]
    """Where to send the link."""

    email = EmailField(
        lazy_gettext("Your e-mail address"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            InputRequired(lazy_gettext("Tell us your e-mail address")),
            Email(lazy_gettext("Write an address such as name@example.org")),
        ],
    )
    next = HiddenField()


class EnterForm(FlaskForm):  # type: ignore[misc]
    """The one button that uses the link up."""

    next = HiddenField()


@bp.get("/login")
def ask() -> ResponseReturnValue:
    """Show the one field."""
    form = AddressForm(formdata=None, next=own_path(request.args.get("next", "")))
    return render_template("sign_in/ask.html", form=form, sent=False)


@bp.post("/login")
def send() -> ResponseReturnValue:
    """Send a link; the answer tells nobody whether the address has an account."""
    form = AddressForm()
    if not form.validate():
        return render_template("sign_in/ask.html", form=form, sent=False), 422
    following = own_path(form.next.data or "")
    ask_for_link(desk().store, form.email.data or "", now=desk().now, following=following)
    return render_template("sign_in/ask.html", form=form, sent=True)


@bp.get("/login/<token>")
def arrive(token: str) -> ResponseReturnValue:
    """Show the button; mail scanners may open this as often as they like."""
    form = EnterForm(formdata=None, next=own_path(request.args.get("next", "")))
    return render_template("sign_in/arrive.html", form=form, token=token)


@bp.post("/login/<token>")
def enter(token: str) -> ResponseReturnValue:
    """Use the link up and sign this browser in."""
    form = EnterForm()
    session = redeem(desk().store, token, now=desk().now)
    if session is None:
        return render_template("sign_in/ended.html"), 410
    answer = redirect(own_path(form.next.data or "") or url_for("home.start"), 303)
    answer.set_cookie(
        cookie_name(),
        session,
        max_age=int(WHOLE_LIMIT.total_seconds()),
        httponly=True,
        secure=desk().base_url.startswith("https://"),
        samesite="Lax",
    )
    return answer


@bp.post("/logout")
def leave() -> ResponseReturnValue:
    """Sign this browser out, or all of this person's."""
    sign_out(desk().store, session_token(), everywhere=bool(request.form.get("everywhere")))
    flash(_("You are signed out."), "done")
    answer = redirect(url_for("home.start"), 303)
    # Browsers ignore a cookie named __Host- that is not secure, its removal included.
    is_https = desk().base_url.startswith("https://")
    answer.delete_cookie(cookie_name(), secure=is_https, httponly=True, samesite="Lax")
    return answer


def own_path(target: str) -> str:
    """Return the target if it is a path of this site, else nothing."""
    is_path = target.startswith("/") and not target.startswith("//")
    return target if is_path and "\\" not in target and target.isprintable() else ""
