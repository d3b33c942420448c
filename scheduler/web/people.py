"""Accounts: who may do what, another address, two that are one person, and leaving."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import AnyOf, Email, InputRequired, Length

from scheduler.domain.errors import ChangedMeanwhile
from scheduler.domain.people import RoleName, parse_role
from scheduler.services import accounts as steps
from scheduler.services import trusted_addresses
from scheduler.services.merging_accounts import merge as merge_accounts
from scheduler.services.people_pages import (
    INACTIVE,
    AccountLine,
    account,
    accounts,
    accounts_named,
    all_accounts,
)
from scheduler.services.versions import version_of
from scheduler.web.desk import desk
from scheduler.web.error_words import faster_words
from scheduler.web.lists import Column, csv_answer, page_asked, word_asked
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("people", __name__)

ROLE_NAMES = {
    "teacher": lazy_gettext("Teacher"),
    "volunteer": lazy_gettext("Volunteer"),
    "coordinator": lazy_gettext("Coordinator"),
    "office": lazy_gettext("School office"),
    "approver": lazy_gettext("Approver"),
    "viewer": lazy_gettext("Viewer"),
}
NOT_AN_ADDRESS = lazy_gettext("Write an e-mail address such as name@example.org")


class AddressForm(FlaskForm):  # type: ignore[misc]
    """Another address."""

    email = StringField(validators=[InputRequired(NOT_AN_ADDRESS), Email(NOT_AN_ADDRESS)])


class NewAccountForm(AddressForm):
    """A new account."""

    name = StringField(validators=[InputRequired(lazy_gettext("Write a name")), Length(max=120)])
    role = StringField(validators=[AnyOf([str(role) for role in steps.GIVEN_ROLES])])


class OtherForm(FlaskForm):  # type: ignore[misc]
    """The other account of the same person."""

    other = StringField()


class RoleForm(FlaskForm):  # type: ignore[misc]
    """A role that is given or taken."""

    role = StringField()


class SchoolsForm(FlaskForm):  # type: ignore[misc]
    """The schools at which somebody holds their roles."""

    schools = SelectMultipleField(validate_choice=False)
    version = StringField()


class LeavingForm(FlaskForm):  # type: ignore[misc]
    """Why somebody leaves, in the coordinator's words."""

    reason = StringField()


@bp.get("/people")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the accounts that the address asks for."""
    return _list(NewAccountForm(formdata=None))


@bp.get("/people.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand the accounts out that the address asks for."""
    lines = all_accounts(desk().store, actor=actor(), **_asked())
    columns: tuple[Column[AccountLine], ...] = (
        Column(_("Name"), lambda line: line.name),
        Column(_("E-mail"), lambda line: line.email),
        Column(_("Roles"), lambda line: "; ".join(line.roles)),
        Column(_("Schools"), lambda line: "; ".join(line.schools)),
        Column(_("Active"), lambda line: _("yes") if line.is_active else _("no")),
    )
    return csv_answer("people", columns, lines)


@bp.post("/people")
@coordinators_only
def add() -> ResponseReturnValue:
    """Make an account."""
    form = NewAccountForm()
    if not form.validate():
        return _list(form), 422
    reference = steps.add_account(
        desk().store,
        form.email.data or "",
        name=form.name.data or "",
        role=RoleName(form.role.data or ""),
        actor=actor(),
        now=desk().now,
    )
    tell_done(_("%(name)s can sign in now with a link by e-mail.", name=form.name.data))
    return _back(reference)


@bp.get("/people/<reference>")
@overseers_only
def one(reference: str) -> ResponseReturnValue:
    """Show one account."""
    return _page(reference, AddressForm(formdata=None))


@bp.post("/people/<reference>/address")
@coordinators_only
def change_address(reference: str) -> ResponseReturnValue:
    """Give the account another address."""
    form = AddressForm()
    if not form.validate():
        return _page(reference, form), 422
    new = form.email.data or ""
    known = accounts_named(desk().store, new, actor=actor())
    if any(line.email == new.strip().lower() and line.reference != reference for line in known):
        form.email.errors = [_("Another account has this address. Merge the two instead")]
        return _page(reference, form), 422
    changed = steps.change_address(desk().store, reference, new, actor=actor(), now=desk().now)
    tell_done(_("Changed. We tell both addresses."))
    return _back(changed)


@bp.get("/people/<reference>/merge")
@coordinators_only
def choose_other(reference: str) -> ResponseReturnValue:
    """Find the other account of this person, and say what merging means."""
    text = word_asked("text")
    found = accounts_named(desk().store, text, actor=actor()) if text else ()
    return render_template(
        "people/merge.html",
        profile=account(desk().store, reference, actor=actor(), now=desk().now),
        found=tuple(line for line in found if line.reference != reference),
        text=text,
        roles=ROLE_NAMES,
    )


@bp.post("/people/<reference>/merge")
@coordinators_only
def merge(reference: str) -> ResponseReturnValue:
    """Take the other account in."""
    name = merge_accounts(
        desk().store,
        OtherForm().other.data or "",
        into=reference,
        actor=actor(),
        now=desk().now,
        settings=desk().feeds,
    )
    tell_done(_("Merged. Everything is with %(name)s now.", name=name))
    return _back(reference)


@bp.post("/people/<reference>/roles")
@coordinators_only
def give_role(reference: str) -> ResponseReturnValue:
    """Give a role."""
    role = RoleForm().role.data
    if role in set(RoleName):
        steps.give_role(desk().store, reference, RoleName(role), actor=actor(), now=desk().now)
        tell_done(_("The role is given."))
    return _back(reference)


@bp.post("/people/<reference>/address/right")
@coordinators_only
def trust_address(reference: str) -> ResponseReturnValue:
    """Take the mark off an address that mail came back from."""
    trusted_addresses.trust_address(desk().store, reference, actor=actor(), now=desk().now)
    tell_done(_("We trust this address again."))
    return _back(reference)


@bp.post("/people/<reference>/roles/take")
@coordinators_only
def take_role(reference: str) -> ResponseReturnValue:
    """Take a role away."""
    text = RoleForm().role.data or ""
    try:
        role = parse_role(text)
    except ValueError:
        return _back(reference)
    if role.name is RoleName.COORDINATOR and _is_last(reference):
        flash(_("Nobody else coordinates. Give somebody else the role first."), "problem")
        return _back(reference)
    steps.take_role(desk().store, reference, role, actor=actor(), now=desk().now)
    undo = url_for("people.give_role", reference=reference)
    if role.title:
        tell_done(_("The role is taken away."))
    else:
        tell_done(_("The role is taken away."), undo=undo, role=str(role))
    return _back(reference)


@bp.post("/people/<reference>/schools")
@coordinators_only
def set_schools(reference: str) -> ResponseReturnValue:
    """Keep the schools."""
    form = SchoolsForm()
    try:
        steps.set_schools(
            desk().store,
            reference,
            form.schools.data or (),
            actor=actor(),
            now=desk().now,
            version=form.version.data or "",
        )
    except ChangedMeanwhile as error:
        flash(faster_words(error, now=desk().now), "problem")
        return _page(reference, AddressForm(formdata=None), chosen=form.schools.data), 409
    tell_done(_("Saved."))
    return _back(reference)


@bp.post("/people/<reference>/leave")
@coordinators_only
def leave(reference: str) -> ResponseReturnValue:
    """Let somebody go."""
    if _is_last(reference):
        flash(_("Nobody else coordinates. Give somebody else the role first."), "problem")
        return _back(reference)
    reason = (LeavingForm().reason.data or "").strip()[:200]
    left = steps.deactivate(desk().store, reference, actor=actor(), now=desk().now, reason=reason)
    undo = url_for("people.come_back", reference=reference)
    tell_done(_("%(name)s is no longer active.", name=left.name), undo=undo)
    return _back(reference)


@bp.post("/people/<reference>/come-back")
@coordinators_only
def come_back(reference: str) -> ResponseReturnValue:
    """Let somebody come back."""
    name = steps.reactivate(desk().store, reference, actor=actor(), now=desk().now)
    tell_done(_("%(name)s is active again.", name=name))
    return _back(reference)


def _asked() -> dict[str, str]:
    return {"text": word_asked("text"), "role": word_asked("role", among=(*ROLE_NAMES, INACTIVE))}


def _list(form: NewAccountForm) -> str:
    asked = _asked()
    page = accounts(desk().store, actor=actor(), number=page_asked(), **asked)
    return render_template(
        "people/every.html",
        page=page,
        asked=asked,
        filters={name: value for name, value in asked.items() if value},
        form=form,
        roles=ROLE_NAMES,
        given=tuple(str(role) for role in steps.GIVEN_ROLES),
        may_act=actor().is_coordinator,
        now=desk().now,
    )


def _page(reference: str, form: AddressForm, *, chosen: Sequence[str] | None = None) -> str:
    profile = account(desk().store, reference, actor=actor(), now=desk().now)
    return render_template(
        "people/one.html",
        profile=profile,
        form=form,
        chosen=profile.person.schools if chosen is None else chosen,
        is_refused=chosen is not None,
        version=version_of(profile.person.schools),
        roles=ROLE_NAMES,
        given=tuple(str(role) for role in steps.GIVEN_ROLES),
        may_act=actor().is_coordinator,
    )


def _is_last(reference: str) -> bool:
    profile = account(desk().store, reference, actor=actor(), now=desk().now)
    return profile.is_only_coordinator


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("people.one", reference=reference), 303)
