"""The district's files on a page: bring them, see what they would change, import, take them along.

Only coordinators see any of it: the files hold everybody's addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import BadInput, IllegalTransition, UnknownZone
from scheduler.domain.zones import zone
from scheduler.services import imports
from scheduler.services.blank_files import known_files
from scheduler.services.import_pages import import_desk, look
from scheduler.web.askers import asker
from scheduler.web.desk import desk
from scheduler.web.import_columns import import_columns, what_changed
from scheduler.web.import_words import (
    FILE_WORDS,
    SHOWN,
    added_by_kind,
    count_words,
    import_phase,
    import_state,
    import_sum,
    kind_word,
)
from scheduler.web.lists import csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.row_words import row_in_their_language
from scheduler.web.signed_in import actor, coordinators_only

bp = Blueprint("imports", __name__)

ABOUT = ("name", "timezone", "country")
NO_ERRORS: Mapping[str, str] = MappingProxyType({})

for phrase in (
    *(added_by_kind, asker, count_words, kind_word),
    *(import_phase, import_state, import_sum, what_changed),
):
    bp.app_template_filter(phrase.__name__)(phrase)


@bp.get("/imports")
@coordinators_only
def every() -> ResponseReturnValue:
    """Show where files are brought, and the latest imports."""
    return _page()


@bp.get("/imports.csv")
@coordinators_only
def every_file() -> ResponseReturnValue:
    """Hand out the latest imports."""
    past = import_desk(desk().store, actor=actor())
    return csv_answer("imports", import_columns(past), past.imports)


@bp.post("/imports")
@coordinators_only
def bring() -> ResponseReturnValue:
    """Keep the chosen files and have them looked over; nothing else is changed."""
    given = [each for each in request.files.getlist("files") if each.filename]
    about = {name: " ".join(request.form.get(name, "").split()) for name in ABOUT}
    errors = _mistakes(has_files=bool(given), timezone=about["timezone"])
    if errors:
        return _page(errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        found = imports.bring(
            desk().store,
            ((str(each.filename), each.stream) for each in given),
            actor=actor(),
            now=desk().now,
            about_district=about,
        )
    except BadInput as refusal:
        (problem,) = refusal.problems
        sentence = f"{problem.file}: {row_in_their_language(problem.sentence)}"
        return _page(errors={"files": sentence}), HTTPStatus.UNPROCESSABLE_ENTITY
    except IllegalTransition:
        return _another()
    return redirect(url_for("imports.one", key=found.key), HTTPStatus.SEE_OTHER)


@bp.get("/imports/<key>")
@coordinators_only
def one(key: str) -> ResponseReturnValue:
    """Show how far an import is, and the list that waits for a yes."""
    now = desk().lease_clock()
    sight = look(desk().store, key, actor=actor(), lease_now=now)
    return render_template(
        "imports/one.html",
        sight=sight,
        found=sight.found,
        listed=sight.listed,
        lease_now=now,
        shown=SHOWN,
        in_words=row_in_their_language,
    )


@bp.post("/imports/<key>/import")
@coordinators_only
def say_yes(key: str) -> ResponseReturnValue:
    """Have the list carried out that stood on the page."""
    try:
        imports.say_yes(
            desk().store,
            key,
            seen=request.form.get("seen", ""),
            prunes=bool(request.form.get("prunes")),
            actor=actor(),
        )
    except IllegalTransition:
        return _another()
    return redirect(url_for("imports.one", key=key), HTTPStatus.SEE_OTHER)


@bp.post("/imports/<key>/look")
@coordinators_only
def look_again(key: str) -> ResponseReturnValue:
    """Have the files looked over once more."""
    try:
        imports.look_again(desk().store, key, actor=actor())
    except IllegalTransition:
        return _another()
    return redirect(url_for("imports.one", key=key), HTTPStatus.SEE_OTHER)


@bp.post("/imports/<key>/drop")
@coordinators_only
def drop(key: str) -> ResponseReturnValue:
    """Give an import up, and forget its files."""
    imports.give_up(desk().store, key, actor=actor(), now=desk().now)
    return redirect(url_for("imports.one", key=key), HTTPStatus.SEE_OTHER)


def _mistakes(*, has_files: bool, timezone: str) -> dict[str, str]:
    """Return what to put right, by the field it stands at."""
    errors = {} if has_files else {"files": _("Choose one .zip, or your files")}
    try:
        if timezone:
            zone(timezone)
    except UnknownZone:
        errors["timezone"] = _("Write the clock as a place, such as America/Edmonton")
    return errors


def _page(*, errors: Mapping[str, str] = NO_ERRORS) -> str:
    return render_template(
        "imports/every.html",
        past=import_desk(desk().store, actor=actor()),
        files=known_files(),
        file_words=FILE_WORDS,
        errors=errors,
        given=request.form,
    )


def _another() -> ResponseReturnValue:
    """Lead to the import that is under way, which has to come to its end first."""
    past = import_desk(desk().store, actor=actor())
    present = next((each for each in past.imports if each.is_open), None)
    tell_done(_("Another import is under way. Wait for it, then try again."))
    place = url_for("imports.one", key=present.key) if present else url_for("imports.every")
    return redirect(place, HTTPStatus.SEE_OTHER)
