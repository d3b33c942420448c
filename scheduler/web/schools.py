"""The schools, for those who oversee: bells, closures, classes, visits and the calendar."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from scheduler.domain.errors import ChangedMeanwhile
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.services.school_pages import (
    FEWEST_VISITS,
    SchoolFilter,
    SchoolLine,
    add_closure,
    change_contact,
    make_feed,
    passing,
    remove_closure,
    renew_feed,
    school,
    schools,
)
from scheduler.services.versions import version_of
from scheduler.web.availability_forms import day_field, not_before
from scheduler.web.desk import desk
from scheduler.web.error_words import faster_words
from scheduler.web.formats import write_span
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import date_range, unbroken
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("schools", __name__)

PAGE = 50


class ContactForm(FlaskForm):  # type: ignore[misc]
    """How to reach a school, and what to do on arriving."""

    phone = StringField(validators=[Length(max=40, message=lazy_gettext("Use at most 40 letters"))])
    arrival_note = TextAreaField(
        validators=[Length(max=500, message=lazy_gettext("Use at most 500 letters"))]
    )
    version = StringField()


class ClosureForm(FlaskForm):  # type: ignore[misc]
    """Days without school."""

    name = StringField(
        validators=[InputRequired(lazy_gettext("Say why it is closed")), Length(max=80)]
    )
    first = day_field(validators=[InputRequired(lazy_gettext("Pick the day"))])
    last = day_field(validators=[Optional(), not_before("first")])

    def closure(self, school: str) -> Closure:
        """Return the closure of that school."""
        first = self.first.data
        assert first is not None
        days = DateRange(first, self.last.data or first)
        return Closure(school, days, " ".join((self.name.data or "").split()))


@bp.get("/schools")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the schools by name, or those with the fewest visits first."""
    asked = _asked()
    everywhere = schools(desk().store, actor=actor(), now=desk().now)
    lines, number = passing(everywhere, asked), page_asked()
    return render_template(
        "schools/every.html",
        lines=lines[(number - 1) * PAGE : number * PAGE],
        found=len(lines),
        number=number,
        has_next=number * PAGE < len(lines),
        asked=asked,
        filters={name: value for name, value in asdict(asked).items() if value},
        zones=sorted(
            {line.school.zone for line in lines if line.school.zone} | {asked.zone} - {""}
        ),
    )


@bp.get("/schools.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand the schools out that the address asks for."""
    lines = schools(desk().store, actor=actor(), now=desk().now, asked=_asked())
    columns: tuple[Column[SchoolLine], ...] = (
        Column(_("School"), lambda line: line.school.name),
        Column(_("Zone"), lambda line: line.school.zone),
        Column(_("Address"), lambda line: line.school.address),
        Column(_("Phone"), lambda line: line.school.phone),
        Column(_("Students"), lambda line: line.school.enrolment),
        Column(_("Open requests"), lambda line: line.open_requests),
        Column(_("Visits this year"), lambda line: line.visits),
    )
    return csv_answer("schools", columns, lines)


@bp.get("/schools/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show one school."""
    return _page(key, None, ClosureForm(formdata=None))


@bp.post("/schools/<key>/contact")
@coordinators_only
def change(key: str) -> ResponseReturnValue:
    """Keep how to reach the school."""
    form = ContactForm()
    if not form.validate():
        return _page(key, form, ClosureForm(formdata=None)), 422
    try:
        change_contact(
            desk().store,
            key,
            phone=form.phone.data or "",
            arrival_note=form.arrival_note.data or "",
            actor=actor(),
            now=desk().now,
            version=form.version.data or "",
        )
    except ChangedMeanwhile as error:
        flash(faster_words(error, now=desk().now), "problem")
        form.version.data = ""
        return _page(key, form, ClosureForm(formdata=None)), 409
    tell_done(_("Saved."))
    return redirect(url_for("schools.one", key=key), 303)


@bp.post("/schools/<key>/closures")
@coordinators_only
def close(key: str) -> ResponseReturnValue:
    """Close the school on some days ahead."""
    form = ClosureForm()
    if not form.validate():
        return _page(key, None, form), 422
    closure = form.closure(key)
    visits = add_closure(desk().store, closure, actor=actor(), now=desk().now)
    undo = url_for("schools.reopen", key=key)
    tell_done(
        _("Closed: %(name)s, %(days)s.", name=closure.name, days=date_range(closure.days)),
        undo=undo,
        **_fields(closure),
    )
    if visits:
        words = ngettext(
            "%(num)s visit lies on these days. Move it with a what-if, or close the day.",
            "%(num)s visits lie on these days. Move them with a what-if, or close the day.",
            visits,
        )
        flash(words, "note")
    return redirect(url_for("schools.one", key=key, _anchor="closed"), 303)


@bp.post("/schools/<key>/closures/remove")
@coordinators_only
def reopen(key: str) -> ResponseReturnValue:
    """Open the school again on the days of one of its closures."""
    form = ClosureForm()
    if not form.validate():
        abort(400)
    closure = form.closure(key)
    remove_closure(desk().store, closure, actor=actor(), now=desk().now)
    undo = url_for("schools.close", key=key)
    tell_done(
        _("Removed: %(name)s, %(days)s.", name=closure.name, days=date_range(closure.days)),
        undo=undo,
        **_fields(closure),
    )
    return redirect(url_for("schools.one", key=key, _anchor="closed"), 303)


@bp.post("/schools/<key>/calendar")
@coordinators_only
def make_calendar(key: str) -> ResponseReturnValue:
    """Make the school's calendar address."""
    make_feed(desk().store, key, actor=actor(), settings=desk().feeds, now=desk().now)
    return redirect(url_for("schools.one", key=key, _anchor="feed-title"), 303)


@bp.post("/schools/<key>/calendar/new-link")
@coordinators_only
def renew_calendar(key: str) -> ResponseReturnValue:
    """Replace the school's calendar address."""
    renew_feed(desk().store, key, actor=actor(), settings=desk().feeds, now=desk().now)
    tell_done(_("The school has a new calendar link. The old one has stopped."))
    return redirect(url_for("schools.one", key=key, _anchor="feed-title"), 303)


def _asked() -> SchoolFilter:
    order = word_asked("order", among=(FEWEST_VISITS,))
    return SchoolFilter(word_asked("text"), word_asked("zone"), order)


def _fields(closure: Closure) -> dict[str, str]:
    first, last = closure.days.first.isoformat(), closure.days.last.isoformat()
    return {"name": closure.name, "first": first, "last": last}


def _page(key: str, contact: ContactForm | None, closing: ClosureForm) -> str:
    profile = school(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
        settings=desk().feeds,
    )
    known = profile.line.school
    contact = contact or ContactForm(
        formdata=None, phone=known.phone, arrival_note=known.arrival_note
    )
    return render_template(
        "schools/one.html",
        profile=profile,
        may_act=actor().is_coordinator,
        now=desk().now,
        contact=contact,
        version=version_of(known.phone, known.arrival_note),
        closing=closing,
        bells=tuple((bell, _hours(bell.start, bell.end)) for bell in profile.bells),
    )


def _hours(start: time, end: time) -> str:
    return unbroken(write_span(*(datetime.combine(date.min, each) for each in (start, end))))
