"""My own calendars: lend one by its address or as a file, have it read again, take it back."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.services import busy_calendars
from scheduler.services.busy_reading import CalendarNotTaken
from scheduler.web.availability import page
from scheduler.web.busy_lines import soon_busy
from scheduler.web.desk import desk
from scheduler.web.languages import in_their_language
from scheduler.web.signed_in import actor, volunteers_only

bp = Blueprint("busy", __name__)


@bp.post("/availability/calendars")
@volunteers_only
def add_address() -> ResponseReturnValue:
    """Take a calendar on the web, once it could be read."""
    text = request.form.get("calendar_address", "")
    try:
        found = busy_calendars.add_address(
            desk().store, text, actor=actor(), now=desk().now, fetch=desk().fetch
        )
    except CalendarNotTaken as refusal:
        return _refused("calendar_address", refusal, written=text)
    return _done(_read(found))


@bp.post("/availability/calendars/file")
@volunteers_only
def add_file() -> ResponseReturnValue:
    """Take a calendar file in place of the last."""
    given = request.files.get("calendar_file")
    try:
        if given is None or not given.filename:
            raise CalendarNotTaken(_("Choose a file first."))
        found = busy_calendars.add_file(desk().store, given.read(), actor=actor(), now=desk().now)
    except CalendarNotTaken as refusal:
        return _refused("calendar_file", refusal)
    return _done(_read(found))


@bp.post("/availability/calendars/check")
@volunteers_only
def check() -> ResponseReturnValue:
    """Read a calendar on the web again, now."""
    found = busy_calendars.check_now(
        desk().store, _key(), actor=actor(), now=desk().now, fetch=desk().fetch
    )
    if found.problem:
        return _done(
            _("We could not read it. %(problem)s", problem=in_their_language(found.problem)),
            category="problem",
        )
    return _done(_read(found))


@bp.post("/availability/calendars/remove")
@volunteers_only
def remove() -> ResponseReturnValue:
    """Forget a calendar with all that it told."""
    busy_calendars.remove(desk().store, _key(), actor=actor(), now=desk().now)
    return _done(_("Removed. We forgot all that it told us."))


def _key() -> str:
    return request.form.get("key", "")


def _read(calendar: BusyCalendar) -> str:
    return _("We read your calendar: %(found)s.", found=soon_busy(calendar, desk().now))


def _refused(field: str, refusal: CalendarNotTaken, *, written: str = "") -> ResponseReturnValue:
    shown = page(
        calendar_errors={field: in_their_language(refusal.sentence)}, calendar_address=written
    )
    return shown, HTTPStatus.UNPROCESSABLE_ENTITY


def _done(words: str, *, category: str = "done") -> ResponseReturnValue:
    flash(words, category)
    return redirect(url_for("availability.week", _anchor="calendars"), HTTPStatus.SEE_OTHER)
