"""Settings: the district's words, when mail goes, how much each wish counts; all as sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import AnyOf, Length, ValidationError

from scheduler.domain.day_parts import USUAL_PARTS
from scheduler.domain.districts import WEIGHT_NAMES
from scheduler.domain.errors import ChangedMeanwhile
from scheduler.domain.mail_rules import (
    LEAST_ASKED_DAYS,
    MOST_ASKED_DAYS,
    MOST_EARLIER_DAYS,
    MOST_REMINDER_DAYS,
    MOST_SILENT_DAYS,
    MailRules,
)
from scheduler.services.settings import (
    LANGUAGES,
    MOST_WEIGHT,
    Settings,
    change_day_parts,
    change_mail_rules,
    change_weights,
    change_words,
    settings,
    usual_weights,
)
from scheduler.services.versions import version_of
from scheduler.web.availability_forms import whole_number
from scheduler.web.day_part_forms import DayPartsForm
from scheduler.web.desk import desk
from scheduler.web.error_words import faster_words
from scheduler.web.notices import tell_done
from scheduler.web.repair_forms import WEIGHTS
from scheduler.web.signed_in import actor, coordinators_only, overseers_only
from scheduler.web.week_grid import part_line

bp = Blueprint("settings", __name__)

MAIL_RULES = tuple(MailRules.__dataclass_fields__)


class WordsForm(FlaskForm):  # type: ignore[misc]
    """What the site is called, and what it speaks first."""

    site_name = StringField(
        validators=[Length(max=60, message=lazy_gettext("Use at most 60 letters"))]
    )
    language = StringField(validators=[AnyOf(LANGUAGES)])
    version = StringField()


class WeightsForm(FlaskForm):  # type: ignore[misc]
    """How much each wish counts; one field for each, added below."""

    version = StringField()

    @property
    def weights(self) -> dict[str, int]:
        """Return the numbers by the wish they are for."""
        return {name: self._fields[name].data for name in WEIGHT_NAMES}


class MailForm(FlaskForm):  # type: ignore[misc]
    """When reminders and questions go, in days; an empty number is none."""

    reminder_days = whole_number(lazy_gettext("Reminder, days before"), MOST_REMINDER_DAYS, first=1)
    earlier_reminder_days = whole_number(
        lazy_gettext("An earlier one, days before"), MOST_EARLIER_DAYS
    )
    asks_still_coming = BooleanField()
    still_coming_days = whole_number(
        lazy_gettext("School days before"), MOST_ASKED_DAYS, first=LEAST_ASKED_DAYS
    )
    ask_again_days = whole_number(lazy_gettext("Ask again after days"), MOST_SILENT_DAYS, first=1)
    let_go_days = whole_number(lazy_gettext("Then wait days"), MOST_SILENT_DAYS)
    version = StringField()

    def validate_earlier_reminder_days(self, field: IntegerField) -> None:
        """Refuse an earlier reminder that is not earlier.

        Raises:
            ValidationError: if it is not.
        """
        last, earlier = self.reminder_days.data, field.data
        if last and earlier and earlier <= last:
            raise ValidationError(_("The earlier reminder goes on more days before than the other"))

    @property
    def rules(self) -> MailRules:
        """Return what was decided."""
        return MailRules(**{name: self._fields[name].data for name in MAIL_RULES})


for _name in WEIGHT_NAMES:
    setattr(WeightsForm, _name, whole_number(WEIGHTS[_name], MOST_WEIGHT))


@bp.get("/settings")
@overseers_only
def show() -> ResponseReturnValue:
    """Show the settings."""
    return _page()


@bp.post("/settings/mail")
@coordinators_only
def keep_mail_rules() -> ResponseReturnValue:
    """Keep when mail goes."""
    form = MailForm()
    if not form.validate():
        return _page(mail=form), 422
    change = partial(change_mail_rules, desk().store, form.rules)
    return _keep(change, _("Saved. What is written from now on follows it."), mail=form)


@bp.post("/settings/words")
@coordinators_only
def keep_words() -> ResponseReturnValue:
    """Keep the words."""
    form = WordsForm()
    if not form.validate():
        return _page(words=form), 422
    change = partial(
        change_words,
        desk().store,
        site_name=form.site_name.data or "",
        language=form.language.data or "",
    )
    return _keep(change, _("Saved."), words=form)


@bp.post("/settings/day-parts")
@coordinators_only
def keep_day_parts() -> ResponseReturnValue:
    """Keep the parts of a day, or go back to the usual ones."""
    form, is_usual = DayPartsForm(), bool(request.form.get("usual"))
    if not is_usual and not form.validate():
        return _page(day_parts=form), 422
    change = partial(change_day_parts, desk().store, USUAL_PARTS if is_usual else form.parts)
    return _keep(change, _("Saved. What volunteers told us stays as it was."), day_parts=form)


@bp.post("/settings/weights")
@coordinators_only
def keep_weights() -> ResponseReturnValue:
    """Keep the weights, or go back to the usual ones."""
    form, is_usual = WeightsForm(), bool(request.form.get("usual"))
    if not is_usual and not form.validate():
        return _page(weights=form), 422
    change = partial(change_weights, desk().store, usual_weights() if is_usual else form.weights)
    said = _("Saved. The next search for proposals counts with it.")
    return _keep(change, said, weights=form)


def _keep(change: Callable[..., None], said: str, **filled: FlaskForm) -> ResponseReturnValue:
    """Keep what one form says, or show it again where somebody was faster."""
    (form,) = filled.values()
    try:
        change(actor=actor(), now=desk().now, version=form.version.data or "")
    except ChangedMeanwhile as error:
        flash(faster_words(error, now=desk().now), "problem")
        form.version.data = ""
        return _page(**filled), 409
    tell_done(said)
    return redirect(url_for("settings.show"), 303)


def _page(**filled: FlaskForm) -> str:
    """Show the settings; a form that was filled in comes as it was sent."""
    present = settings(desk().store, actor=actor())
    return render_template(
        "settings/show.html",
        present=present,
        **{**_forms(present), **filled},
        versions=_versions(present),
        part_lines=[part_line(part) for part in present.day_parts],
        rules=present.mail_rules,
        labels=WEIGHTS,
        in_order=sorted(WEIGHT_NAMES, key=lambda name: -present.weights[name]),
        may_act=actor().is_coordinator,
    )


def _forms(present: Settings) -> dict[str, FlaskForm]:
    district, rules = present.district, present.mail_rules
    return {
        "words": WordsForm(formdata=None, site_name=district.site_name, language=district.language),
        "mail": MailForm(formdata=None, **{name: getattr(rules, name) for name in MAIL_RULES}),
        "day_parts": DayPartsForm.of(present.day_parts),
        "weights": WeightsForm(formdata=None, **present.weights),
    }


def _versions(present: Settings) -> dict[str, str]:
    """Return by form the mark of what it shows."""
    return {
        "words": version_of(present.district.site_name, present.district.language),
        "mail": version_of(present.mail_rules),
        "day_parts": version_of(present.day_parts),
        "weights": version_of(present.weights),
    }
