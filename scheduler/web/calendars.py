"""Visits in one's own calendar: private addresses and what they do, invitations, files, paper."""

from __future__ import annotations

import io
from datetime import date
from functools import partial
from http import HTTPStatus
from urllib.parse import quote, urlencode, urlsplit

import segno
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField

from scheduler.services import calendar_modes, exports
from scheduler.services.calendar_links import (
    ALARM_MINUTES,
    LANGUAGES,
    CalendarLink,
    FeedChoices,
    calendar_links,
    change_link,
    end_link,
    feed_of_key,
    make_link,
    renew_link,
    write_ahead,
)
from scheduler.services.exports import CalendarFile
from scheduler.services.feed_records import CalendarMode
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, signed_in_only

bp = Blueprint("calendars", __name__)

GOOGLE = "https://calendar.google.com/calendar/r?cid="
OUTLOOK = "https://outlook.live.com/calendar/0/addfromweb?url="
OUTLOOK_AT_WORK = "https://outlook.office.com/calendar/0/addfromweb?url="
CALENDAR_TYPE = "text/calendar; charset=utf-8"


class CalendarForm(FlaskForm):  # type: ignore[misc]
    """Which of my calendars is meant."""

    kind = HiddenField()
    owner = HiddenField()


class ChoicesForm(CalendarForm):
    """How one of my calendars is written."""

    language = StringField()
    alarm = StringField()
    certain_only = BooleanField()

    @property
    def choices(self) -> FeedChoices:
        """Return what was chosen; a reminder that is no number of minutes is refused."""
        alarm = (self.alarm.data or "").strip()
        if alarm and not alarm.isdecimal():
            abort(HTTPStatus.BAD_REQUEST)
        return FeedChoices(
            language=self.language.data or "",
            alarm_minutes=int(alarm) if alarm else None,
            certain_only=bool(self.certain_only.data),
        )


class ModeForm(FlaskForm):  # type: ignore[misc]
    """How visits get into my calendar."""

    mode = StringField()


@bp.get("/calendars")
@signed_in_only
def mine() -> ResponseReturnValue:
    """Show the addresses of my calendars, how to add them, and how visits reach me."""
    links = calendar_links(desk().store, actor=actor(), settings=desk().feeds)
    mode = calendar_modes.my_mode(desk().store, actor=actor(), now=desk().now)
    return render_template(
        "calendars/mine.html",
        links=links,
        apps=apps,
        letter=partial(letter_to_oneself, actor().email),
        mode=mode,
        now=desk().now,
        has_visits=_has_visits(),
    )


@bp.get("/calendars/<key>")
@signed_in_only
def one(key: str) -> ResponseReturnValue:
    """Show one of my calendars: whether a program found it, its code to scan, its choices."""
    return render_template(
        "calendars/one.html",
        link=_link(key),
        apps=apps,
        now=desk().now,
        languages=LANGUAGES,
        alarms=ALARM_MINUTES,
    )


@bp.get("/calendars/<key>/code.svg")
@signed_in_only
def code(key: str) -> ResponseReturnValue:
    """Draw the address for a phone's camera, in the form that opens its calendar."""
    link = _link(key)
    drawn = io.BytesIO()
    made = segno.make(apps(link.address)["apple"], error="m", micro=False)
    made.save(drawn, kind="svg", scale=4, border=4, light="#fff", svgclass=None, lineclass=None)
    return Response(drawn.getvalue(), content_type="image/svg+xml")


@bp.post("/calendars")
@signed_in_only
def make() -> ResponseReturnValue:
    """Make the address of one of my calendars."""
    kind, owner = _chosen(CalendarForm())
    make_link(desk().store, kind, owner, actor=actor(), settings=desk().feeds)
    _write_ahead(kind, owner)
    return redirect(url_for("calendars.mine"), 303)


@bp.post("/calendars/new-link")
@signed_in_only
def renew() -> ResponseReturnValue:
    """Replace the address of one of my calendars."""
    kind, owner = _chosen(CalendarForm())
    renew_link(desk().store, kind, owner, actor=actor(), settings=desk().feeds, now=desk().now)
    flash(_("You have a new link. Add it to your calendar again: the old one has stopped."), "done")
    return redirect(url_for("calendars.mine"), 303)


@bp.post("/calendars/end")
@signed_in_only
def end() -> ResponseReturnValue:
    """End one of my calendars at once."""
    kind, owner = _chosen(CalendarForm())
    end_link(desk().store, kind, owner, actor=actor())
    tell_done(_("This calendar has ended. Nobody can read it any more."))
    return redirect(url_for("calendars.mine"), 303)


@bp.post("/calendars/choices")
@signed_in_only
def choose() -> ResponseReturnValue:
    """Keep the language, reminder and scope of one of my calendars."""
    form = ChoicesForm()
    kind, owner = _chosen(form)
    change_link(desk().store, kind, owner, form.choices, actor=actor())
    _write_ahead(kind, owner)
    tell_done(_("Saved. Your calendar shows it the next time it looks."))
    return redirect(url_for("calendars.mine"), 303)


@bp.post("/calendars/way")
@signed_in_only
def choose_mode() -> ResponseReturnValue:
    """Keep by which way new visits get into my calendar."""
    chosen = ModeForm().mode.data or ""
    if chosen and chosen not in set(CalendarMode):
        abort(HTTPStatus.BAD_REQUEST)
    mode = CalendarMode(chosen) if chosen else None
    calendar_modes.choose(desk().store, mode, actor=actor())
    tell_done(_("Saved. It holds for visits we have not told you of yet."))
    return redirect(url_for("calendars.mine", _anchor="way"), 303)


@bp.get("/calendars/year")
@signed_in_only
def year() -> ResponseReturnValue:
    """Show my visits of a school year, to read or to print."""
    found = exports.year_of(desk().store, actor=actor(), now=desk().now, first=_day_asked())
    return render_template("calendars/year.html", year=found)


@bp.get("/calendars/year.ics")
@signed_in_only
def year_file() -> ResponseReturnValue:
    """Hand out my visits of a school year as one file."""
    found = exports.year_of(desk().store, actor=actor(), now=desk().now, first=_day_asked())
    file = exports.year_file(desk().store, found, actor=actor(), base_url=desk().base_url)
    return _download(file)


@bp.get("/visits/<uid>.ics")
@signed_in_only
def visit_file(uid: str) -> ResponseReturnValue:
    """Hand out one visit as a file."""
    return _download(exports.visit_file(desk().store, uid, actor=actor(), base_url=desk().base_url))


@bp.get("/r/<token>/visit.ics")
def invited_file(token: str) -> ResponseReturnValue:
    """Hand out what an answer link speaks of as a file, without signing in."""
    return _download(
        exports.invited_file(desk().store, token, key=desk().secret_key, base_url=desk().base_url)
    )


def apps(address: str) -> dict[str, str]:
    """Return the addresses that add a feed to each calendar program in one tap.

    Google takes the ``webcal:`` form alone in ``cid``, Outlook on the web the ``https:`` form.
    """
    webcal = f"webcal:{address.removeprefix(urlsplit(address).scheme + ':')}"
    google = GOOGLE + quote(webcal, safe="")
    return {
        "apple": webcal,
        "google": google,
        "outlook": OUTLOOK + quote(address, safe=""),
        "outlook_at_work": OUTLOOK_AT_WORK + quote(address, safe=""),
    }


def letter_to_oneself(email: str, address: str) -> str:
    """Return what lets a mail program write Google's address for a feed to its reader.

    Google's phone app adds no calendar by address, so the link has to reach a computer. The
    reader's own program sends it; the link never passes through our mail.

    Source: RFC 6068.
    """
    words = {"subject": _("Visits in my own calendar"), "body": apps(address)["google"]}
    return f"mailto:{quote(email, safe='@')}?{urlencode(words, quote_via=quote)}"


def _chosen(form: CalendarForm) -> tuple[str, str]:
    return form.kind.data or "", form.owner.data or ""


def _write_ahead(kind: str, owner: str) -> None:
    write_ahead(desk().store, kind, owner, actor=actor(), settings=desk().feeds, now=desk().now)


def _link(key: str) -> CalendarLink:
    feed = feed_of_key(desk().store, key, actor=actor())
    links = calendar_links(desk().store, actor=actor(), settings=desk().feeds)
    found = next((link for link in links if link.feed == feed), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _has_visits() -> bool:
    return actor().is_volunteer or actor().is_teacher


def _day_asked() -> date | None:
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None


def _download(file: CalendarFile) -> Response:
    name = f"{file.name}.ics"
    response = Response(file.octets, content_type=CALENDAR_TYPE)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    )
    return response
