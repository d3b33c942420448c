"""The shapes of what coordinators write about an organization."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, IntegerField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional

from scheduler.domain.districts import Contact, Site
from scheduler.web.phrasing import one_line

MOST_PROMISED = 1000
_PROMISE = _("Write a whole number from 0 to 1000")
_TOO_LONG = Length(max=100, message=_("Use at most 100 letters"))
_LONG = Length(max=200, message=_("Use at most 200 letters"))


def _bare(text: str | None) -> str:
    return one_line(text or "")


class OrganizationForm(FlaskForm):  # type: ignore[misc]
    """What was promised, and where they are."""

    visits_per_term = IntegerField(
        validators=[Optional(), NumberRange(0, MOST_PROMISED, _PROMISE)],
        invalid_value_message=_PROMISE,  # type: ignore[call-arg]
    )
    address = StringField(validators=[_LONG])


class ContactForm(FlaskForm):  # type: ignore[misc]
    """Somebody to ask, with a way to reach them."""

    contact_name = StringField(
        filters=[_bare], validators=[DataRequired(_("Tell us who it is")), _TOO_LONG]
    )
    contact_role = StringField(validators=[_TOO_LONG])
    contact_email = StringField(
        validators=[Optional(), Email(_("Write an e-mail address such as name@example.org"))]
    )
    contact_phone = StringField(validators=[_TOO_LONG])
    is_main = BooleanField()

    def validate_contact_phone(self, field: Field) -> None:
        """Refuse somebody who cannot be reached."""
        if not (field.data or self.contact_email.data):
            raise ValidationError(_("Write an e-mail address or a telephone number"))

    @property
    def contact(self) -> Contact:
        """Return the contact as written."""
        return contact_of(self.data)


class SiteForm(FlaskForm):  # type: ignore[misc]
    """One more place of theirs."""

    site_name = StringField(
        filters=[_bare],
        validators=[DataRequired(_("Tell us what the place is called")), _TOO_LONG],
    )
    site_address = StringField(validators=[_LONG])
    site_postal_code = StringField(validators=[Length(max=12, message=_("Use at most 12 letters"))])

    @property
    def site(self) -> Site:
        """Return the site as written."""
        return Site(
            name=one_line(self.site_name.data or ""),
            address=one_line(self.site_address.data or ""),
            postal_code=one_line(self.site_postal_code.data or ""),
        )


def contact_of(written: Mapping[str, object]) -> Contact:
    """Return the contact that a form tells of, checked or not."""
    names = ("contact_name", "contact_role", "contact_email", "contact_phone")
    return Contact(*(one_line(str(written.get(name) or "")) for name in names))


def contact_fields(contact: Contact, *, is_main: bool) -> dict[str, str]:
    """Return a contact as a form sends it."""
    fields = {
        "contact_name": contact.name,
        "contact_role": contact.role,
        "contact_email": contact.email,
        "contact_phone": contact.phone,
    }
    return fields | ({"is_main": "y"} if is_main else {})


def site_fields(site: Site) -> dict[str, str]:
    """Return a site as a form sends it."""
    return {
        "site_name": site.name,
        "site_address": site.address,
        "site_postal_code": site.postal_code,
    }
