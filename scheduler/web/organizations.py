"""Organizations: who comes from them, what was promised, what was given."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from scheduler.domain.districts import Contact
from scheduler.services import organization_changes
from scheduler.services.organizations import (
    OrganizationLine,
    OrganizationProfile,
    organization,
    organizations,
)
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.organization_forms import (
    ContactForm,
    OrganizationForm,
    SiteForm,
    contact_fields,
    contact_of,
    site_fields,
)
from scheduler.web.signed_in import actor, coordinators_only, overseers_only, signed_in_only

bp = Blueprint("organizations", __name__)


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
    """Keep an organization's promise and address."""
    form = OrganizationForm()
    if not form.validate():
        return _page(key, form), HTTPStatus.UNPROCESSABLE_ENTITY
    organization_changes.change_organization(
        desk().store,
        key,
        visits_per_term=form.visits_per_term.data,
        address=form.address.data or "",
        actor=actor(),
        now=desk().now,
    )
    return _done(key, _("Saved."))


@bp.post("/organizations/<key>/contacts")
@coordinators_only
def add_contact(key: str) -> ResponseReturnValue:
    """Add somebody to ask."""
    form = ContactForm()
    if not form.validate():
        return _page(key, form), HTTPStatus.UNPROCESSABLE_ENTITY
    contact, is_main = form.contact, bool(form.is_main.data)
    organization_changes.add_contact(
        desk().store, key, contact, is_main=is_main, actor=actor(), now=desk().now
    )
    undo = url_for("organizations.remove_contact", key=key)
    words = _("Added %(name)s.", name=contact.name)
    return _done(key, words, undo, **contact_fields(contact, is_main=False))


@bp.post("/organizations/<key>/contacts/remove")
@coordinators_only
def remove_contact(key: str) -> ResponseReturnValue:
    """Take a contact away."""
    contact = contact_of(request.form.to_dict())
    organization_changes.remove_contact(desk().store, key, contact, actor=actor(), now=desk().now)
    words = _("Removed %(name)s.", name=contact.name or contact.email)
    if not contact.name:
        return _done(key, words)
    fields = contact_fields(contact, is_main="is_main" in request.form)
    return _done(key, words, url_for("organizations.add_contact", key=key), **fields)


@bp.post("/organizations/<key>/sites")
@coordinators_only
def add_site(key: str) -> ResponseReturnValue:
    """Add a place of theirs."""
    form = SiteForm()
    if not form.validate():
        return _page(key, form), HTTPStatus.UNPROCESSABLE_ENTITY
    organization_changes.add_site(
        desk().store,
        key,
        form.site,
        gazetteer=desk().gazetteer,
        actor=actor(),
        now=desk().now,
    )
    undo = url_for("organizations.remove_site", key=key)
    words = _("Added %(name)s.", name=form.site.name)
    return _done(key, words, undo, **site_fields(form.site))


@bp.post("/organizations/<key>/sites/remove")
@coordinators_only
def remove_site(key: str) -> ResponseReturnValue:
    """Take a place away."""
    site = SiteForm().site
    organization_changes.remove_site(desk().store, key, site.name, actor=actor(), now=desk().now)
    words, undo = _("Removed %(name)s.", name=site.name), url_for("organizations.add_site", key=key)
    return _done(key, words, undo, **site_fields(site))


def _done(key: str, words: str, undo: str = "", **fields: str) -> ResponseReturnValue:
    tell_done(words, undo=undo, **fields)
    return redirect(url_for("organizations.one", key=key), HTTPStatus.SEE_OTHER)


def _page(key: str, refused: FlaskForm | None) -> str:
    profile = organization(
        desk().store,
        key,
        warm=desk().warm,
        actor=actor(),
        now=desk().now,
        gazetteer=desk().gazetteer,
    )
    known = profile.line.organization
    form = refused if isinstance(refused, OrganizationForm) else None
    contact = refused if isinstance(refused, ContactForm) else None
    site = refused if isinstance(refused, SiteForm) else None
    return render_template(
        "organizations/one.html",
        profile=profile,
        form=form or OrganizationForm(formdata=None, obj=known),
        contact_form=contact or ContactForm(formdata=None),
        site_form=site or SiteForm(formdata=None),
        errors=[
            {"field": name, "message": words[0]}
            for name, words in (refused.errors if refused else {}).items()
        ],
        contacts=[_contact_line(each, profile) for each in profile.contacts],
        sites=[{"site": each, "fields": site_fields(each)} for each in known.sites],
        may_act=actor().is_coordinator,
        oversees=actor().oversees,
    )


def _contact_line(contact: Contact, profile: OrganizationProfile) -> dict[str, object]:
    main = profile.line.organization.contact_email.lower()
    is_main = bool(main) and contact.email.lower() == main
    fields = contact_fields(contact, is_main=is_main)
    return {"contact": contact, "is_main": is_main, "fields": fields}
