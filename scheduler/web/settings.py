"""Settings: the district's words, when mail goes, how much each wish counts; all as sentences."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import AnyOf, Length, ValidationError

from scheduler.domain.districts import WEIGHT_NAMES
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
    change_mail_rules,
    change_weights,
    change_words,
    settings,
)
from scheduler.web.availability_forms import whole_number
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.repair_forms import WEIGHTS
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("settings", __name__)

MAIL_RULES = tuple(MailRules.__dataclass_fields__)


class WordsForm(FlaskForm):  # type: ignore[misc]
    """What the site is called, and what it speaks first."""

    site_name = StringField(
        validators=[Length(max=60, message=lazy_gettext("Use at most 60 letters"))]
    )
    language = StringField(validators=[AnyOf(LANGUAGES)])


class WeightsForm(FlaskForm):  # type: ignore[misc]
    """How much each wish counts; one field for each, added below."""

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
    change_mail_rules(desk().store, form.rules, actor=actor(), now=desk().now)
    tell_done(_("Saved. What is written from now on follows it."))
    return redirect(url_for("settings.show"), 303)


@bp.post("/settings/words")
@coordinators_only
def keep_words() -> ResponseReturnValue:
    """Keep the words."""
    form = WordsForm()
    if not form.validate():
        return _page(words=form), 422
    change_words(
        desk().store,
        site_name=form.site_name.data or "",
        language=form.language.data or "",
        actor=actor(),
        now=desk().now,
    )
    tell_done(_("Saved."))
    return redirect(url_for("settings.show"), 303)


@bp.post("/settings/weights")
@coordinators_only
def keep_weights() -> ResponseReturnValue:
    """Keep the weights, or go back to the usual ones."""
    if request.form.get("usual"):
        weights = dict(settings(desk().store, actor=actor()).usual_weights)
    else:
        form = WeightsForm()
        if not form.validate():
            return _page(weights=form), 422
        weights = form.weights
    change_weights(desk().store, weights, actor=actor(), now=desk().now)
    tell_done(_("Saved. The next search for proposals counts with it."))
    return redirect(url_for("settings.show"), 303)


def _page(
    *,
    words: WordsForm | None = None,
    weights: WeightsForm | None = None,
    mail: MailForm | None = None,
) -> str:
    present = settings(desk().store, actor=actor())
    district = present.district
    words = words or WordsForm(
        formdata=None, site_name=district.site_name, language=district.language
    )
    weights = weights or WeightsForm(formdata=None, **present.weights)
    rules = {name: getattr(present.mail_rules, name) for name in MAIL_RULES}
    mail = mail or MailForm(formdata=None, **rules)
    in_order = sorted(WEIGHT_NAMES, key=lambda name: -present.weights[name])
    return render_template(
        "settings/show.html",
        present=present,
        words=words,
        weights=weights,
        mail=mail,
        rules=present.mail_rules,
        labels=WEIGHTS,
        in_order=in_order,
        may_act=actor().is_coordinator,
    )
