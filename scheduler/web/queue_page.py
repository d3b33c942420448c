"""The board as a page: what its address filters and sorts by, and what was just decided.

Whatever is done on the board leads back to it, filtered and sorted as it was, with the next
request open and a sentence that says what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from scheduler.services.approvals import Approval, decided
from scheduler.services.board import OPEN_GROUPS, BoardRow, Group
from scheduler.services.opened import Review, review
from scheduler.services.queue_rows import Order, Wanted
from scheduler.services.whole_queue import every_row
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.lists import Column, csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import ago, clock, joined
from scheduler.web.signed_in import actor

SHOWN = 50
KEYS_COOKIE, KEYS_OFF = "single_keys", "off"


class RejectForm(FlaskForm):  # type: ignore[misc]
    """Why a proposal is turned down."""

    reason = TextAreaField(
        validators=[
            DataRequired(lazy_gettext("Say in a few words why not")),
            Length(max=500, message=lazy_gettext("Use at most 500 letters")),
        ]
    )


class OverrideForm(FlaskForm):  # type: ignore[misc]
    """Why a rule is set aside this once."""

    override = TextAreaField(
        validators=[
            DataRequired(lazy_gettext("Say in a few words why you set the rule aside")),
            Length(max=500, message=lazy_gettext("Use at most 500 letters")),
        ]
    )


class ChooseForm(FlaskForm):  # type: ignore[misc]
    """Who is to come instead, and instead of whom where there are several."""

    alternative = StringField(validators=[DataRequired(lazy_gettext("Pick a person"))])
    instead_of = StringField()


def onwards(keys: Iterable[str], *, staying: str = "") -> Response:
    """Show the next request, with what was just decided above it."""
    if request.form.get("back") == "conflicts":
        kept: dict[str, Any] = {name: request.form.get(name) for name in ("text", "kind", "page")}
        return redirect(url_for("conflicts.every", **{n: w for n, w in kept.items() if w}), 303)
    following = staying or request.form.get("next", "")
    just = ",".join(list(keys)[:SHOWN]) or None
    if following:
        return redirect(here("proposals.one", key=following, just=just), 303)
    return redirect(here("proposals.board", just=just), 303)


def staying_at(key: str, *, just: Iterable[str] = ()) -> str:
    """Return where this request is open, its row of the queue in focus."""
    return here("proposals.one", key=key, just=",".join(list(just)[:SHOWN] or [key]))


def was_decided(keys: tuple[str, ...]) -> Response:
    """Say who was faster, and show the board as it is now."""
    _tell_decided(keys)
    return onwards(())


def tell(done: Approval, *, at: datetime) -> None:
    """Say what was approved; the undo takes back whatever was at this moment, however much."""
    many = len(done.approved)
    if done.release_at and many:
        words = ngettext(
            "%(num)s approved. E-mails go out at %(time)s.",
            "%(num)s approved. E-mails go out at %(time)s.",
            many,
            time=clock(done.release_at, zone_here()),
        )
        tell_done(words, undo=here("proposals.take_back"), at=at.isoformat())
    _tell_decided(done.already)
    if done.stale:
        words = ngettext(
            "%(num)s proposal no longer holds and stays behind.",
            "%(num)s proposals no longer hold and stay behind.",
            len(done.stale),
        )
        flash(words, "problem")


def _tell_decided(keys: tuple[str, ...]) -> None:
    """Say who was faster; of many, how many there were."""
    found = decided(desk().store, keys, actor=actor())
    if len(found) == 1:
        words = {
            "approved": _("%(name)s approved “%(title)s” %(ago)s. Nothing was changed."),
            "rejected": _("%(name)s said no to “%(title)s” %(ago)s. Nothing was changed."),
        }
        for each in found:
            text = words.get(each.state, _("“%(title)s” was decided %(ago)s. Nothing was changed."))
            facts = {"name": each.name, "title": each.title, "ago": ago(each.at, desk().now)}
            flash(text % facts, "note")
    elif found:
        words_of_many = ngettext(
            "%(num)s request had been decided before. Nothing was changed for it.",
            "%(num)s requests had been decided before. Nothing was changed for them.",
            len(found),
        )
        flash(words_of_many, "note")


def named_options(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return keys and names as what a select field offers."""
    return [{"value": key, "label": name} for key, name in pairs]


def page(
    key: str,
    *,
    form: RejectForm | None = None,
    override_form: OverrideForm | None = None,
    flaw: str = "",
    remedy_flaw: str = "",
) -> str | Response:
    """Return the board with this request open, or with its first."""
    filters = _filters()
    group = filters.get("group", "")
    just = tuple(filter(None, request.args.get("just", "").split(",")))
    found = _review(key, _wanted(filters, just), group=group)
    if key and found.opened is None:
        over = here("proposals.board", just=",".join(just))
        return redirect(over if just else url_for("requests.one", key=key), 303)
    opened_key = found.opened.request.key if found.opened else ""
    return render_template(
        "proposals/board.html",
        board=found.board,
        opened=found.opened,
        schools=found.schools,
        topics=found.topics,
        following=found.board.following(opened_key, group=group),
        filters=filters,
        page=_number("page"),
        form=form or RejectForm(formdata=None),
        override_form=override_form or OverrideForm(formdata=None),
        flaw=flaw,
        remedy_flaw=remedy_flaw,
        may_act=actor().is_coordinator,
        has_keys=request.cookies.get(KEYS_COOKIE) != KEYS_OFF,
        is_next=bool(just),
    )


def queue_file() -> Response:
    """Return the whole queue as a table, filtered and sorted as the address says."""
    filters = _filters()
    rows = every_row(
        desk().store,
        _wanted(filters, ()),
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        group=filters.get("group", ""),
    )
    state_words = {
        Group.READY: _("Ready"),
        Group.CHOICE: _("Needs a choice"),
        Group.NOBODY: _("Nobody yet"),
    }
    columns: tuple[Column[BoardRow], ...] = (
        Column(_("State"), lambda row: state_words[row.group]),
        Column(_("Day"), lambda row: row.day),
        Column(_("About"), lambda row: row.title),
        Column(_("School"), lambda row: row.school_name),
        Column(_("Class"), lambda row: row.class_name),
        Column(_("Speakers"), lambda row: joined(row.names)),
        Column(_("Visits this year"), lambda row: row.visits_this_year),
    )
    return csv_answer("proposals", columns, rows)


def _review(key: str, wanted: Wanted, *, group: str) -> Review:
    return review(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        wanted=wanted,
        group=group,
        person=request.args.get("person", "").strip() if key else "",
    )


def _wanted(filters: dict[str, Any], just: tuple[str, ...]) -> Wanted:
    return Wanted(
        order=Order(filters.get("order", Order.FAIREST)),
        text=filters.get("text", ""),
        school=filters.get("school", ""),
        topic=filters.get("topic", ""),
        most=SHOWN,
        skipped=SHOWN * (_number("page") - 1),
        also=just[:SHOWN],
    )


def here(endpoint: str, **values: Any) -> str:
    """Return an address that keeps the queue filtered and sorted as it is."""
    return url_for(endpoint, **values, **_filters())


def _filters() -> dict[str, Any]:
    """Return what the address filters and sorts by, ready for the next address."""
    order, group = request.args.get("order", ""), request.args.get("group", "")
    kept = {
        "order": order if order in set(Order) else "",
        **{name: request.args.get(name, "").strip() for name in ("text", "school", "topic")},
        "group": group if group in set(OPEN_GROUPS) else "",
        "page": str(_number("page")) if _number("page") > 1 else "",
    }
    return {name: value for name, value in kept.items() if value}


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return min(max(int(text), 1), 10_000) if text.isdecimal() else 1


def moment_of(name: str) -> datetime:
    """Return the moment that a field of the form holds."""
    try:
        moment = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        abort(400)
    return moment if moment.tzinfo else abort(400)
