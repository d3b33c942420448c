"""Organizations: who comes from them, what was promised, what was given."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import Email, Length, NumberRange, Optional

from scheduler.services.organizations import (
    OrganizationLine,
    change_organization,
    organization,
    organizations,
)
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only, signed_in_only

bp = Blueprint("organizations", __name__)

MOST_PROMISED = 1000


class OrganizationForm(FlaskForm):  # type: ignore[misc]
    """Whom to ask, what was promised, and where they are."""

    contact_email = StringField(
        validators=[
            Optional(),
            Email(lazy_gettext("Write an e-mail address such as name@example.org")),
        ]
    )
    visits_per_term = IntegerField(
        validators=[
            Optional(),
            NumberRange(0, MOST_PROMISED, lazy_gettext("Write a whole number from 0 to 1000")),
        ]
    )
    address = StringField(validators=[Length(max=200)])


@bp.get("/organizations")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the organizations with this term's visits."""
    text = word_asked("text")
    found = organizations(desk().store, actor=actor(), now=desk().now, text=text)
    return render_template("organizations/every.html", found=found, text=text)


@bp.get("/organizations.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand the list out."""
    text = word_asked("text")
    found = organizations(desk().store, actor=actor(), now=desk().now, text=text)
    columns: tuple[Column[OrganizationLine], ...] = (
        Column(_("Organization"), lambda line: line.organization.name),
        Column(_("Kind"), lambda line: line.organization.kind),
        Column(_("Contact"), lambda line: line.organization.contact_email),
        Column(_("People"), lambda line: line.people),
        Column(_("Promised this term"), lambda line: line.organization.visits_per_term),
        Column(_("Given this term"), lambda line: line.given),
        Column(_("Planned this term"), lambda line: line.coming),
    )
    return csv_answer("organizations", columns, found.lines)


@bp.get("/organizations/<key>")
@signed_in_only
def one(key: str) -> ResponseReturnValue:
    """Show one organization, to its contact, too."""
    return _page(key, None)


@bp.post("/organizations/<key>")
@coordinators_only
def change(key: str) -> ResponseReturnValue:
    """Keep an organization's contact, promise and address."""
    form = OrganizationForm()
    if not form.validate():
        return _page(key, form), 422
    change_organization(
        desk().store,
        key,
        contact_email=form.contact_email.data or "",
        visits_per_term=form.visits_per_term.data,
        address=form.address.data or "",
        actor=actor(),
        now=desk().now,
    )
    tell_done(_("Saved."))
    return redirect(url_for("organizations.one", key=key), 303)


def _page(key: str, form: OrganizationForm | None) -> str:
    profile = organization(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    known = profile.line.organization
    form = form or OrganizationForm(
        formdata=None,
        contact_email=known.contact_email,
        visits_per_term=known.visits_per_term,
        address=known.address,
    )
    return render_template(
        "organizations/one.html",
        profile=profile,
        form=form,
        may_act=actor().is_coordinator,
        oversees=actor().oversees,
    )
