"""One box that finds a person, a school, a class, a request or a visit."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from scheduler.services.searching import Kind, search
from scheduler.web.desk import desk
from scheduler.web.lists import word_asked
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("search", __name__)

KIND_NAMES = {
    Kind.PERSON: lazy_gettext("People"),
    Kind.SCHOOL: lazy_gettext("Schools"),
    Kind.CLASS: lazy_gettext("Classes"),
    Kind.REQUEST: lazy_gettext("Requests"),
    Kind.VISIT: lazy_gettext("Visits"),
}
LONGEST = 100


@bp.get("/search")
@signed_in_only
def find() -> ResponseReturnValue:
    """Show what the words of the address lead to."""
    text = word_asked("q")[:LONGEST]
    found = search(desk().store, text, actor=actor(), now=desk().now)
    return render_template("search/find.html", found=found, kinds=KIND_NAMES, who=actor())
