"""End the links in a person's mails, say so to whoever opens one, and send a new way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import TypedDict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import LinkEnded, Unknown
from scheduler.services import ended_links
from scheduler.services.feedback import feedback_by_link
from scheduler.services.mail_choices import mail_behind
from scheduler.services.reconfirming import week_behind
from scheduler.services.sign_in import ask_for_link
from scheduler.services.stand_in_answers import open_ask
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, signed_in_only

bp = Blueprint("ended_links", __name__)


class Proof(TypedDict):
    """What a signed link is held against."""

    now: datetime
    key: bytes


# What opens each kind of link, and where its person does the same signed in.
DOORS: Mapping[str, tuple[Callable[[str], object], str]] = MappingProxyType(
    {
        "s": (lambda token: open_ask(desk().store, token, **_proof()), "/visits"),
        "f": (lambda token: feedback_by_link(desk().store, token, **_proof()), "/requests"),
        "m": (lambda token: mail_behind(desk().store, token), "/mail-choices"),
        "keep": (lambda token: week_behind(desk().store, token, now=desk().now), "/availability"),
    }
)


@bp.post("/profile/links/end")
@signed_in_only
def end_own() -> ResponseReturnValue:
    """End the links in my mails."""
    ended_links.end_own_links(desk().store, actor=actor(), now=desk().now)
    tell_done(_("All links sent so far have ended. Your next e-mail brings new ones."))
    page = "profile.own" if actor().is_volunteer else "mail_choices.own"
    return redirect(url_for(page, _anchor="links"), HTTPStatus.SEE_OTHER)


@bp.post("/people/<reference>/links/end")
@coordinators_only
def end_of(reference: str) -> ResponseReturnValue:
    """End the links in somebody's mails."""
    name = ended_links.end_links_of(desk().store, reference, actor=actor(), now=desk().now)
    tell_done(_("All links sent to %(name)s so far have ended.", name=name))
    return redirect(url_for("people.one", reference=reference), HTTPStatus.SEE_OTHER)


@bp.post("/links/<door>/<token>/again")
def again(door: str, token: str) -> ResponseReturnValue:
    """Send the person of a link that they have ended a new way in; the page shows no address."""
    if door not in DOORS:
        abort(HTTPStatus.NOT_FOUND)
    opened, following = DOORS[door]
    with suppress(Unknown):
        try:
            opened(token)
        except LinkEnded as ended:
            ask_for_link(desk().store, ended.email, now=desk().now, following=following)
            flash(_("A new link is on its way to your e-mail address."), "done")
    return redirect(f"/{door}/{token}", HTTPStatus.SEE_OTHER)


def link_ended_page(_error: LinkEnded) -> tuple[str, int]:
    """Say that the link of this address was ended, and nothing of what it opened."""
    door, token = request.path.split("/")[1], (request.view_args or {})["token"]
    if door in DOORS:
        action = url_for("ended_links.again", door=door, token=token)
    else:
        # The plan for the day and the file are opened by the link that answers.
        action = url_for("answers.again", token=token)
    return render_template("answers/link_ended.html", action=action), HTTPStatus.GONE


def _proof() -> Proof:
    return {"now": desk().now, "key": desk().secret_key}
