"""The volunteers, for those who oversee: find one, see how they are, and care for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.errors import ChangedMeanwhile
from scheduler.domain.volunteers import Clearance, ClearanceState, Volunteer
from scheduler.services import accounts
from scheduler.services.clearances import (
    add_clearance,
    approve_clearance,
    ask_to_renew,
    withdraw_clearance,
)
from scheduler.services.directory import (
    Care,
    Order,
    VolunteerFilter,
    all_volunteers,
    volunteers,
)
from scheduler.services.versions import version_of
from scheduler.services.volunteer_lines import Standing, VolunteerLine
from scheduler.services.volunteer_pages import volunteer
from scheduler.web.availability_forms import day_field, not_before
from scheduler.web.busy_lines import busy_lines
from scheduler.web.desk import desk
from scheduler.web.error_words import faster_words
from scheduler.web.formats import write_span
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import WEEKDAY_NAMES, unbroken
from scheduler.web.signed_in import actor, coordinators_only, overseers_only
from scheduler.web.topic_names import topic_labels

bp = Blueprint("volunteers", __name__)

GIVEN_STATES = {
    str(ClearanceState.APPROVED): lazy_gettext("Approved"),
    str(ClearanceState.PENDING): lazy_gettext("Waiting"),
}


class ClearanceForm(FlaskForm):  # type: ignore[misc]
    """A clearance that a coordinator enters."""

    kind = StringField(
        validators=[InputRequired(lazy_gettext("Say what kind of check it is")), Length(max=60)]
    )
    state = StringField(validators=[AnyOf(GIVEN_STATES)], default=str(ClearanceState.APPROVED))
    approved = day_field(validators=[Optional()])
    expires = day_field(
        validators=[Optional(), not_before("approved", lazy_gettext("It ends before it begins"))]
    )
    holder = StringField(validators=[Length(max=120)])

    def validate_state(self, field: object) -> None:
        """Refuse an approved clearance without its first day.

        Raises:
            ValidationError: if it has none.
        """
        if self.state.data == ClearanceState.APPROVED and not self.approved.data:
            raise ValidationError(_("Write the day from which it holds"))

    @property
    def clearance(self) -> Clearance:
        """Return the clearance that was written."""
        return Clearance(
            kind="_".join((self.kind.data or "").lower().split()),
            approved=self.approved.data,
            expires=self.expires.data,
            holder=" ".join((self.holder.data or "").split()),
            state=ClearanceState(self.state.data or ""),
        )


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """Which clearance of the list is meant."""

    place = IntegerField(default=-1)
    version = StringField()


class LeavingForm(FlaskForm):  # type: ignore[misc]
    """Why somebody leaves, in the coordinator's words."""

    reason = StringField(validators=[Length(max=200)])


@bp.get("/volunteers")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the volunteers that the address asks for."""
    asked = _asked()
    page = volunteers(desk().store, actor=actor(), now=desk().now, number=page_asked(), asked=asked)
    return render_template("volunteers/every.html", page=page, asked=asked, filters=_filters(asked))


@bp.get("/volunteers.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand the volunteers out that the address asks for."""
    lines = all_volunteers(desk().store, _asked(), actor=actor(), now=desk().now)
    columns: tuple[Column[VolunteerLine], ...] = (
        Column(_("Name"), lambda line: line.name),
        Column(_("E-mail"), lambda line: line.email),
        Column(_("Organization"), lambda line: line.organization),
        Column(_("Topics"), lambda line: "; ".join(topic_labels(line.topics))),
        Column(_("Times known"), lambda line: _("yes") if line.has_times else _("no")),
        Column(_("Clearance"), lambda line: str(STANDINGS[line.standing])),
        Column(_("Cleared until"), lambda line: line.cleared_until),
        Column(_("Next visit"), lambda line: line.next_visit),
        Column(_("Visits this year"), lambda line: line.visits),
        Column(_("Active"), lambda line: _("yes") if line.is_active else _("no")),
    )
    return csv_answer("volunteers", columns, lines)


@bp.get("/volunteers/<reference>")
@overseers_only
def one(reference: str) -> ResponseReturnValue:
    """Show one volunteer."""
    return _page(reference, ClearanceForm(formdata=None))


@bp.post("/volunteers/<reference>/clearances")
@coordinators_only
def add(reference: str) -> ResponseReturnValue:
    """Enter a clearance."""
    form = ClearanceForm()
    if not form.validate():
        return _page(reference, form), 422
    add_clearance(desk().store, reference, form.clearance, actor=actor(), now=desk().now)
    tell_done(_("The clearance is on file."))
    return _back(reference)


@bp.post("/volunteers/<reference>/clearances/approve")
@coordinators_only
def approve(reference: str) -> ResponseReturnValue:
    """Approve a clearance from today on."""
    if _is_placed(reference, step=approve_clearance):
        tell_done(_("The clearance holds from today on."))
    return _back(reference)


@bp.post("/volunteers/<reference>/clearances/withdraw")
@coordinators_only
def withdraw(reference: str) -> ResponseReturnValue:
    """Withdraw a clearance."""
    if _is_placed(reference, step=withdraw_clearance):
        words = _("The clearance is withdrawn. Visits that are booked stay until you change them.")
        tell_done(words)
    return _back(reference)


@bp.post("/volunteers/<reference>/clearances/renew")
@coordinators_only
def renew(reference: str) -> ResponseReturnValue:
    """Ask the volunteer to renew; a request that they would fill leads back to itself."""
    asked = ask_to_renew(desk().store, (reference,), actor=actor(), now=desk().now)
    if asked:
        tell_done(_("We ask %(name)s to renew the clearance.", name=asked[0]))
    else:
        flash(_("Nothing ends within 90 days, so nobody was asked."), "note")
    open_request = request.form.get("request", "")
    if open_request:
        return redirect(url_for("proposals.one", key=open_request), 303)
    return _back(reference)


@bp.post("/volunteers/<reference>/leave")
@coordinators_only
def leave(reference: str) -> ResponseReturnValue:
    """Let a volunteer go."""
    reason = (LeavingForm().reason.data or "").strip()[:200]
    left = accounts.deactivate(
        desk().store, reference, actor=actor(), now=desk().now, reason=reason
    )
    undo = url_for("volunteers.come_back", reference=reference)
    tell_done(_("%(name)s is no longer active.", name=left.name), undo=undo)
    return _back(reference)


@bp.post("/volunteers/<reference>/come-back")
@coordinators_only
def come_back(reference: str) -> ResponseReturnValue:
    """Let a volunteer come back."""
    name = accounts.reactivate(desk().store, reference, actor=actor(), now=desk().now)
    tell_done(_("%(name)s is active again.", name=name))
    return _back(reference)


STANDINGS = {
    Standing.HELD: lazy_gettext("Valid"),
    Standing.ENDING: lazy_gettext("Ends within 60 days"),
    Standing.ENDED: lazy_gettext("Ended"),
    Standing.PENDING: lazy_gettext("Waiting for approval"),
    Standing.NONE: lazy_gettext("None"),
}


def _asked() -> VolunteerFilter:
    care, standing = word_asked("care", among=Care), word_asked("standing", among=Standing)
    return VolunteerFilter(
        text=word_asked("text"),
        care=Care(care) if care else None,
        topic=word_asked("topic"),
        organization=word_asked("organization"),
        zone=word_asked("zone"),
        standing=Standing(standing) if standing else None,
        order=Order(word_asked("order", among=Order) or Order.NAME),
    )


def _filters(asked: VolunteerFilter) -> dict[str, str]:
    """Return the filter as the address holds it, without what asks nothing."""
    names = ("text", "care", "topic", "organization", "zone", "standing", "order")
    values = {name: str(getattr(asked, name) or "") for name in names}
    return {name: value for name, value in values.items() if value and value != Order.NAME}


def _page(reference: str, form: ClearanceForm) -> str:
    profile = volunteer(
        desk().store,
        reference,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    calendars = busy_lines(
        profile.calendars, now=desk().now, timezone=profile.timezone, is_own=False
    )
    return render_template(
        "volunteers/one.html",
        profile=profile,
        calendars=calendars,
        weekly=_weekly(profile.volunteer),
        form=form,
        version=version_of(profile.volunteer.clearances),
        states=GIVEN_STATES,
        may_act=actor().is_coordinator,
    )


def _is_placed(reference: str, *, step: Callable[..., None]) -> bool:
    """Take a step with one clearance of the list; tell whether it is still the list shown."""
    form, who, now = PlaceForm(), actor(), desk().now
    place, version = form.place.data or 0, form.version.data or ""
    try:
        step(desk().store, reference, place, actor=who, now=now, version=version)
    except ChangedMeanwhile as error:
        flash(faster_words(error, now=now), "problem")
        return False
    return True


def _weekly(person: Volunteer) -> tuple[tuple[str, str, WeeklyAvailability], ...]:
    """Return the usual week as day, hours and the block itself, in the order of the week."""
    blocks = sorted(person.weekly, key=lambda block: (block.weekday, block.start))
    return tuple((WEEKDAY_NAMES[each.weekday], _hours(each), each) for each in blocks)


def _hours(block: WeeklyAvailability) -> str:
    hours = (datetime.combine(date.min, each) for each in (block.start, block.end))
    return unbroken(write_span(*hours))


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("volunteers.one", reference=reference), 303)
