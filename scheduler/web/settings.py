"""Settings: the district's own words, and how much each wish counts, read back as sentences."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from scheduler.domain.districts import WEIGHT_NAMES
from scheduler.services.settings import (
    LANGUAGES,
    MOST_WEIGHT,
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


for _name in WEIGHT_NAMES:
    setattr(WeightsForm, _name, whole_number(WEIGHTS[_name], MOST_WEIGHT))


@bp.get("/settings")
@overseers_only
def show() -> ResponseReturnValue:
    """Show the settings."""
    return _page(None, None)


@bp.post("/settings/words")
@coordinators_only
def keep_words() -> ResponseReturnValue:
    """Keep the words."""
    form = WordsForm()
    if not form.validate():
        return _page(form, None), 422
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
            return _page(None, form), 422
        weights = form.weights
    change_weights(desk().store, weights, actor=actor(), now=desk().now)
    tell_done(_("Saved. The next search for proposals counts with it."))
    return redirect(url_for("settings.show"), 303)


def _page(words: WordsForm | None, weights: WeightsForm | None) -> str:
    present = settings(desk().store, actor=actor())
    district = present.district
    words = words or WordsForm(
        formdata=None, site_name=district.site_name, language=district.language
    )
    weights = weights or WeightsForm(formdata=None, **present.weights)
    in_order = sorted(WEIGHT_NAMES, key=lambda name: -present.weights[name])
    return render_template(
        "settings/show.html",
        present=present,
        words=words,
        weights=weights,
        labels=WEIGHTS,
        in_order=in_order,
        may_act=actor().is_coordinator,
    )
