"""Change the language of the pages: on the account of who is signed in, else in the browser."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.services.speech import choose_language
from scheduler.web.desk import desk
from scheduler.web.languages import COOKIE, shipped
from scheduler.web.sign_in import own_path
from scheduler.web.signed_in import person

bp = Blueprint("language_choice", __name__)
A_YEAR_IN_SECONDS = 365 * 24 * 60 * 60


@bp.post("/language")
def choose() -> ResponseReturnValue:
    """Keep the language and go back to the page."""
    language = request.form.get("language", "")
    if language not in shipped():
        abort(404)
    present = person()
    if present:
        choose_language(desk().store, present.email, language)
    answer = redirect(own_path(request.form.get("back", "")) or url_for("home.start"), 303)
    answer.set_cookie(
        COOKIE,
        language,
        max_age=A_YEAR_IN_SECONDS,
        httponly=True,
        secure=desk().base_url.startswith("https://"),
        samesite="Lax",
    )
    return answer
